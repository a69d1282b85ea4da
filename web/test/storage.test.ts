// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { byKind, sumOf } from '../src/ui/storage/sums'

test('what is kept is summed by kind over all chats, and by chat over chosen kinds', () => {
  const kept = {
    chats: [
      { chat: 1, bytes: { photos: 100, messages: 7 } },
      { chat: 2, bytes: { photos: 20, files: 3 } },
    ],
    app: 1000,
    room: null,
  }
  expect(byKind(kept)).toMatchObject({ photos: 120, files: 3, messages: 7, voice: 0 })
  expect(sumOf(byKind(kept))).toBe(130)
  expect(sumOf({ photos: 100, messages: 7 }, ['messages', 'voice'])).toBe(7)
  expect(sumOf({}, ['photos'])).toBe(0)
})
