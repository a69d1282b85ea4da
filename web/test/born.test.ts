// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { born } from '../src/ui/chat/born'

/** The hour of a time in Tehran, three and a half hours ahead, as a day and an hour. */
const inTehran = (at: number) => new Date(at + 3.5 * 3_600_000).toISOString().slice(0, 13)

test('an account made after midnight here is of today, though it is yesterday still at Greenwich', () => {
  const day = Date.UTC(2026, 10, 26)
  const at = (hour: number) => day + hour * 3_600_000
  expect(inTehran(born(day, at(22)))).toBe('2026-11-27T01')
  expect(inTehran(born(day, at(9)))).toBe('2026-11-26T12')
  expect(inTehran(born(day, at(24 + 6)))).toBe('2026-11-26T15')
})
