// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { makeEnglish } from '../src/ui/admin/words.en'
import { makePersian } from '../src/ui/admin/words.fa'
import * as fa from '../src/ui/i18n/catalogue/fa'
import { makeFormat } from '../src/ui/i18n/format'

const format = makeFormat(
  {
    theme: 'system',
    language: 'fa',
    size: 2,
    digits: 'language',
    calendar: 'language',
    wallpaper: true,
    dense: false,
    still: false,
    listWidth: 360,
  },
  fa,
)

/** The codes of conditions that the server tells operators of. */
function codes(): string[] {
  const source = readFileSync(resolve(import.meta.dirname, '../../internal/server/condition.go'), 'utf8')
  const found = [...source.matchAll(/^\tcond\w+\s*= "(\w+)"/gm)].map(([, code]) => code ?? '')
  return found.filter((code) => code !== 'stopping') // while it stops there is nobody to tell
}

test('every alarm says what it is and what to do, in the words of its reader', () => {
  const known = codes()
  expect(known.length).toBeGreaterThan(10)
  type Words = Readonly<Record<string, { what: string; remedy: string }>>
  const english = makeEnglish(format).conditions as Words
  const persian = makePersian(format).conditions as Words
  for (const code of known) {
    for (const text of [english[code]?.what, english[code]?.remedy])
      expect(text, code).toMatch(/^[A-Z][^\u0600-\u06ff]+$/)
    for (const text of [persian[code]?.what, persian[code]?.remedy])
      expect(text, code).toMatch(/[\u0600-\u06ff]{2}/)
    expect(persian[code]?.what).not.toBe(english[code]?.what)
  }
})
