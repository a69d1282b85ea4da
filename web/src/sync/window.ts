// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow } from '../db'
import type { Seq } from '../model/id'
import { rangeAt } from '../model/ranges'
import { PAGE } from './history'

/** The part of a history that is on screen: numbers from, to (both in), all of them stored. */
export interface Window {
  readonly from: Seq
  readonly to: Seq
}

/** A window is not let grow beyond this; the far end is let go. */
export const LIMIT = 480

/** The window around a number, as far as it is stored; null where the number itself is not. */
export function windowAround(row: ChatRow, seq: Seq): Window | null {
  const range = rangeAt(row.ranges, seq)
  if (!range) return null
  return { from: Math.max(range[0], seq - PAGE), to: Math.min(range[1], seq + PAGE) }
}

/** The window at the end of what is stored. */
export function windowAtEnd(row: ChatRow): Window | null {
  const range = row.ranges.at(-1)
  if (!range) return null
  return { from: Math.max(range[0], range[1] - PAGE + 1), to: range[1] }
}

/** Extends a window backward through what is stored; the same window where nothing is. */
export function older(row: ChatRow, w: Window): Window {
  const range = rangeAt(row.ranges, w.from)
  const from = Math.max(range?.[0] ?? w.from, w.from - PAGE)
  return { from, to: Math.min(w.to, from + LIMIT - 1) }
}

/** Extends a window forward through what is stored. */
export function newer(row: ChatRow, w: Window): Window {
  const range = rangeAt(row.ranges, w.to)
  const to = Math.min(range?.[1] ?? w.to, w.to + PAGE)
  return { from: Math.max(w.from, to - LIMIT + 1), to }
}

/** A window that stood at the end follows what came after it. */
export function follow(row: ChatRow, w: Window): Window {
  const end = rangeAt(row.ranges, w.to)?.[1] ?? w.to
  return { from: Math.max(w.from, end - LIMIT + 1), to: end }
}

/** Where the history begins for this account. */
export function startOf(row: ChatRow): Seq {
  return Math.max(1, row.floor, row.info.me.from)
}
