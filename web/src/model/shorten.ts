// SPDX-License-Identifier: AGPL-3.0-or-later
import { lineDirection } from './direction'

const graphemes = new Intl.Segmenter('fa', { granularity: 'grapheme' })

/** Whether any letter or digit of a text goes against its direction. */
export function mixed(text: string): boolean {
  const base = lineDirection(text)
  if (base === null) return false
  return base === 'rtl'
    ? /[\p{Nd}]/u.test(text) || [...text].some((c) => lineDirection(c) === 'ltr')
    : [...text].some((c) => lineDirection(c) === 'rtl')
}

/** Whether a word of a text is so long that, where a line is wrapped, most of the line would stay empty. */
export function bulky(text: string): boolean {
  return /\S{16}/u.test(text)
}

/**
 * The longest beginning of a text that fits with the sign for what is missing, and before `end`, with which
 * the text ends and which is always shown. The sign stands where the text was cut, also in the middle of a
 * line: a mark keeps it with the letters before it. Another keeps the end as it was, which the letters before
 * it no longer do: the number and the dots of `2026.pdf` would go to sides of their own.
 */
export function shorten(text: string, room: number, widthOf: (text: string) => number, end = ''): string {
  const parts = [...graphemes.segment(text.slice(0, text.length - end.length))].map((s) => s.segment)
  const side = { ltr: '\u200e', rtl: '\u200f' }
  const toward = lineDirection(end)
  const tail = (toward ? side[toward] : '') + end
  const whole = (count: number) => {
    const kept = parts.slice(0, count).join('').trimEnd()
    const last = lineDirection([...kept].reverse().join(''))
    const digit = /\p{Nd}$/u.test(kept)
    return `${kept}…${digit || last === null ? '' : side[last]}${tail}`
  }
  let [fits, not] = [0, parts.length]
  while (not - fits > 1) {
    const middle = (fits + not) >> 1
    if (widthOf(whole(middle)) <= room) fits = middle
    else not = middle
  }
  return whole(fits)
}
