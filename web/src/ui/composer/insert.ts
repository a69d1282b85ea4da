// SPDX-License-Identifier: AGPL-3.0-or-later

/** Signs that the toolbar and the keys put around a selection. */
export type Wrap = 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'mono' | 'quote' | 'link'

const signs: Record<Exclude<Wrap, 'quote' | 'link' | 'mono'>, string> = {
  bold: '**',
  italic: '__',
  underline: '++',
  strike: '~~',
  spoiler: '||',
}

/** Puts text in place of the selection, so that the browser's undo knows of it. */
export function typeText(area: HTMLTextAreaElement, text: string): void {
  area.focus()
  // The only way to write into a field that keeps its undo history; there is no successor to it.
  if (!document.execCommand('insertText', false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end')
    area.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

/** Formats the selection, or takes the format away when it is there already. */
export function wrap(area: HTMLTextAreaElement, how: Wrap, address = ''): void {
  const { selectionStart: from, selectionEnd: to, value } = area
  const chosen = value.slice(from, to)
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

/** The mention being typed at the caret: its beginning and the letters after @. */
export function mentionAt(
  area: HTMLTextAreaElement,
): { readonly from: number; readonly prefix: string } | null {
  if (area.selectionStart !== area.selectionEnd) return null
  const before = area.value.slice(0, area.selectionStart)
  const match = /(?:^|[\s(«])\u200e?@([\p{L}\p{N}_]{0,32})$/u.exec(before)
  if (!match) return null
  const prefix = match[1] ?? ''
  return { from: before.length - prefix.length - 1, prefix }
}
