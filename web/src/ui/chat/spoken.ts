// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ContentView, MessageView } from '../../model'
import { lineOf } from '../../model/richtext'
import { f, t } from '../i18n/i18n.svelte'
import { contentLine, nameOf, saidIn, titleOf } from '../list/preview'
import type { ChatState } from './chat.svelte'
import { words } from './words'

/** The whole text of a message, spoilers covered; what it is where it has none. */
function textIn(content: ContentView, author: MessageView['author']): string {
  const said = saidIn(content)
  return said?.text ? lineOf(said, Number.POSITIVE_INFINITY) : contentLine(content, author)
}

/**
 * What is read out when the focus comes to a message, or to an album: who says what and when, and what became
 * of it. Empty for no messages.
 */
export function spokenOf(messages: readonly MessageView[], chat: ChatState): string {
  const message = messages.at(-1)
  if (!message) return ''
  const { content, author } = message
  const said = [...new Set(messages.map((one) => textIn(one.content, one.author)))]
  const time = f().time(message.at)
  if (content.kind === 'service') return listed([...said, time])
  const { info } = chat.view.now
  const writer = message.own && info.kind !== 'channel' ? t().app.you : nameOf(author) || titleOf(info)
  const { reply, forward, delivery } = message
  return listed([
    message.seq !== null && chat.selected.has(message.seq) && words().spoken.selected,
    writer,
    forward && t().chat.forwardedFrom(forward.from),
    reply && (reply.author ? t().composer.replyTo(nameOf(reply.author)) : t().composer.reply),
    ...said,
    time,
    message.editedAt !== null && t().chat.edited,
    message.pinned && t().list.pinned,
    delivery && info.kind !== 'channel' && t().chat[delivery],
    ...message.reactions.map(({ emoji, count }) => t().chat.reaction(emoji, count)),
  ])
}

const listed = (parts: readonly (string | false | null)[]) =>
  parts.filter((part) => part !== false && part !== null && part !== '').join(words().spoken.comma)
