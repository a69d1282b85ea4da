// SPDX-License-Identifier: AGPL-3.0-or-later
import { beforeEach, expect, test, vi } from 'vitest'
import { chosenIn, keepMarks, takeOut } from '../src/ui/composer/insert'
import { wrap } from '../src/ui/composer/wrap'

/** A field as far as formatting needs one, in a browser that cannot type by command. */
class Field extends EventTarget {
  value: string
  selectionStart = 0
  selectionEnd = 0
  isConnected = true
  /** How often something was written into it. */
  writes = 0

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
    this.writes++
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

test('a field that is gone by then is left alone, and so is the one of the next chat', () => {
  const area = field('one two three')
  const write = vi.fn(() => true)
  vi.stubGlobal('document', { execCommand: write })
  Object.assign(area, { isConnected: false })
  wrap(area, 'bold', chosenIn(area))
  wrap(null, 'bold', { from: 0, to: 3, text: 'one' })
  expect(write).not.toHaveBeenCalled()
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

test('of many that are pasted all are marked in one step', () => {
  const area = field(`نام‌ها:\n${'@sara '.repeat(300)}(@reza)`)
  const end = area.value.length
  area.setSelectionRange(end, end)
  keepMarks(area)
  expect(area.value).toBe(`نام‌ها:\n${'\u200e@sara '.repeat(300)}(\u200e@reza)`)
  expect(area.selectionStart).toBe(area.value.length)
  expect((area as unknown as Field).writes).toBe(1)
})

test('what is copied or cut goes without the marks, which are in the field alone', () => {
  const area = field('سلام \u200e@reza، تو')
  area.setSelectionRange(5, 11)
  const done = vi.fn()
  vi.stubGlobal('document', { execCommand: done })
  for (const type of ['copy', 'cut']) {
    const setData = vi.fn()
    const event = Object.assign(new Event(type, { cancelable: true }), { clipboardData: { setData } })
    takeOut(event as unknown as ClipboardEvent, area)
    expect(setData).toHaveBeenCalledWith('text/plain', '@reza')
    expect(event.defaultPrevented).toBe(true)
  }
  expect(done.mock.calls).toEqual([['delete']])
  area.setSelectionRange(0, 4)
  const plain = new Event('copy', { cancelable: true })
  takeOut(plain as unknown as ClipboardEvent, area)
  expect(plain.defaultPrevented).toBe(false)
})
