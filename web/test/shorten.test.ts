// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import { mixed, shorten } from '../src/model/shorten'

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

  test('takes whole signs, and no space before the sign for what is missing', () => {
    expect(shorten('گروه 👨‍👩‍👧 Zolal', 11, widthOf)).toBe('گروه 👨‍👩‍👧…\u200f')
    expect(shorten('گروه Zolal', 6, widthOf)).toBe('گروه…\u200f')
    expect(shorten('گروه Zolal', 0, widthOf)).toBe('…')
  })
})
