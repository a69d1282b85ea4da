// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { dayAfter, monthBeside, monthOf, monthsIn, startOfDay, yearBeside } from '../src/model/calendar'

const noon = (year: number, month: number, day: number) => new Date(year, month - 1, day, 12).getTime()

test('a Persian month has its own days, its first and last too, in leap years and others', () => {
  const azar = monthOf(noon(2026, 11, 26), 'persian', 6)
  expect(azar.days).toHaveLength(30)
  expect(azar.days[0]).toBe(noon(2026, 11, 22)) // 1 Azar 1405, a Sunday
  expect(azar.lead).toBe(1) // weeks begin on Saturday
  expect(monthOf(noon(2025, 3, 20), 'persian').days).toHaveLength(30) // Esfand of 1403, a leap year
  expect(monthOf(noon(2026, 3, 20), 'persian').days).toHaveLength(29) // Esfand of 1404
})

test('weeks begin with the day of the reader, in either calendar', () => {
  const of = (week: number) => monthOf(noon(2026, 11, 26), 'gregory', week)
  expect([of(1).lead, of(6).lead, of(0).lead]).toEqual([6, 1, 0]) // 1 November 2026 was a Sunday
})

test('every year has the months of its own, and the years beside it follow without a gap', () => {
  for (const calendar of ['persian', 'gregory'] as const) {
    for (const at of [noon(2024, 1, 1), noon(2024, 3, 20), noon(2026, 3, 21), noon(2026, 12, 31)]) {
      const months = monthsIn(at, calendar)
      expect(months).toHaveLength(12)
      expect(months).toContain(monthOf(at, calendar).days[0])
      expect(monthsIn(months[11] ?? 0, calendar)).toEqual(months)
      for (const by of [-40, -1, 0, 1, 30]) {
        const there = monthsIn(yearBeside(at, calendar, by), calendar)
        const next = monthsIn(yearBeside(at, calendar, by + 1), calendar)
        expect(monthBeside(there[11] ?? 0, calendar, 1)).toBe(next[0])
      }
      expect(monthsIn(yearBeside(at, calendar, 0), calendar)).toEqual(months)
    }
  }
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
