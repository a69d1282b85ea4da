// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeEnglish } from '../src/ui/media/words.en'

const stored = new Map<string, string>()

/** The choices as a page finds them that opens now. */
async function opened() {
  vi.resetModules()
  return import('../src/ui/media/data.svelte')
}

beforeEach(() => {
  stored.clear()
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  })
})

afterEach(() => vi.unstubAllGlobals())

test('nothing loads by itself until it is offered once: photos and GIFs, and then both do', async () => {
  const { data, KINDS } = await opened()
  expect(KINDS.map((kind) => data.may(kind))).toEqual([false, false])
  expect([data.offer(), data.offer()]).toEqual([true, false])
  data.answer(true)
  expect(KINDS.map((kind) => data.may(kind))).toEqual([true, true])
  const again = (await opened()).data
  expect(again.offer()).toBe(false)
  expect(again.now).toEqual({
    photos: { mobile: false, other: true },
    gifs: { mobile: false, other: true },
  })
})

test('who declines is not asked again, and what was chosen for videos and GIFs holds for GIFs', async () => {
  const { data, KINDS } = await opened()
  data.answer(false)
  const declined = (await opened()).data
  expect([declined.offer(), ...KINDS.map((kind) => declined.may(kind))]).toEqual([false, false, false])
  stored.set('zolal.data', JSON.stringify({ photos: {}, videos: { other: true } }))
  expect((await opened()).data.now.gifs).toEqual({ mobile: false, other: true })
})

test('mobile data is asked about first, and the other networks are said to be Wi-Fi', async () => {
  const { CARRIERS } = await opened()
  expect(CARRIERS).toEqual(['mobile', 'other'])
  expect(makeEnglish({} as never).data.other).toContain('Wi-Fi')
})
