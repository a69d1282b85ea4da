// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Seq } from './id'

/** Sequence numbers from, to (both in), all of them known. */
export type Range = readonly [from: Seq, to: Seq]

/** Ranges ascending, disjoint and never adjacent: two that touch are one. */
export type Ranges = readonly Range[]

/** Adds a range and joins what touches it. */
export function addRange(ranges: Ranges, [from, to]: Range): Ranges {
  if (from > to) return ranges
  const before = ranges.filter((r) => r[1] < from - 1)
  const after = ranges.filter((r) => r[0] > to + 1)
  const touching = ranges.slice(before.length, ranges.length - after.length)
  const joined: Range = [Math.min(from, touching[0]?.[0] ?? from), Math.max(to, touching.at(-1)?.[1] ?? to)]
  return [...before, joined, ...after]
}

/** Drops everything above `last`. */
export function cutAbove(ranges: Ranges, last: Seq): Ranges {
  return ranges.filter((r) => r[0] <= last).map((r): Range => [r[0], Math.min(r[1], last)])
}

/** The range that holds `seq`. */
export function rangeAt(ranges: Ranges, seq: Seq): Range | null {
  return ranges.find((r) => r[0] <= seq && seq <= r[1]) ?? null
}

/** Whether every number from `from` to `to` is known. */
export function covers(ranges: Ranges, from: Seq, to: Seq): boolean {
  if (from > to) return true
  const range = rangeAt(ranges, from)
  return range !== null && range[1] >= to
}
