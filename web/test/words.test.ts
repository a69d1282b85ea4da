// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import * as en from '../src/ui/i18n/catalogue/en'
import * as fa from '../src/ui/i18n/catalogue/fa'
import { type Format, makeFormat } from '../src/ui/i18n/format'
import { isolating } from '../src/ui/i18n/isolate'
import { termbase } from '../src/ui/i18n/termbase'

const look = {
  theme: 'system',
  size: 2,
  digits: 'language',
  calendar: 'language',
  wallpaper: true,
  dense: false,
  still: false,
  listWidth: 360,
} as const
const faFormat = makeFormat({ ...look, language: 'fa' }, fa)
const enFormat = makeFormat({ ...look, language: 'en' }, en)

/** Every string of a catalogue with its path; functions are called with counts and names. */
function strings(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  if (typeof node === 'function') {
    return [1, 2, 5].flatMap((n) => {
      const args = /(typingNames|recordingNames|mayOnly)$/.test(path)
        ? [['سارا', 'Ali', 'x'].slice(0, n)]
        : [n, n]
      return strings(node(...args), `${path}(${n})`)
    })
  }
  return Object.entries(node as object).flatMap(([key, value]) =>
    strings(value, path ? `${path}.${key}` : key),
  )
}

/** The words of the parts that are loaded when they are needed, by the folder they lie in. */
type Made = (format: Format) => object
const parts = {
  fa: import.meta.glob<Made>('../src/ui/*/words.fa.ts', { eager: true, import: 'makePersian' }),
  en: import.meta.glob<Made>('../src/ui/*/words.en.ts', { eager: true, import: 'makeEnglish' }),
}
const partsIn = (language: 'fa' | 'en', format: Format): Record<string, object> =>
  Object.fromEntries(
    Object.entries(parts[language]).map(([path, make]) => [path.split('/').at(-2) ?? '', make(format)]),
  )

const persian = [...strings(fa.make(faFormat)), ...strings(partsIn('fa', faFormat))]
const english = [...strings(en.make(enFormat)), ...strings(partsIn('en', enFormat))]

describe('catalogues', () => {
  test('every part that is loaded later says its words here', () => {
    expect(Object.keys(partsIn('fa', faFormat))).toEqual(Object.keys(partsIn('en', enFormat)))
    expect(Object.keys(parts.fa).length).toBeGreaterThanOrEqual(12)
  })

  test('both languages say everything', () => {
    expect(persian.map(([path]) => path)).toEqual(english.map(([path]) => path))
    const silent = [...persian, ...english].filter(
      ([path, text]) => text === '' && path !== 'auth.strength.0',
    )
    expect(silent).toEqual([])
  })

  test('every term of the termbase is used in both, and its rivals in none', () => {
    for (const term of termbase) {
      expect(
        persian.some(([, text]) => text.includes(term.fa)),
        term.fa,
      ).toBe(true)
      expect(
        english.some(([, text]) => text.toLowerCase().includes(term.en.toLowerCase())),
        term.en,
      ).toBe(true)
      for (const rival of term.not) {
        const wrong = new RegExp(`(?<!\\p{L})${rival}(?!\\p{L})`, 'u')
        expect(
          persian.filter(([, text]) => wrong.test(text)),
          rival,
        ).toEqual([])
      }
    }
  })

  test('Persian has its own letters, digits and punctuation', () => {
    const wrong = persian.filter(
      ([path, text]) =>
        /[كيىة٠-٩]/.test(text) ||
        (/[?,;]/.test(text) && !/https?:/.test(text)) ||
        (/[0-9]/.test(text) && path !== 'settings.digitKinds.latin' && !/\((1|2|5)\)$/.test(path)),
    )
    expect(wrong).toEqual([])
  })

  test('half-spaces stand where a careful writer puts them', () => {
    const rules: readonly RegExp[] = [
      /(?<!\p{L})ن?می \p{L}/u, // می روم
      /(?<!\p{L})ن?می(?:کن|شو|توان|بین|ده|خوا|نوی|رو|مان|گیر|یاب)\p{L}/u, // میکند
      /\p{L} (?:ها|های|هایی|هایم|هایش|هایتان)(?!\p{L})/u, // پیام ها
      /[بپتثجچحخسشصضطظعغفقکگلمنی]های?(?:ی|تان|مان|شان)?(?!\p{L})/u, // پیامهای
      / (?:ام|اید|اند|تر|ترین)(?!\p{L})/u, // رفته اید
      /\u200c(?:\s|$)|\s\u200c|\u200c\u200c/, // stray
    ]
    for (const rule of rules)
      expect(
        persian.filter(([, text]) => rule.test(text)),
        String(rule),
      ).toEqual([])
  })

  test('people are addressed with شما, never with تو', () => {
    expect(persian.filter(([, text]) => /(?<![\p{L}\u200c])تو(?![\p{L}\u200c])/u.test(text))).toEqual([])
  })
})

/** Every function of a catalogue with its path. */
function sentences(node: unknown, path = ''): [string, (...args: unknown[]) => unknown][] {
  if (typeof node === 'function') return [[path, node as (...args: unknown[]) => unknown]]
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) => sentences(value, path ? `${path}.${key}` : key))
}

describe('names in sentences', () => {
  // What a name is put beside must not pull it apart: "@ben_carter" must not become "ben_carter@".
  const both = [
    ['fa', isolating({ ...fa.make(faFormat), parts: partsIn('fa', faFormat) })],
    ['en', isolating({ ...en.make(enFormat), parts: partsIn('en', enFormat) })],
  ] as const

  test.each(both)('%s: every name and text that is put into one is isolated', (_, words) => {
    let seen = 0
    for (const [path, say] of sentences(words)) {
      const names = /(typingNames|recordingNames|mayOnly)$/.test(path)
        ? [['سارا', '@ben_carter']]
        : ['@ben_carter', 'سارا']
      const said = String(say(...names))
      for (const name of ['@ben_carter', 'سارا']) {
        for (const { index } of said.matchAll(new RegExp(name, 'g'))) {
          seen++
          const around = [said[index - 1], said[index + name.length]]
          expect(around, `${path}: ${said}`).toEqual(['\u2068', '\u2069'])
        }
      }
    }
    expect(seen).toBeGreaterThan(20)
  })

  test.each(both)('%s: nothing put in stays nothing', (_, words) => {
    expect(words.service.pinnedChannel('')).not.toMatch(/[\u2068\u2069«»“”]/)
    expect(words.chat.reaction('🔥', 2)).not.toMatch(/[\u2068\u2069]/)
    expect(words.service.publicNameChanged('')).not.toMatch(/[\u2068\u2069@]/)
  })
})

describe('format', () => {
  const noon = new Date(2026, 10, 23, 12, 5).getTime()
  const day = 86_400_000

  test('Persian writes Persian digits and Jalali dates, 24-hour times', () => {
    expect(faFormat.n(1234567)).toBe('۱٬۲۳۴٬۵۶۷')
    expect(faFormat.time(noon + 3 * 3_600_000)).toBe('۱۵:۰۵')
    expect(faFormat.date(noon)).toBe('۲ آذر ۱۴۰۵')
    expect(enFormat.time(noon + 3 * 3_600_000)).toBe('15:05')
  })

  test('today, yesterday, weekday within a week, then day and month, then the year', () => {
    expect(faFormat.day(noon, noon)).toBe('امروز')
    expect(faFormat.day(noon - day, noon)).toBe('دیروز')
    expect(faFormat.day(noon - 2 * day, noon)).toBe('شنبه')
    expect(faFormat.day(noon - 20 * day, noon)).toBe('۱۲ آبان')
    expect(enFormat.day(noon - 2 * day, noon)).toBe('Saturday')
    expect(enFormat.day(noon - 400 * day, noon)).toMatch(/2025/)
  })

  test('digits and calendar follow the choice, not only the language', () => {
    const format = makeFormat({ ...look, language: 'en', digits: 'persian', calendar: 'jalali' }, en)
    expect(format.n(12)).toBe('۱۲')
    expect(format.date(noon)).toMatch(/Azar/)
    const latin = makeFormat({ ...look, language: 'fa', digits: 'latin', calendar: 'gregorian' }, fa)
    expect(latin.date(noon)).toBe('23 نوامبر 2026')
  })

  test('plural forms follow the language', () => {
    expect(enFormat.plural(1, { one: '# day', other: '# days' })).toBe('1 day')
    expect(enFormat.plural(0, { one: '# day', other: '# days' })).toBe('0 days')
    expect(faFormat.plural(2, { one: '# روز', other: '# روز' })).toBe('۲ روز')
  })
})
