// SPDX-License-Identifier: AGPL-3.0-or-later
import type { WordRange } from '../../model/words'

/** UTF-16 code units of a snippet, and of what stands in it before the first found word. */
const LENGTH = 140
const LEAD = 24

export interface Piece {
  readonly text: string
  readonly found: boolean
}

/** The part of a text around the first found word, in one line, with its found words apart. */
export function snippetOf(text: string, ranges: readonly WordRange[]): readonly Piece[] {
  const first = ranges[0]?.start ?? 0
  let from = 0
  if (first > LEAD) {
    from = text.lastIndexOf(' ', first - LEAD) + 1 || first - LEAD
    // Never in the middle of a letter.
    if (isLow(text.charCodeAt(from))) from -= 1
  }
  let to = Math.min(text.length, Math.max(from + LENGTH, ranges[0]?.end ?? 0))
  if (to < text.length && isLow(text.charCodeAt(to))) to -= 1
  const pieces = piecesOf(text, ranges, from, to)
  if (from > 0) pieces.unshift({ text: '…', found: false })
  if (to < text.length) pieces.push({ text: '…', found: false })
  return pieces
}

/** A text in pieces, found ones and others, in one line. */
export function piecesOf(text: string, ranges: readonly WordRange[], from = 0, to = text.length): Piece[] {
  const pieces: Piece[] = []
  const add = (start: number, end: number, found: boolean) => {
    if (end > start) pieces.push({ text: inLine(text.slice(start, end)), found })
  }
  let at = from
  for (const { start, end } of ranges) {
    if (end <= from || start >= to) continue
    add(at, Math.max(at, start), false)
    add(Math.max(at, start), Math.min(end, to), true)
    at = Math.min(end, to)
  }
  add(at, to, false)
  return pieces
}

/** In one line, with mentions and addresses held together whatever stands around them. */
function inLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/(?:https?:\/\/\S+|@\w+)/g, '\u2066$&\u2069')
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
