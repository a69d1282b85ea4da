// SPDX-License-Identifier: AGPL-3.0-or-later
import { beforeEach, expect, test, vi } from 'vitest'
import { chosenIn, keepMarks } from '../src/ui/composer/insert'
import { wrap } from '../src/ui/composer/wrap'

/** A field as far as formatting needs one, in a browser that cannot type by command. */
class Field extends EventTarget {
  value: string
  selectionStart = 0
  selectionEnd = 0

  constructor(value: string) {
    super()
    this.value = value
  }

  focus(): void {}

  setSelectionRange(from: number, to: number): void {
    this.selectionStart = from
    this.selectionEnd = to
  }

  setRangeText(text: string, from: number, to: number): void {
    this.value = this.value.slice(0, from) + text + this.value.slice(to)
    this.setSelectionRange(from + text.length, from + text.length)
  }
}

const field = (value: string) => new Field(value) as unknown as HTMLTextAreaElement

beforeEach(() => {
  vi.stubGlobal('document', { execCommand: () => false })
})

test('what was selected when it was asked for is formatted, wherever the caret is by then', () => {
  const area = field('one two three')
  area.setSelectionRange(4, 7)
  const chosen = chosenIn(area)
  area.setSelectionRange(13, 13)
  wrap(area, 'bold', chosen)
  expect(area.value).toBe('one **two** three')
  expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe('two')
  wrap(area, 'bold', chosenIn(area))
  expect(area.value).toBe('one two three')
})

test('what says something else by then is left alone', () => {
  const area = field('one two three')
  area.setSelectionRange(4, 7)
  const chosen = chosenIn(area)
  area.value = 'another one'
  area.setSelectionRange(0, 0)
  wrap(area, 'link', chosen, 'https://example.org')
  expect(area.value).toBe('another one')
  expect(area.selectionStart).toBe(0)
})

test('a link and a quote take the place of what was selected', () => {
  const area = field('see this\nand that')
  area.setSelectionRange(4, 8)
  wrap(area, 'link', chosenIn(area), 'https://example.org')
  expect(area.value).toBe('see [this](https://example.org)\nand that')
  area.setSelectionRange(area.value.length - 4, area.value.length)
  wrap(area, 'quote', chosenIn(area))
  expect(area.value).toBe('see [this](https://example.org)\n> and that')
})

test('each @ among letters from right to left gets its mark, and the caret stays in its place', () => {
  const area = field('@sara سلام @reza')
  area.setSelectionRange(10, 16)
  keepMarks(area)
  expect(area.value).toBe('\u200e@sara سلام \u200e@reza')
  expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe(' \u200e@reza')
  keepMarks(area)
  expect(area.value).toBe('\u200e@sara سلام \u200e@reza')
  const other = field('@sara hello')
  other.setSelectionRange(11, 11)
  keepMarks(other)
  expect([other.value, other.selectionStart]).toEqual(['@sara hello', 11])
})
