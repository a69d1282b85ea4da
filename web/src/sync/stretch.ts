// SPDX-License-Identifier: AGPL-3.0-or-later

/** Bytes from `from` up to `to`, without it. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** From this size on a file goes up in parts beside each other; a long way has room for more than one. */
const BIG = 32 << 20
const PARTS = 3

/** One request brings so much at most: what a cut can cost where a proxy holds back what it got. */
const FIRST = 1 << 20
const MOST = 16 << 20

/** How a file is uploaded: whole, or in parts that are joined. The same size always gives the same parts. */
export function stretches(size: number): Stretch[] {
  if (size < BIG) return [{ from: 0, to: size }]
  const each = Math.ceil(size / PARTS)
  return Array.from({ length: PARTS }, (_, i) => ({ from: i * each, to: Math.min(size, (i + 1) * each) }))
}

/** How much the next request brings: it grows with what went well. */
export function chunkAt(sent: number): number {
  return Math.min(MOST, Math.max(FIRST, sent))
}
