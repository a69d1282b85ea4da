// SPDX-License-Identifier: AGPL-3.0-or-later

/** What a calendar on screen is made of. */
export interface Months {
  /** Persian months, else Gregorian ones. */
  readonly jalali: boolean
  /** The month with its year. */
  month(at: number): string
  monthName(at: number): string
  year(at: number): string
  /** The shortest name of a day of the week. */
  weekday(at: number): string
  dayOfMonth(at: number): string
}

/** In the language, digits and calendar of the reader's format. */
export function makeMonths(locale: string): Months {
  const dated = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
  const year = dated({ year: 'numeric' })
  const month = dated({ month: 'long' })
  const weekday = dated({ weekday: 'narrow' })
  const day = dated({ day: 'numeric' })
  const yearOf = (at: number) => year.formatToParts(at).find((p) => p.type === 'year')?.value ?? ''
  return {
    jalali: year.resolvedOptions().calendar === 'persian',
    month: (at) => `${month.format(at)} ${yearOf(at)}`,
    monthName: (at) => month.format(at),
    year: yearOf,
    weekday: (at) => weekday.format(at),
    dayOfMonth: (at) => day.format(at),
  }
}
