// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Entity } from '../src/model'
import { detect } from '../src/model/detect'
import { knownEnding } from '../src/model/endings'
import { normalised } from '../src/model/normal'
import { Query } from '../src/model/words'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The kinds by their number in the protocol. */
const kinds: Readonly<Record<number, Entity['kind']>> = {
  9: 'url',
  10: 'email',
  11: 'phone',
  12: 'mention',
  14: 'hashtag',
  15: 'cashtag',
  16: 'botCommand',
}

interface Seen {
  readonly name: string
  readonly text: string
  readonly found: readonly { readonly kind: number; readonly text: string; readonly offset?: number }[]
}

describe('what can be seen in a text is that of the shared vectors', () => {
  const cases = JSON.parse(read('testdata/vectors/text/detect.json')) as Seen[]
  test('there are vectors', () => expect(cases.length).toBeGreaterThanOrEqual(30))
  test.each(cases)('$name', ({ text, found }) => {
    expect(detect(text)).toEqual(
      found.map((f) => ({
        kind: kinds[f.kind],
        offset: f.offset ?? text.indexOf(f.text),
        length: f.text.length,
      })),
    )
  })
})

test('a host name may end as on the server', () => {
  const known = /const endings = `([^`]+)`/.exec(read('internal/chat/tld.go'))?.[1]?.trim().split(/\s+/) ?? []
  expect(known.length).toBeGreaterThan(400)
  expect(known.filter((ending) => !knownEnding(ending))).toEqual([])
  const here = /new Set\(\s*`([^`]+)`/.exec(read('web/src/model/endings.ts'))?.[1]?.trim().split(/\s+/)
  expect(here).toEqual(known)
})

test('texts are found as in the shared vectors', () => {
  interface Case {
    readonly text: string
    readonly query: string
    readonly found?: readonly string[]
    readonly missed?: boolean
  }
  const cases = JSON.parse(read('testdata/vectors/words.json')) as Case[]
  expect(cases.length).toBeGreaterThanOrEqual(40)
  for (const { text, query, found = [], missed } of cases) {
    const ranges = new Query(query).match(text)
    const parts = ranges?.map(({ start, end }) => text.slice(start, end)) ?? null
    expect(parts, JSON.stringify([text, query])).toEqual(missed ? null : found)
  }
})

test('texts fold for searches as in the shared vectors', () => {
  const cases = JSON.parse(read('testdata/vectors/search.json')) as { text: string; fold: string }[]
  expect(cases.length).toBeGreaterThanOrEqual(30)
  for (const { text, fold } of cases) {
    expect(normalised(text), JSON.stringify(text)).toBe(fold)
    expect(normalised(fold)).toBe(fold)
  }
})
