// SPDX-License-Identifier: AGPL-3.0-or-later
import type { TestInfo } from '@playwright/test'

/** One line of the table: a figure of several runs, and what is demanded of it. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly values: readonly number[]
  /** What it may be at most. */
  readonly floor?: number
}

/** The kind of annotation that carries a figure from a bench to the table. */
export const KIND = 'figure'

/** Puts a figure into the table. */
export function note(info: TestInfo, figure: Figure): void {
  info.annotations.push({ type: KIND, description: JSON.stringify(figure) })
}

/** The value that a share of all lies at or below; between two it is drawn straight. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN]
  return low + (high - low) * (at - Math.floor(at))
}

/** As many digits as a figure of this size says something with. */
export function round(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

/** A row for people: the median, the least to the most, of how many, and whether it reaches the floor. */
export function row({ name, unit, values, floor }: Figure): string[] {
  const middle = quantile(values, 0.5)
  const range = values.length > 1 ? `${round(Math.min(...values))}–${round(Math.max(...values))}` : ''
  const met = floor === undefined ? '' : `≤ ${floor} ${middle <= floor ? 'met' : 'NOT MET'}`
  return [name, `${round(middle)} ${unit}`, range, String(values.length), met]
}
