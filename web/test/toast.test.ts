// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { toasts } from '../src/ui/state/toast.svelte'

let over = false
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', { querySelector: () => (over ? {} : null) })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what is told goes after a while, and not while somebody points at it or has the focus there', () => {
  toasts.say('first')
  vi.advanceTimersByTime(4000)
  expect(toasts.now).toEqual([])

  over = true
  toasts.say('second')
  vi.advanceTimersByTime(60_000)
  expect(toasts.now).toMatchObject([{ text: 'second' }])
  over = false
  vi.advanceTimersByTime(1000)
  expect(toasts.now).toEqual([])
})
