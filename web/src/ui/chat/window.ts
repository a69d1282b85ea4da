// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MessageView } from '../../model'

/** A half-open range of the messages in the view that are drawn. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** How many messages a step at an edge adds, and how many stay drawn at most. */
export const stepSize = 40
export const drawnMax = 140

/** The range that shows the newest messages. */
export function atEnd(count: number): Range {
  return { start: Math.max(0, count - stepSize * 2), end: count }
}

/** The range around one message. */
export function around(index: number, count: number): Range {
  const start = Math.max(0, index - stepSize)
  return { start, end: Math.min(count, Math.max(index + stepSize, start + stepSize * 2)) }
}

export function grownBack(range: Range): Range {
  const start = Math.max(0, range.start - stepSize)
  return { start, end: Math.min(range.end, start + drawnMax) }
}

export function grownOn(range: Range, count: number): Range {
  const end = Math.min(count, range.end + stepSize)
  return { start: Math.max(range.start, end - drawnMax), end }
}

/**
 * Where a drawn range lies after the messages changed around it: it follows its messages by their keys.
 * null when none of them is left: the window has moved elsewhere.
 */
export function followed(
  range: Range,
  before: readonly MessageView[],
  after: readonly MessageView[],
): Range | null {
  if (before === after || before.length === 0) return range.end > 0 ? range : null
  const index = new Map(after.map((message, i) => [message.key, i]))
  let start = -1
  for (let i = range.start; i < range.end && start < 0; i++) start = index.get(before[i]?.key ?? '') ?? -1
  let end = -1
  for (let i = range.end - 1; i >= range.start && end < 0; i--) end = index.get(before[i]?.key ?? '') ?? -1
  if (start < 0 || end < start) return null
  return { start, end: end + 1 }
}
