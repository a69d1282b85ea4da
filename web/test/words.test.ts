// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as en from '../src/ui/i18n/catalogue/en'
import * as fa from '../src/ui/i18n/catalogue/fa'
import { type Format, makeFormat } from '../src/ui/i18n/format'
import { isolating } from '../src/ui/i18n/isolate'
import { termbase } from '../src/ui/i18n/termbase'
import { speechOf } from '../src/worker/words'

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

type Said = readonly (readonly [string, string])[]

/** What lacks a half-space, or has one where none belongs. */
function misspaced(texts: Said): Said {
  const rules: readonly RegExp[] = [
    /(?<!\p{L})ن?می \p{L}/u, // می روم
    /(?<!\p{L})ن?می(?:کن|شو|توان|بین|ده|خوا|نوی|رو|مان|گیر|یاب)\p{L}/u, // میکند
    /\p{L} (?:ها|های|هایی|هایم|هایش|هایتان)(?!\p{L})/u, // پیام ها
    /[بپتثجچحخسشصضطظعغفقکگلمنی]های?(?:ی|تان|مان|شان)?(?!\p{L})/u, // پیامهای
    / (?:ام|اید|اند|تر|ترین)(?!\p{L})/u, // رفته اید
    /\u200c(?:\s|$)|\s\u200c|\u200c\u200c/, // stray
  ]
  // "Only" ends like a plural and is none.
  const without = (text: string) => text.replace(/(?<!\p{L})تنها(?!\p{L})/gu, '')
  return rules.flatMap((rule) => texts.filter(([, text]) => rule.test(without(text))))
}

const familiar = (texts: Said): Said =>
  texts.filter(([, text]) => /(?<![\p{L}\u200c])تو(?![\p{L}\u200c])/u.test(text))

/** What names a thing by another word than the one of the termbase. */
function rivalsIn(texts: Said): Said {
  const rivals = termbase.flatMap((term) => term.not)
  const wrong = new RegExp(`(?<!\\p{L})(?:${rivals.join('|')})(?!\\p{L})`, 'u')
  return texts.filter(([, text]) => wrong.test(text))
}

/**
 * What is said in Persian outside the catalogues: by the worker, by the manifest, and by each file of the
 * server, cut where other letters stand between. Files that know Persian and say nothing are left out.
 */
function beside(): Record<string, Said> {
  const root = resolve(import.meta.dirname, '../..')
  const manifest: unknown = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../public/manifest.fa.webmanifest'), 'utf8'),
  )
  const persianIn = (said: Said): Said => said.filter(([, text]) => /\p{Script=Arabic}/u.test(text))
  const row = { language: 'fa', speech: undefined } as unknown as Parameters<typeof speechOf>[0]
  const all: Record<string, Said> = {
    worker: persianIn(strings(speechOf(row).words)),
    manifest: persianIn(strings(manifest)),
  }
  const silent = [
    /_test\.go$/,
    /\/(?:testenv|storetest|lint|sim)\//,
    /\/(?:chat\/(?:words|search|tld|detect)|account\/factor)\.go$/,
  ]
  for (const path of readdirSync(join(root, 'internal'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.go') || silent.some((one) => one.test(`/${path}`))) continue
    // A literal that goes on in the next line is one text.
    const source = readFileSync(join(root, 'internal', path), 'utf8').replace(/" \+\n\s*"/g, '')
    const texts = source
      .match(/\p{Script=Arabic}[^\n"`\p{Script=Latin}]*/gu)
      ?.map((text) => [path, text.trim()] as const)
    if (texts) all[path] = texts
  }
  return all
}

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
    }
    expect(rivalsIn(persian)).toEqual([])
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
    expect(misspaced(persian)).toEqual([])
  })

  test('people are addressed with شما, never with تو', () => {
    expect(familiar(persian)).toEqual([])
  })
})

describe('Persian beside the catalogues', () => {
  test.each(Object.entries(beside()))(
    '%s: half-spaces, شما, its own letters and the words of the termbase',
    (_, texts) => {
      expect(texts.length).toBeGreaterThan(0)
      expect(misspaced(texts)).toEqual([])
      expect(familiar(texts)).toEqual([])
      expect(rivalsIn(texts)).toEqual([])
      expect(texts.filter(([, text]) => /[كيىة٠-٩]|\p{Script=Arabic}\s?[?,;]/u.test(text))).toEqual([])
    },
  )

  test('each of the rules finds its fault', () => {
    const texts = ['پیام ها', 'میکند', 'گفته اند', 'از تو', 'این چت'].map((text) => ['', text] as const)
    const found = (said: Said) => said.map(([, text]) => text)
    expect(found(misspaced(texts))).toEqual(['میکند', 'پیام ها', 'گفته اند'])
    expect(found(familiar(texts))).toEqual(['از تو'])
    expect(found(rivalsIn(texts))).toEqual(['این چت'])
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

  test('within a sentence today and yesterday are no beginning of one', () => {
    const now = Date.now()
    expect(enFormat.dateTime(now)).toMatch(/^today \d\d:\d\d$/)
    expect(enFormat.day(now)).toBe('Today')
    expect(faFormat.dateTime(now)).toMatch(/^امروز /)
  })

  test('a size has the plural of its unit', () => {
    expect([1, 13, 1500].map(enFormat.bytes)).toEqual(['1 byte', '13 bytes', '1.5 kB'])
    expect([1, 13].map(faFormat.bytes)).toEqual(['۱ بایت', '۱۳ بایت'])
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
    // Persian counts one and nothing as one, and all else as more.
    const persian = { one: 'این پیام حذف شود؟', other: '# پیام حذف شوند؟' }
    expect([0, 1, 2, 11].map((n) => faFormat.plural(n, persian))).toEqual([
      persian.one,
      persian.one,
      '۲ پیام حذف شوند؟',
      '۱۱ پیام حذف شوند؟',
    ])
  })

  test('no sentence about several stands where one is meant, nor the other way', () => {
    const forms: [string, Record<string, string>][] = []
    for (const [language, format] of [
      ['fa', faFormat],
      ['en', enFormat],
    ] as const) {
      const told: Format = {
        ...format,
        plural: (value, of) => {
          forms.push([language, { ...of }])
          return format.plural(value, of)
        },
      }
      strings((language === 'fa' ? fa : en).make(told))
      strings(partsIn(language, told))
    }
    const wrong = forms.filter(([language, { one = '', other = '' }]) => {
      if (!other.includes('#')) return true
      if (one === other) return language === 'en' && /# (?:\p{Ll}+s)\b/u.test(one)
      // A noun is one after a number in Persian; what is said of several has a verb of several, or no number.
      return language === 'fa'
        ? /شوند|اند(?!\p{L})|هستند/u.test(one)
        : /#/.test(one) && /# \p{Ll}+s\b/u.test(one) && !/# \p{Ll}+s\b/u.test(other)
    })
    expect(wrong).toEqual([])
    expect(forms.length).toBeGreaterThan(40)
  })
})
