// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fetched } from '../src/ui/state/fetched'

/** Those who listen for a network. */
let ears: Set<() => void>
const online = () => {
  for (const ear of [...ears]) ear()
}

beforeEach(() => {
  vi.useFakeTimers()
  ears = new Set()
  vi.stubGlobal('addEventListener', (_: string, ear: () => void) => ears.add(ear))
  vi.stubGlobal('removeEventListener', (_: string, ear: () => void) => ears.delete(ear))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A part that does not come so many times. */
function failing(times: number) {
  const at: number[] = []
  const load = async () => {
    at.push(Date.now())
    if (at.length <= times) throw new Error('no network')
    return 'part'
  }
  return { at, load, pauses: () => at.slice(1).map((ms, i) => ms - (at[i] ?? 0)) }
}

test('a part that does not come is fetched again until it does, less and less often', async () => {
  const { load, pauses } = failing(8)
  const part = fetched(load)
  await vi.runAllTimersAsync()
  expect(await part).toBe('part')
  expect(pauses()).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
})

test('it is fetched at once when there is a network, and often again after that', async () => {
  const { at, load, pauses } = failing(7)
  const part = fetched(load)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(at).toHaveLength(5)
  online()
  await vi.advanceTimersByTimeAsync(0)
  expect(at).toHaveLength(6)
  await vi.runAllTimersAsync()
  expect(await part).toBe('part')
  expect(pauses().slice(5)).toEqual([1_000, 2_000])
})

test('a network that is found while a try is failing is not missed', async () => {
  let fail = () => {}
  const tries: number[] = []
  const part = fetched(async () => {
    tries.push(Date.now())
    if (tries.length > 1) return 'part'
    await new Promise<void>((_, reject) => (fail = () => reject(new Error('no network'))))
    return ''
  })
  online()
  fail()
  await vi.advanceTimersByTimeAsync(0)
  expect(tries).toHaveLength(2)
  expect(await part).toBe('part')
})

test('whoever has a part listens no longer, however often it was tried', async () => {
  const part = fetched(failing(3).load)
  await vi.runAllTimersAsync()
  await part
  expect(ears.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})
