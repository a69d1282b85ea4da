// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { formsOf, groups, languageOf, SignFinder } from '../src/ui/composer/signs/signs'

const root = resolve(import.meta.dirname, '..')
const file = (name: string) => readFileSync(resolve(root, `src/ui/composer/signs/${name}`), 'utf8')
const finder = (language: 'fa' | 'en') => SignFinder.load(language)
const found = async (words: string) => (await finder(languageOf(words))).find(words).map((sign) => sign.text)

test('the picker has every sign that Unicode recommends, each once, flags and families too', () => {
  const signs = groups.flatMap((group) => group.signs.map(({ text }) => text))
  expect(signs.length).toBeGreaterThan(1900)
  expect(new Set(signs).size).toBe(signs.length)
  expect(signs).toEqual(expect.arrayContaining(['🫡', '👨‍👩‍👧', '🇮🇷', '🇦🇫', '🇹🇯', '🏴\u200d☠️', '*️⃣']))
  expect(groups.find(({ group }) => group === 'flags')?.signs.length).toBeGreaterThan(250)
})

test('a sign of people has five tones, which are signs of Unicode too', () => {
  const toned = groups.flatMap((group) => group.signs.filter((sign) => sign.toned))
  expect(toned.length).toBeGreaterThan(300)
  const flags = 'v' // beyond what the app itself is compiled to
  const sign = new RegExp('^\\p{RGI_Emoji}$', flags)
  for (const { text } of toned) {
    const forms = formsOf(text)
    expect(new Set(forms).size, text).toBe(6)
    expect(
      forms.filter((form) => !sign.test(form)),
      text,
    ).toEqual([])
  }
  expect(formsOf('☝️')[3]).toBe('☝🏽')
  expect(formsOf('🧑\u200d🤝\u200d🧑')[1]).toBe('🧑🏻\u200d🤝\u200d🧑🏻')
})

test('signs are found by words of both languages, and flags by their countries', async () => {
  expect(await found('salut')).toContain('🫡')
  expect(await found('سلام')).toContain('🫡')
  expect((await found('red heart'))[0]).toBe('❤️')
  expect(await found('گربه')).toContain('🐱')
  expect(await found('كربه ی خیالی')).toEqual([])
  expect(await found('خانواده مرد دختر')).toContain('👨‍👩‍👧')
  expect((await found('ایران'))[0]).toBe('🇮🇷')
  expect(await found('پرچم آلمان')).toEqual(['🇩🇪'])
  expect((await found('germany'))[0]).toBe('🇩🇪')
})

test('all that one language fetches for it is within 60 KB', () => {
  for (const language of ['fa.json', 'en.json']) {
    const both = file('list.json') + file(language)
    expect(gzipSync(both, { level: 9 }).length, language).toBeLessThan(60 * 1024)
  }
})

test('what the picker shows is what Unicode has, as the tool made it', async () => {
  const tool = '../signs.mjs'
  const { made } = (await import(/* @vite-ignore */ tool)) as { made: () => Record<string, string> }
  for (const [name, text] of Object.entries(made())) expect(text === file(name), name).toBe(true)
})

test('the names of countries are made once for a language, not for each flag', async () => {
  const construct = vi.fn(Reflect.construct)
  vi.stubGlobal('Intl', { ...Intl, DisplayNames: new Proxy(Intl.DisplayNames, { construct }) })
  expect((await finder('en')).find('flag iran').map((sign) => sign.text)).toEqual(['🇮🇷'])
  expect(construct).toHaveBeenCalledTimes(1)
  vi.unstubAllGlobals()
})
