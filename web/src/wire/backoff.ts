// SPDX-License-Identifier: AGPL-3.0-or-later

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

  /** How long to wait now, in milliseconds: between half of the current step and the whole of it. */
  next(): number {
    const step = this.#next
    this.#next = Math.min(this.#max, step * 2)
    return Math.round(step * (0.5 + this.#random() / 2))
  }

  reset(): void {
    this.#next = this.#min
  }
}
