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

/** The month of a time. A week begins on Saturday in the Persian calendar, on Monday in the other. */
export function monthOf(at: Ms, calendar: Calendar): Month {
  const { day, month } = partsOf(at, calendar)
  const days = [dayAfter(at, 1 - day)]
  for (;;) {
    const next = dayAfter(days[0] ?? at, days.length)
    if (partsOf(next, calendar).month !== month || days.length > 31) break
    days.push(next)
  }
  const weekday = new Date(days[0] ?? at).getDay()
  return { days, lead: (weekday + (calendar === 'persian' ? 1 : 6)) % 7 }
}

/** A time in the month that lies `by` months from that of `at`, -1 or 1. */
export function monthBeside(at: Ms, calendar: Calendar, by: -1 | 1): Ms {
  const { days } = monthOf(at, calendar)
  return by < 0 ? dayAfter(days[0] ?? at, -1) : dayAfter(days.at(-1) ?? at, 1)
}

/** The first moment of the day of a time. */
export function startOfDay(at: Ms): Ms {
  return new Date(at).setHours(0, 0, 0, 0)
}
