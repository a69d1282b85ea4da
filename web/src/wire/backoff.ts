// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Timing } from './link'

/** For so long after it was reached, the server is expected back at any moment; milliseconds. */
const MOMENTS = 60_000

/** Who has waited for long waits at most this share of that for the next attempt. */
const SHARE = 1 / 60

/**
 * The longest wait between attempts to reach the server, `out` milliseconds after it was reached last. In
 * sight that is a moment at first and never much beside what was waited already; out of sight nobody waits.
 *
 * CONN-9
 */
export function longestWait({ retryNear, retryMax }: Timing, out: number, inSight: boolean): number {
  return inSight || out < MOMENTS ? Math.max(retryNear, out * SHARE) : retryMax
}

/**
 * Waits between attempts: doubling, and spread over the whole interval, so that clients cut off together do
 * not come back together.
 */
export class Backoff {
  readonly #min: number
  readonly #max: number
  readonly #random: () => number
  #next: number

  constructor(min: number, max: number, random: () => number = Math.random) {
    this.#min = min
    this.#max = max
    this.#random = random
    this.#next = min
  }

  /**
   * How long to wait now, in milliseconds: between half of the current step and the whole of it. No step is
   * longer than `longest`.
   */
  next(longest = this.#max): number {
    const step = Math.min(this.#next, longest)
    this.#next = Math.min(this.#max, step * 2)
    return Math.round(step * (0.5 + this.#random() / 2))
  }

  reset(): void {
    this.#next = this.#min
  }
}
