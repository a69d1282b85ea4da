// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Ms } from './id'

export type Calendar = 'persian' | 'gregory'

/** One month of a reader's calendar. Days are told by their noon, so that no change of clocks moves one. */
export interface Month {
  readonly days: readonly Ms[]
  /** How many places of the first week come before the first day. */
  readonly lead: number
}

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
}

const formats = new Map<Calendar, Intl.DateTimeFormat>()

function partsOf(at: Ms, calendar: Calendar): Parts {
  const made = formats.get(calendar)
  const format =
    made ??
    new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    })
  formats.set(calendar, format)
  const parts = format.formatToParts(at)
  const of = (type: string) => Number.parseInt(parts.find((p) => p.type === type)?.value ?? '0', 10)
  return { year: of('year'), month: of('month'), day: of('day') }
}

/** The noon of the day that lies so many days after that of a time. */
export function dayAfter(at: Ms, days: number): Ms {
  const day = new Date(at)
  day.setHours(12, 0, 0, 0)
  day.setDate(day.getDate() + days)
  return day.getTime()
}

/** The month of a time. `week` is the day with which weeks begin, 0 Sunday. */
export function monthOf(at: Ms, calendar: Calendar, week = 1): Month {
  const { day, month } = partsOf(at, calendar)
  const days = [dayAfter(at, 1 - day)]
  for (;;) {
    const next = dayAfter(days[0] ?? at, days.length)
    if (partsOf(next, calendar).month !== month || days.length > 31) break
    days.push(next)
  }
  const weekday = new Date(days[0] ?? at).getDay()
  return { days, lead: (weekday - week + 7) % 7 }
}

/** A time in the month that lies `by` months from that of `at`, -1 or 1. */
export function monthBeside(at: Ms, calendar: Calendar, by: -1 | 1): Ms {
  const { days } = monthOf(at, calendar)
  return by < 0 ? dayAfter(days[0] ?? at, -1) : dayAfter(days.at(-1) ?? at, 1)
}

/** The first days of the months of the year of a time. */
export function monthsIn(at: Ms, calendar: Calendar): readonly Ms[] {
  let first = monthOf(at, calendar).days[0] ?? at
  while (partsOf(first, calendar).month > 1) first = monthOf(dayAfter(first, -1), calendar).days[0] ?? first
  const months = [first]
  while (months.length < 12) months.push(monthBeside(months.at(-1) ?? first, calendar, 1))
  return months
}

/** The number of the year of a time. */
export function yearOf(at: Ms, calendar: Calendar): number {
  return partsOf(at, calendar).year
}

/** A time amid the year that lies `by` years from that of `at`. */
export function yearBeside(at: Ms, calendar: Calendar, by: number): Ms {
  const { month, day } = partsOf(at, calendar)
  // Half a year before the next one begins: what is lost by leap years reaches neither end.
  return dayAfter(at, 183 - (month - 1) * 30.5 - day + by * 365.2425)
}

/** The first moment of the day of a time. */
export function startOfDay(at: Ms): Ms {
  return new Date(at).setHours(0, 0, 0, 0)
}
