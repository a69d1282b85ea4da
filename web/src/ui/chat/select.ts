// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MessageView } from '../../model'
import { partOf } from '../../model/quote'
import { saidIn } from '../list/preview'

export function textOf({ content }: MessageView): string {
  return saidIn(content)?.text ?? ''
}

/** What is selected in the drawn text of a message; null when nothing is, or more than it. */
export function selectedIn(message: MessageView): string | null {
  const selection = getSelection()
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null
  const { startContainer } = selection.getRangeAt(0)
  const row = startContainer.parentElement?.closest<HTMLElement>('[data-key]')
  if (row?.dataset['key'] !== message.key) return null
  return partOf(textOf(message), selection.toString())
}
