// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import {
  bounded,
  type Cut,
  mostOf,
  moved,
  pixelsOf,
  sides,
  turned,
  WHOLE,
  zoomed,
} from '../src/ui/photo/crop'

const wide = { width: 1600, height: 800 }
const tall = { width: 600, height: 1200 }

/** Whether the square is covered by the picture: nothing beside it is cut out. */
function covers(picture: typeof wide, cut: Cut): boolean {
  const { width, height } = sides(picture, cut)
  const near = 1e-9
  return Math.abs(cut.x) <= (width - 1) / 2 + near && Math.abs(cut.y) <= (height - 1) / 2 + near
}

describe('a square is cut out of a picture', () => {
  test('at first its shorter side fills the square, and it is moved along the longer one alone', () => {
    expect(sides(wide, WHOLE)).toEqual({ width: 2, height: 1 })
    expect(moved(wide, WHOLE, { x: 0.2, y: 0.2 })).toEqual({ ...WHOLE, x: 0.2 })
    expect(moved(wide, WHOLE, { x: -9, y: 0 }).x).toBe(-0.5)
    expect(moved(tall, WHOLE, { x: 0.2, y: 9 })).toEqual({ ...WHOLE, y: 0.5 })
  })

  test('whatever is done, the square holds nothing but picture', () => {
    let seed = 7
    const random = () => {
      seed = (seed * 16807) % 2147483647
      return seed / 2147483647
    }
    for (const picture of [wide, tall, { width: 64, height: 64 }, { width: 4000, height: 90 }]) {
      let cut = WHOLE
      for (let i = 0; i < 400; i++) {
        const act = Math.floor(random() * 3)
        if (act === 0) cut = moved(picture, cut, { x: random() * 2 - 1, y: random() * 2 - 1 })
        else if (act === 1) {
          const point = { x: random() - 0.5, y: random() - 0.5 }
          cut = zoomed(picture, cut, { scale: cut.scale * (0.5 + random()), ...point })
        } else cut = turned(picture, cut)
        expect(covers(picture, cut)).toBe(true)
        expect(cut.scale).toBeGreaterThanOrEqual(1)
        expect(cut.scale).toBeLessThanOrEqual(mostOf(picture))
      }
    }
  })

  test('the point that is zoomed at stays where it is', () => {
    const before = zoomed(wide, WHOLE, { scale: 2 })
    const point = { x: 0.25, y: -0.1 }
    const after = zoomed(wide, before, { scale: 3, ...point })
    const under = (cut: Cut) => [(point.x - cut.x) / cut.scale, (point.y - cut.y) / cut.scale]
    expect(under(after)[0]).toBeCloseTo(under(before)[0] ?? 0)
    expect(under(after)[1]).toBeCloseTo(under(before)[1] ?? 0)
  })

  test('four quarter turns lead back, and a turn keeps what is in the middle', () => {
    const start = moved(wide, zoomed(wide, WHOLE, { scale: 2 }), { x: 0.4, y: 0.3 })
    let cut = start
    for (let i = 0; i < 4; i++) cut = turned(wide, cut)
    expect(cut.x).toBeCloseTo(start.x)
    expect(cut.y).toBeCloseTo(start.y)
    expect(cut.turns).toBe(0)
    const once = turned(wide, start)
    expect([once.x, once.y]).toEqual([-start.y, start.x])
  })

  test('what is small is not blown up, what is large leaves enough pixels', () => {
    expect(mostOf({ width: 100, height: 100 })).toBe(1)
    expect(mostOf(wide)).toBe(5)
    expect(pixelsOf(wide, { ...WHOLE, scale: mostOf(wide) })).toBe(160)
    expect(bounded(wide, { ...WHOLE, scale: 99 }).scale).toBe(5)
  })
})
