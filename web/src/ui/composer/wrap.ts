// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatState } from '../chat/chat.svelte'
import { type Chosen, typeText, type Wrap } from './insert'

const signs: Record<Exclude<Wrap, 'quote' | 'link' | 'mono'>, string> = {
  bold: '**',
  italic: '__',
  underline: '++',
  strike: '~~',
  spoiler: '||',
}

/** Answers the newest message, or the one above that which is being answered. */
export function replyAbove(chat: ChatState): void {
  const messages = chat.view.now.messages.filter((m) => m.seq !== null && m.rights.reply)
  const seq = chat.intent.kind === 'reply' ? chat.intent.message.seq : null
  const here = seq === null ? messages.length : messages.findIndex((m) => m.seq === seq)
  const above = messages[here - 1]
  if (above) chat.reply(above)
}

/**
 * Formats what was chosen, or takes the format away when it is there already. Where that says something else
 * by now, or who wrote has left the chat and the field with it, nothing is done: the browser would write into
 * whatever field they are in by then.
 */
export function wrap(area: HTMLTextAreaElement | null, how: Wrap, of: Chosen, address = ''): void {
  const { from, to, text: chosen } = of
  if (!area?.isConnected) return
  const { value } = area
  if (value.slice(from, to) !== chosen) return
  area.setSelectionRange(from, to)
  if (how === 'quote') {
    const start = value.lastIndexOf('\n', from - 1) + 1
    area.setSelectionRange(start, to)
    const lines = value.slice(start, to).split('\n')
    const quoted = lines.every((line) => line.startsWith('> '))
    typeText(area, lines.map((line) => (quoted ? line.slice(2) : `> ${line}`)).join('\n'))
    return
  }
  if (how === 'link') {
    typeText(area, `[${chosen || address}](${address})`)
    return
  }
  const sign = how === 'mono' ? (chosen.includes('\n') ? '```' : '`') : signs[how]
  const [open, close] = sign === '```' ? ['```\n', '\n```'] : [sign, sign]
  if (value.slice(from - open.length, from) === open && value.slice(to, to + close.length) === close) {
    area.setSelectionRange(from - open.length, to + close.length)
    typeText(area, chosen)
    area.setSelectionRange(from - open.length, to - open.length)
    return
  }
  typeText(area, open + chosen + close)
  area.setSelectionRange(from + open.length, to + open.length)
}
