// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { partOf } from '../src/model/quote'

test('a selection is found in the text as it was written, whatever white space it was drawn with', () => {
  const text = 'یک  دو\n\n\u200fسه چهار'
  expect(partOf(text, 'دو\nسه')).toBe('دو\n\n\u200fسه')
  expect(partOf(text, ' یک ')).toBe('یک')
  expect(partOf('a👋🏽b', '👋🏽')).toBe('👋🏽')
})

test('a selection of something else is not a part', () => {
  expect(partOf('یک دو', 'دو یک')).toBeNull()
  expect(partOf('یک دو', ' \n')).toBeNull()
  expect(partOf('', 'یک')).toBeNull()
  expect(partOf('x'.repeat(2000), 'x'.repeat(1024))).toHaveLength(1024)
  expect(partOf('x'.repeat(2000), 'x'.repeat(1025))).toBeNull()
})
