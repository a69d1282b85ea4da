// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { interactiveAt } from '../bench/browser'
import { quantile, row } from '../bench/figure'
import { type Clock, chances, Flow, type Terms, Way } from '../bench/flow'

/** Time that goes from one appointment to the next. */
class Turns implements Clock {
  #now = 0
  #due: { at: number; work: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, work: () => void): void {
    this.#due.push({ at: this.#now + ms, work })
  }

  run(): void {
    for (;;) {
      this.#due.sort((a, b) => a.at - b.at)
      const next = this.#due.shift()
      if (!next) return
      this.#now = next.at
      next.work()
    }
  }
}

/** Sends so many bytes over a link of its own: how long it took, what came, and what went over the wire. */
function send(terms: Terms, bytes: number, seed = 1) {
  const clock = new Turns()
  const way = new Way()
  const came: number[] = []
  let ended = -1
  const flow = new Flow({
    terms: () => terms,
    direction: 'down',
    way,
    back: new Way(),
    clock,
    chance: chances(seed),
    deliver: (data) => came.push(...data),
    ended: () => {
      ended = clock.now()
    },
  })
  const sent = Uint8Array.from({ length: bytes }, (_, i) => i % 251)
  flow.push(sent)
  flow.end()
  flow.open()
  clock.run()
  return {
    ended,
    whole: came.length === bytes && came.every((byte, i) => byte === i % 251),
    bytes: way.bytes,
  }
}

const even: Terms = { down: 128_000, up: 128_000, trip: 800, loss: 0 }

test('what a link without loss carries takes its bytes at its rate, and half a round trip', () => {
  const one = send(even, 1_400)
  expect(one.ended).toBeCloseTo((1_440 * 8) / 128 + 400)
  const many = send(even, 140_000)
  expect(many.bytes).toBe(144_000)
  expect(many.ended).toBeCloseTo((144_000 * 8) / 128 + 400)
})

test('a wide link waits for the window: ten segments, and twice as many after each round trip', () => {
  // 10, 20, 40 and the last 30 of a hundred segments.
  const wide = send({ ...even, down: 1e9 }, 140_000)
  expect(Math.round(wide.ended / 10)).toBe((3 * 800 + 400) / 10)
})

test('however much is lost, all of it arrives in its order, later and with more on the wire', () => {
  const clean = send(even, 140_000)
  for (let seed = 1; seed <= 20; seed++) {
    const lossy = send({ ...even, loss: 0.05 }, 140_000, seed)
    expect(lossy.whole).toBe(true)
    expect(lossy.ended).toBeGreaterThan(clean.ended)
    expect(lossy.bytes).toBeGreaterThan(clean.bytes)
  }
  expect(send({ ...even, loss: 0.6 }, 14_000).whole).toBe(true)
})

test('a lone segment that is lost comes after a round trip and a half, and the next time after three', () => {
  const seed = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((s) => {
    const chance = chances(s)
    return chance() < 0.5 && chance() < 0.5 && chance() >= 0.5
  })
  const { ended } = send({ ...even, loss: 0.5 }, 100, seed)
  const leaves = (140 * 8) / 128
  expect(ended).toBeCloseTo(1_200 + 2_400 + leaves + 400)
})

test('a page is interactive after its last long task before five quiet seconds, or once it draws', () => {
  const page = { largest: 900, what: '', first: 800, now: 20_000 }
  expect(interactiveAt({ ...page, long: [] })).toBe(800)
  expect(interactiveAt({ ...page, long: [[100, 300]] })).toBe(800)
  expect(interactiveAt({ ...page, long: [[700, 300]] })).toBe(1_000)
  const long: [number, number][] = [
    [900, 100],
    [5_800, 60],
    [11_000, 90],
  ]
  expect(interactiveAt({ ...page, long })).toBe(5_860)
})

test('a row says the median, the range, and whether the floor is reached', () => {
  const figure = { name: 'x', unit: 'ms', values: [30, 10, 20], floor: 20 }
  expect(row(figure)).toEqual(['x', '20.0 ms', '10.0–30.0', '3', '≤ 20 met'])
  expect(row({ ...figure, floor: 19 }).at(-1)).toBe('≤ 19 NOT MET')
  expect(quantile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8)
})
