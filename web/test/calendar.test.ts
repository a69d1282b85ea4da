// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { dayAfter, monthBeside, monthOf, startOfDay } from '../src/model/calendar'

const noon = (year: number, month: number, day: number) => new Date(year, month - 1, day, 12).getTime()

test('a Persian month has its own days, its first and last too, in leap years and others', () => {
  const azar = monthOf(noon(2026, 11, 26), 'persian')
  expect(azar.days).toHaveLength(30)
  expect(azar.days[0]).toBe(noon(2026, 11, 22)) // 1 Azar 1405, a Sunday
  expect(azar.lead).toBe(1) // weeks begin on Saturday
  expect(monthOf(noon(2025, 3, 20), 'persian').days).toHaveLength(30) // Esfand of 1403, a leap year
  expect(monthOf(noon(2026, 3, 20), 'persian').days).toHaveLength(29) // Esfand of 1404
})

test('a Gregorian month begins its weeks on Monday', () => {
  const { days, lead } = monthOf(noon(2024, 2, 29), 'gregory')
  expect(days).toHaveLength(29)
  expect(lead).toBe(3) // 1 February 2024 was a Thursday
})

test('months follow each other without a gap, over years in both calendars', () => {
  for (const calendar of ['persian', 'gregory'] as const) {
    let at = noon(2026, 11, 26)
    for (let i = 0; i < 40; i++) {
      const before = monthBeside(at, calendar, -1)
      const [here, there] = [monthOf(at, calendar).days, monthOf(before, calendar).days]
      expect(dayAfter(there.at(-1) ?? 0, 1)).toBe(here[0])
      expect(monthOf(monthBeside(before, calendar, 1), calendar).days).toEqual(here)
      at = before
    }
  }
})

test('a day begins at its midnight', () => {
  expect(startOfDay(noon(2026, 11, 26))).toBe(new Date(2026, 10, 26).getTime())
})
