// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import { bulky, mixed, shorten } from '../src/model/shorten'

/** As if every letter were one wide, and marks that nobody sees were of no width. */
const widthOf = (text: string) => [...text.replace(/[\u200e\u200f]/g, '')].length

describe('a line that does not fit', () => {
  test('only texts in which something goes against their direction are cut by us', () => {
    expect(['گروه Zolal', 'Zolal گروه', 'گزارش ۱۴۰۵', 'گزارش 2026', '📚 کتاب A'].map(mixed)).toEqual(
      Array(5).fill(true),
    )
    expect(['گروه طراحی', 'Zolal 2026', '۱۴۰۵', '', '🙂🙂', 'Ünïcode'].map(mixed)).toEqual(
      Array(6).fill(false),
    )
  })

  test('is cut in the order of reading, with the sign beside the last letter that stayed', () => {
    expect(shorten('گروه طراحی Zolal Design', 15, widthOf)).toBe('گروه طراحی Zol…\u200e')
    expect(shorten('Zolal Design گروه طراحی', 16, widthOf)).toBe('Zolal Design گر…\u200f')
    expect(shorten('گزارش سالانهٔ ۱۴۰۵', 17, widthOf)).toBe('گزارش سالانهٔ ۱۴…')
  })

  test('keeps its end, which reads as it did: the number and the dot of a file stay with its letters', () => {
    expect(shorten('گزارش نهایی budget 2026.pdf', 16, widthOf, '2026.pdf')).toBe(
      'گزارش ن…\u200f\u200e2026.pdf',
    )
    expect(shorten('Report گزارش پایانی.txt', 20, widthOf, 'پایانی.txt')).toBe(
      'Report گز…\u200f\u200fپایانی.txt',
    )
    expect(shorten('a very long name.pdf', 12, widthOf, 'name.pdf')).toBe('a v…\u200e\u200ename.pdf')
    expect(shorten('گزارش 2026', 3, widthOf, '2026')).toBe('…2026')
  })

  test('is cut within a long word, as a link, and not before it', () => {
    expect(bulky('Join here: https://chat.example.org/#/join/abc')).toBe(true)
    expect(bulky('اینجا بیایید: https://chat.example.org/')).toBe(true)
    expect(bulky('Words of an ordinary length')).toBe(false)
    expect(shorten('Join here: https://chat.example.org', 20, widthOf)).toBe('Join here: https://…\u200e')
  })

  test('takes whole signs, and no space before the sign for what is missing', () => {
    expect(shorten('گروه 👨‍👩‍👧 Zolal', 11, widthOf)).toBe('گروه 👨‍👩‍👧…\u200f')
    expect(shorten('گروه Zolal', 6, widthOf)).toBe('گروه…\u200f')
    expect(shorten('گروه Zolal', 0, widthOf)).toBe('…')
  })
})
