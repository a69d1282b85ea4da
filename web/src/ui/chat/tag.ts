// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Seq } from '../../model'
import { normalised } from '../../model/normal'
import { toasts } from '../state/toast.svelte'
import type { ChatState } from './chat.svelte'
import { words } from './words'

/**
 * Goes to the message before `from` that bears the same tag, else to the newest one; says so where there is
 * no other.
 */
export function toTag(chat: ChatState, tag: string, from: Seq): void {
  const wanted = normalised(tag)
  const tagged = chat.open.view.get().messages.flatMap(({ seq, content }) => {
    if (seq === null || seq === from || !('body' in content)) return []
    const { text, entities } = content.body
    const tags = entities.filter((e) => e.kind === 'hashtag')
    return tags.some((e) => normalised(text.slice(e.offset, e.offset + e.length)) === wanted) ? [seq] : []
  })
  const next = tagged.findLast((seq) => seq < from) ?? tagged.at(-1)
  if (next === undefined) toasts.say(words().tagAlone(tag))
  else chat.jump(next, from)
}

/** What somebody wanted to go to is there no longer. */
export function sayGone(): void {
  toasts.say(words().gone)
}
