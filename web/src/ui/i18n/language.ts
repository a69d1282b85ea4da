// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PushWords } from '../../model/push'
import type { Catalogue } from './catalogue/en'
import type { DayWords, Format } from './format'
import type { Parts } from './parts'

/** Words of which some may be missing; where they are, the English ones stand. */
export type Some<T> = T extends string | ((...args: never[]) => unknown)
  ? T
  : { readonly [K in keyof T]?: Some<T[K]> }

/** What a language says of itself. */
export interface About {
  /** As its readers call it. */
  readonly name: string
  readonly direction: 'rtl' | 'ltr'
  /** How its dates and numbers are written, where the name of its file does not say it: fa-IR. */
  readonly locale?: string
  /** Its digits, as Unicode names numbering systems: arabext, arab, deva. Without it they are Latin. */
  readonly digits?: string
  /** Without it dates are Gregorian. */
  readonly calendar?: 'jalali'
  /** The day a week begins with, whatever the calendar: 0 is Sunday. Without it that is Monday. */
  readonly week?: 0 | 1 | 2 | 3 | 4 | 5 | 6
}

/** A language is one file in catalogue/ that exports these. */
export interface Language {
  readonly about: About
  readonly days: DayWords
  readonly make: (format: Format) => Some<Catalogue>
  /** Words of what is loaded later, by the folder they lie in. Persian and English keep theirs there. */
  readonly parts?: { readonly [K in keyof Parts]?: (format: Format) => Some<Parts[K]> }
  /** What notifications say. */
  readonly notifications?: Partial<PushWords>
}

/** Some words of a language, and the others of the whole. */
export function filled<T>(whole: T, some: Some<T> | undefined): T {
  if (some === undefined) return whole
  if (typeof whole !== 'object' || whole === null) return some as T
  const own = some as Readonly<Record<string, Some<unknown>>>
  return Object.fromEntries(
    Object.entries(whole).map(([key, value]) => [key, filled(value, own[key] as Some<typeof value>)]),
  ) as T
}
