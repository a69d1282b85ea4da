// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import { CANCEL_FAR, type Hold, type HoldEvent, held, LOCK_FAR, slid } from '../src/ui/voice/gesture'
import { labelOf } from '../src/ui/voice/music'
import { lasting, rateOf } from '../src/ui/voice/time'
import { bars, gathered, loudness, loudnesses, MOST_LEVELS, toLevels } from '../src/ui/voice/waveform'

const press: HoldEvent = { kind: 'press', now: 1000 }
const run = (...events: HoldEvent[]) => events.reduce<Hold>(held, { at: 'rest' })
const move = (aside: number, up: number): HoldEvent => ({ kind: 'move', aside, up })
const lift = (now: number): HoldEvent => ({ kind: 'lift', now })

describe('the gesture of recording', () => {
  test('what is held is sent when it is let go', () => {
    expect(run(press, move(3, 4), lift(3000))).toEqual({ at: 'done', how: 'send' })
  })

  test('a tap records on without a finger', () => {
    expect(run(press, lift(1200))).toEqual({ at: 'locked' })
  })

  test('sliding far enough to the start edge cancels, at once and for good', () => {
    expect(run(press, move(CANCEL_FAR - 1, 0)).at).toBe('held')
    const gone = run(press, move(CANCEL_FAR, 10))
    expect(gone).toEqual({ at: 'done', how: 'cancel' })
    expect(held(gone, lift(9000))).toBe(gone)
    expect(held(gone, move(0, LOCK_FAR))).toBe(gone)
  })

  test('sliding back before that goes on, and so does sliding the other way', () => {
    expect(run(press, move(CANCEL_FAR - 1, 0), move(0, 0), lift(3000))).toEqual({ at: 'done', how: 'send' })
    expect(run(press, move(-500, -500))).toEqual({ at: 'held', since: 1000, aside: 0, up: 0 })
  })

  test('sliding up locks, and lifting the finger then sends nothing', () => {
    expect(run(press, move(0, LOCK_FAR), lift(5000))).toEqual({ at: 'locked' })
  })

  test('a slanted slide does what it is farther along', () => {
    expect(run(press, move(CANCEL_FAR, CANCEL_FAR + 1))).toEqual({ at: 'locked' })
    expect(run(press, move(CANCEL_FAR + 1, CANCEL_FAR)).at).toBe('done')
  })

  test('a pointer that the browser takes away loses nothing', () => {
    expect(run(press, { kind: 'lose' })).toEqual({ at: 'locked' })
  })

  test('nothing begins without a press', () => {
    expect(run(move(500, 500), lift(5000))).toEqual({ at: 'rest' })
  })

  test('the start edge is on the left from left to right, and on the right from right to left', () => {
    expect(slid({ x: 300, y: 700 }, { x: 200, y: 650 }, false)).toEqual({ aside: 100, up: 50 })
    expect(slid({ x: 60, y: 700 }, { x: 160, y: 650 }, true)).toEqual({ aside: 100, up: 50 })
    expect(slid({ x: 300, y: 700 }, { x: 350, y: 700 }, false).aside).toBe(-50)
  })
})

describe('waveforms', () => {
  const tone = (count: number, loud: (i: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => loud(i) * Math.sin(i))

  test('never more levels than the server takes, all of one byte', () => {
    for (const count of [0, 1, 7, 99, 100, 101, 640, 60_000]) {
      const levels = toLevels(Array.from({ length: count }, (_, i) => Math.abs(Math.sin(i))))
      expect(levels).toHaveLength(Math.min(count, MOST_LEVELS))
      expect(levels.every((level) => Number.isInteger(level) && level >= 0 && level <= 255)).toBe(true)
    }
  })

  test('louder stretches are higher, and the loudest is full', () => {
    const loud = loudnesses(
      tone(48_000, (i) => (i < 24_000 ? 0.1 : 0.4)),
      MOST_LEVELS,
    )
    const levels = toLevels(loud)
    expect(levels).toHaveLength(100)
    expect(Math.max(...levels)).toBe(255)
    expect(levels[10] ?? 0).toBeLessThan(levels[90] ?? 0)
    expect(levels[10] ?? 0).toBeGreaterThan(60)
  })

  test('silence stays low, whatever the scale', () => {
    expect(Math.max(...toLevels(Array.from({ length: 200 }, () => 0)))).toBe(0)
    expect(Math.max(...toLevels(Array.from({ length: 200 }, () => 0.0005)))).toBeLessThan(60)
  })

  test('gathering loses no peak', () => {
    for (let at = 0; at < 1000; at += 37) {
      const levels = Array.from({ length: 1000 }, (_, i) => (i === at ? 1 : 0))
      expect(Math.max(...gathered(levels, 100))).toBe(1)
    }
  })

  test('the loudness of nothing is nothing', () => {
    expect(loudness([])).toBe(0)
    expect(loudnesses([], 100)).toEqual([])
  })

  test('bars fill the room, whatever came from elsewhere', () => {
    expect(bars([], 30)).toHaveLength(30)
    expect(bars([255, 0], 30)).toHaveLength(30)
    expect(bars([255, 0], 4)).toEqual([1, 1, 0, 0])
    expect(bars([900, -5], 2)).toEqual([1, 0])
  })
})

describe('words of sound', () => {
  const persian = { digits: (text: string) => text.replace(/\d/g, (d) => '۰۱۲۳۴۵۶۷۸۹'[Number(d)] ?? d) }
  const latin = { digits: (text: string) => text }

  test('times are short, and right at their edges', () => {
    expect([0, 999, 1000, 59_999, 60_000, 3_599_999, 3_600_000].map((ms) => lasting(ms, latin))).toEqual([
      '0:00',
      '0:00',
      '0:01',
      '0:59',
      '1:00',
      '59:59',
      '1:00:00',
    ])
    expect(lasting(67_000, persian)).toBe('۱:۰۷')
    expect(lasting(-5, latin)).toBe('0:00')
  })

  test('speeds have the decimal sign of their digits', () => {
    expect([1, 1.5, 2].map((rate) => rateOf(rate, persian))).toEqual(['۱', '۱٫۵', '۲'])
    expect(rateOf(1.5, latin)).toBe('1.5')
  })

  test('titles from files turn nothing around and are not cut through a character', () => {
    expect(labelOf('\u202eevil\u202c\n song')).toBe('evil   song')
    expect(labelOf(undefined)).toBe('')
    const long = labelOf(`${'a'.repeat(127)}😀😀`)
    expect(long).toBe('a'.repeat(127))
  })
})
