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

/**
 * The longest beginning of a text that fits with the sign for what is missing. The sign stands where the text
 * was cut, also in the middle of a line: a mark keeps it with the letters before it.
 */
export function shorten(text: string, room: number, widthOf: (text: string) => number): string {
  const parts = [...graphemes.segment(text)].map((s) => s.segment)
  const whole = (count: number) => {
    const kept = parts.slice(0, count).join('').trimEnd()
    const last = lineDirection([...kept].reverse().join(''))
    const digit = /\p{Nd}$/u.test(kept)
    return `${kept}…${digit || last === null ? '' : last === 'rtl' ? '\u200f' : '\u200e'}`
  }
  let [fits, not] = [0, parts.length]
  while (not - fits > 1) {
    const middle = (fits + not) >> 1
    if (widthOf(whole(middle)) <= room) fits = middle
    else not = middle
  }
  return whole(fits)
}
