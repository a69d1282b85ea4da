// SPDX-License-Identifier: AGPL-3.0-or-later

/** What a calendar on screen is made of. */
export interface Months {
  /** Persian months, else Gregorian ones. */
  readonly jalali: boolean
  /** The month with its year. */
  month(at: number): string
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
  return {
    jalali: year.resolvedOptions().calendar === 'persian',
    month: (at) => {
      const part = year.formatToParts(at).find((p) => p.type === 'year')
      return `${month.format(at)} ${part?.value ?? ''}`
    },
    weekday: (at) => weekday.format(at),
    dayOfMonth: (at) => day.format(at),
  }
}
