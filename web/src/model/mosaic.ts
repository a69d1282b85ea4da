// SPDX-License-Identifier: AGPL-3.0-or-later

/** Where one picture of an album lies: parts of the whole's width and height, from the start and the top. */
export interface Tile {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Mosaic {
  /** Width by height of the whole. */
  readonly ratio: number
  readonly tiles: readonly Tile[]
}

type Row = readonly number[]

/** The whole is laid out as if it were so wide, with so much between pictures. */
const WIDTH = 420
const GAP = 2
const LOWEST = 70

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/**
 * Lays pictures of these proportions (width by height) out as one, in their order: two beside or above each
 * other, three and four around a large first one, more in rows of like height.
 */
export function mosaic(ratios: readonly number[]): Mosaic {
  const all = ratios.map((ratio) => (ratio > 0 && Number.isFinite(ratio) ? ratio : 1))
  if (all.length <= 1) return { ratio: clamp(all[0] ?? 1, 0.56, 2.4), tiles: [whole] }
  if (all.length === 2) return two(all)
  if (all.length <= 4 && all.every((ratio) => ratio <= 2)) return around(all)
  return rows(all)
}

const whole: Tile = { x: 0, y: 0, width: 1, height: 1 }

function two([a = 1, b = 1]: Row): Mosaic {
  if (a > 1.2 && b > 1.2 && (a + b) / 2 > 1.4 && Math.abs(a - b) < 0.3) return inRows([[a], [b]])
  if ((a > 1.2 && b > 1.2) || (Math.abs(a - 1) <= 0.2 && Math.abs(b - 1) <= 0.2)) {
    const ratio = clamp((a + b) / 2, 0.75, 1.4)
    return inRows([[ratio, ratio]])
  }
  return inRows([[clamp(a, 0.5, 1.5), clamp(b, 0.5, 1.5)]])
}

/** The first is large: at the start where it is tall, else on top. */
function around(all: Row): Mosaic {
  const [first = 1, ...others] = all
  if (first >= 0.8) return inRows([[clamp(first, 1, 2.2)], others.map((ratio) => clamp(ratio, 0.66, 1.7))])
  // Those beside it share its height; their widths are one.
  const side = clamp(others.reduce((sum, ratio) => sum + ratio, 0) / others.length, 0.6, 1.6)
  const height = WIDTH
  const each = (height - GAP * (others.length - 1)) / others.length
  const beside = clamp(each * side, LOWEST, WIDTH * 0.45)
  const large = WIDTH - GAP - beside
  const tiles = [
    { x: 0, y: 0, width: large, height },
    ...others.map((_, i) => ({ x: large + GAP, y: i * (each + GAP), width: beside, height: each })),
  ]
  return parts(tiles, height)
}

/** Rows of one to three (four at the end of ten), such that the whole is about a third higher than wide. */
function rows(all: Row): Mosaic {
  const mean = all.reduce((sum, ratio) => sum + ratio, 0) / all.length
  const [low, high] = mean > 1.1 ? [1, 2.75] : [0.66, 1]
  const cropped = all.map((ratio) => clamp(ratio, low, high))
  let best: readonly Row[] = [cropped]
  let least = Number.POSITIVE_INFINITY
  for (const counts of splits(all.length)) {
    const made = counts.map((n, i) => {
      const at = counts.slice(0, i).reduce((sum, each) => sum + each, 0)
      return cropped.slice(at, at + n)
    })
    const heights = made.map(heightOf)
    const total = heights.reduce((sum, h) => sum + h + GAP, -GAP)
    const narrowing = counts.some((n, i) => i > 0 && n < (counts[i - 1] ?? 0))
    const thin = heights.some((h) => h < LOWEST)
    const off = Math.abs(total - (WIDTH * 4) / 3) * (narrowing ? 1.5 : 1) * (thin ? 1.5 : 1)
    if (off < least) [best, least] = [made, off]
  }
  return inRows(best)
}

/** All ways to share so many among two to four rows. */
function splits(count: number): number[][] {
  const out: number[][] = []
  const add = (left: number, sofar: number[]) => {
    if (left === 0 && sofar.length >= 2) out.push(sofar)
    if (sofar.length === 4) return
    for (let n = 1; n <= Math.min(left, sofar.length === 0 ? 3 : 4); n++) add(left - n, [...sofar, n])
  }
  add(count, [])
  return out
}

function heightOf(row: Row): number {
  const sum = row.reduce((total, ratio) => total + ratio, 0)
  return (WIDTH - GAP * (row.length - 1)) / sum
}

/** Each row is as high as its pictures are when together they fill the width. */
function inRows(list: readonly Row[]): Mosaic {
  const tiles: Tile[] = []
  let y = 0
  for (const row of list) {
    const height = clamp(heightOf(row), LOWEST, WIDTH)
    const sum = row.reduce((total, ratio) => total + ratio, 0)
    const room = WIDTH - GAP * (row.length - 1)
    let x = 0
    for (const ratio of row) {
      const width = (room * ratio) / sum
      tiles.push({ x, y, width, height })
      x += width + GAP
    }
    y += height + GAP
  }
  return parts(tiles, y - GAP)
}

function parts(tiles: readonly Tile[], height: number): Mosaic {
  return {
    ratio: WIDTH / height,
    tiles: tiles.map((t) => ({
      x: t.x / WIDTH,
      y: t.y / height,
      width: t.width / WIDTH,
      height: t.height / height,
    })),
  }
}

/** How large a picture, or an album, is drawn: within a square, but not too narrow for what lies over it. */
export function boxOf(ratio: number, width = 0, most = WIDTH): { width: number; height: number } {
  const wide = ratio >= 1 ? most : most * ratio
  // A small picture is not blown up beyond twice its pixels.
  const wanted = width > 0 ? Math.min(wide, Math.max(width * 2, 160)) : wide
  const shown = Math.round(clamp(wanted, 160, most))
  return { width: shown, height: Math.round(shown / ratio) }
}

/** The size of a picture that fits in a square of `side` pixels; none is made larger. */
export function fitted(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Shares messages of a run out into albums and single ones, in order. */
export function albumsOf<M extends { readonly content: { readonly kind: string; readonly album?: string } }>(
  messages: readonly M[],
  most = 10,
): M[][] {
  const groups: M[][] = []
  let album = ''
  for (const message of messages) {
    const mine = message.content.album ?? ''
    const last = groups.at(-1)
    if (last && mine !== '' && mine === album && last.length < most) last.push(message)
    else groups.push([message])
    album = mine
  }
  return groups
}
