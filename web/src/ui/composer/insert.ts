// SPDX-License-Identifier: AGPL-3.0-or-later
import { unmarked, unmarkedIn } from '../../model/direction'

/** Signs that the toolbar and the keys put around a selection. */
export type Wrap = 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'mono' | 'quote' | 'link'

/** What the keys that format do: with Ctrl, and with Ctrl and Shift. The sheet of keys lists them. */
export const keys: Record<string, Wrap> = { b: 'bold', i: 'italic', u: 'underline', k: 'link', e: 'mono' }
export const shiftKeys: Record<string, Wrap> = { x: 'strike', p: 'spoiler', m: 'mono', '.': 'quote' }

/** What of a field is selected, and what it says: what comes late is done to that. */
export interface Chosen {
  readonly from: number
  readonly to: number
  readonly text: string
}

export function chosenIn({ selectionStart: from, selectionEnd: to, value }: HTMLTextAreaElement): Chosen {
  return { from, to, text: value.slice(from, to) }
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

/**
 * Gives each @ among letters that run from right to left the mark that keeps it before its name, whatever
 * came first and however it came; many at once, in what was pasted, in one step, which one undo takes back.
 * The caret stays where it is among the letters.
 */
export function keepMarks(area: HTMLTextAreaElement): void {
  const { selectionStart: from, selectionEnd: to, value } = area
  const bare = unmarkedIn(value)
  const [first] = bare
  if (first === undefined) return
  const moved = (caret: number) => caret + bare.filter((at) => at < caret).length
  area.setSelectionRange(first, bare.at(-1) ?? first)
  typeText(area, bare.map((at, i) => `\u200e${value.slice(at, bare[i + 1] ?? at)}`).join(''))
  area.setSelectionRange(moved(from), moved(to))
}

/** What is copied or cut out of the field goes without marks: elsewhere nobody sees what they are. */
export function takeOut(event: ClipboardEvent, area: HTMLTextAreaElement): void {
  const { text } = chosenIn(area)
  const plain = unmarked(text)
  if (plain === text) return
  event.preventDefault()
  event.clipboardData?.setData('text/plain', plain)
  if (event.type === 'cut') document.execCommand('delete')
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
