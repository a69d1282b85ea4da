// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import type { ChatView, MessageView } from '../src/model'
import { isGone } from '../src/ui/chat/gone'

const view = (seqs: readonly (number | null)[], more: Partial<ChatView> = {}) => ({
  state: 'ready' as const,
  hasOlder: true,
  hasNewer: true,
  messages: seqs.map((seq) => ({ seq }) as MessageView),
  ...more,
})

test('a message is gone where what stood on both sides of it is here without it', () => {
  expect(isGone(view([4, 5, 6]), 5)).toBe(false)
  expect(isGone(view([4, 6]), 5)).toBe(true)
  expect(isGone(view([4, 6]), null)).toBe(false)
})

test('of one that the view has left nothing is known', () => {
  expect(isGone(view([6, 7]), 5)).toBe(false)
  expect(isGone(view([3, 4]), 5)).toBe(false)
  expect(isGone(view([]), 5)).toBe(false)
})

test('at the ends of the chat one side is enough', () => {
  expect(isGone(view([3, 4, null], { hasNewer: false }), 5)).toBe(true)
  expect(isGone(view([6], { hasOlder: false }), 5)).toBe(true)
  expect(isGone(view([], { hasOlder: false, hasNewer: false }), 5)).toBe(true)
  expect(isGone(view([], { hasOlder: false, hasNewer: false, state: 'loading' }), 5)).toBe(false)
})
