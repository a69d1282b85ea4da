// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * The server's time as far as this device can tell. A device clock that is days off would make client keys
 * that the server refuses, so keys and times shown are made with this one.
 */
export class ServerClock {
  #offset: number
  #uncertainty = Number.POSITIVE_INFINITY
  readonly #local: () => number

  /** `offset` is what was learned in an earlier run, 0 if nothing. */
  constructor(offset = 0, local: () => number = Date.now) {
    this.#offset = offset
    this.#local = local
  }

  /** Milliseconds to add to the local clock. */
  get offset(): number {
    return this.#offset
  }

  now(): number {
    return this.#local() + this.#offset
  }

  /**
   * The server said `serverMs` between `askedAt` (local time) and now. A slow answer does not replace what a
   * quick one taught, unless the clocks have moved apart by more than it could be wrong.
   */
  learn(serverMs: number, askedAt: number): void {
    const now = this.#local()
    const uncertainty = Math.max(0, now - askedAt) / 2
    const offset = serverMs - (now - uncertainty)
    const apart = Math.abs(offset - this.#offset)
    if (uncertainty <= this.#uncertainty || apart > uncertainty + this.#uncertainty) {
      this.#offset = Math.round(offset)
      this.#uncertainty = uncertainty
    }
  }
}
