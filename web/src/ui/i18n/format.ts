// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Look } from '../state/look.svelte'
import type { About } from './language'

type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>

/** Numbers and plural forms as the reader chose them. */
interface Numbers {
  n(value: number): string
  /** 1.2K, ۱٫۲ هزار. */
  compact(value: number): string
  /** Digits of a text that is not one number: codes, versions. */
  digits(text: string): string
  bytes(value: number): string
  /** A language has the forms it has: English one and other, Arabic six. */
  plural(value: number, forms: Forms): string
}

/** Times and dates as the reader chose them. */
interface Dates {
  time(at: number): string
  /** Today, yesterday, a weekday within the week, then the date. */
  day(at: number, now?: number): string
  /** For lists: the time today, else as `day`, short. */
  short(at: number, now?: number): string
  date(at: number): string
  /** As it stands within a sentence. */
  dateTime(at: number): string
  /** A stable name of the reader's local day, for grouping. */
  dayKey(at: number): string
}

export interface Format extends Numbers, Dates {
  /** As the platform's formatters take it, with its digits and calendar. */
  readonly locale: string
}

export interface DayWords {
  readonly today: string
  readonly yesterday: string
}

const dayMs = 86_400_000

export function makeFormat(look: Look, of: { readonly about: About; readonly days: DayWords }): Format {
  const { locale: base = look.language, digits: own = 'latn', calendar } = of.about
  const digits = { language: own, persian: 'arabext', latin: 'latn' }[look.digits]
  const jalali = look.calendar === 'language' ? calendar === 'jalali' : look.calendar === 'jalali'
  const locale = `${base}-u-ca-${jalali ? 'persian' : 'gregory'}-nu-${digits}`
  return { locale, ...numbers(locale), ...dates(locale, of.days) }
}

const isPersian = (locale: string) => locale.startsWith('fa')

function numbers(locale: string): Numbers {
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const plural = new Intl.PluralRules(locale)
  return {
    n: (value) => integer.format(value),
    compact: (value) => (value < 1000 ? integer.format(value) : compact.format(value)),
    digits: (text) => text.replace(/[0-9]/g, (digit) => integer.format(Number(digit))),
    bytes: (value) => {
      const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
      // Of a thousand, as the settings of the server and its command line count.
      const power = Math.min(3, Math.floor(Math.log10(Math.max(value, 1)) / 3))
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: units[power] ?? 'byte',
        // The short name of a byte has no plural.
        unitDisplay: isPersian(locale) || power === 0 ? 'long' : 'short',
        maximumFractionDigits: 1,
      }).format(value / 1000 ** power)
    },
    plural: (value, forms) =>
      (forms[plural.select(value)] ?? forms.other).replace('#', integer.format(value)),
  }
}

function dates(locale: string, days: DayWords): Dates {
  const dated = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
  const clock = dated({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const weekday = dated({ weekday: 'long' })
  const dayMonth = dated({ day: 'numeric', month: 'long' })
  const shortDay = dated({ weekday: isPersian(locale) ? 'long' : 'short' })
  const shortDate = dated({ day: 'numeric', month: 'short' })
  const numeric = dated({ year: 'numeric', month: 'short', day: 'numeric' })
  const key = dated({ year: 'numeric', month: 'numeric', day: 'numeric' })
  const long = dated({ year: 'numeric', month: 'long', day: 'numeric' })

  const full = (at: number) => withoutEra(long, at)
  const year = (at: number) => long.formatToParts(at).find((p) => p.type === 'year')?.value
  const daysAgo = (at: number, now: number) => Math.round((startOfDay(now) - startOfDay(at)) / dayMs)
  const near = (at: number, now = Date.now()) => [days.today, days.yesterday][daysAgo(at, now)]
  const time = (at: number) => clock.format(at)
  const day = (at: number, now = Date.now()): string => {
    const ago = daysAgo(at, now)
    const named = near(at, now)
    if (named) return named
    if (ago > 1 && ago < 7) return weekday.format(at)
    return year(at) === year(now) ? dayMonth.format(at) : full(at)
  }
  const short = (at: number, now = Date.now()): string => {
    const ago = daysAgo(at, now)
    if (ago === 0) return time(at)
    if (ago === 1) return days.yesterday
    if (ago > 1 && ago < 7) return shortDay.format(at)
    return year(at) === year(now) ? shortDate.format(at) : withoutEra(numeric, at)
  }
  return {
    time,
    day,
    short,
    date: full,
    dateTime: (at) => `${near(at)?.toLocaleLowerCase() ?? day(at)} ${time(at)}`,
    dayKey: (at) => key.format(at),
  }
}

function startOfDay(at: number): number {
  const day = new Date(at)
  day.setHours(12, 0, 0, 0) // noon, so that a change of the clocks cannot move it to another day
  return day.getTime()
}

/** Not "era" styles: the parts are put together so that neither "AP" nor "ه‍.ش." is written. */
function withoutEra(format: Intl.DateTimeFormat, at: number): string {
  return format
    .formatToParts(at)
    .filter((p) => p.type !== 'era')
    .map((p) => p.value)
    .join('')
    .trim()
}
