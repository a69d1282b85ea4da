// SPDX-License-Identifier: AGPL-3.0-or-later

/** Makes client keys: UUIDs of version 7, strictly ascending within one maker. */
export class KeyMaker {
  readonly #now: () => number
  #last = 0
  #count = 0

  /** `now` is the server's clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** A new key of 16 bytes. */
  make(): Uint8Array<ArrayBuffer> {
    const now = Math.max(0, Math.floor(this.#now()))
    if (now > this.#last) {
      this.#last = now
      this.#count = 0
    } else {
      this.#count++
      // Twelve bits of count within a millisecond; beyond them, or when the clock was set back, the last
      // time is carried on, so that keys of one device never sort against the order they were made in.
      if (this.#count > 0xfff) {
        this.#last++
        this.#count = 0
      }
    }
    const key = crypto.getRandomValues(new Uint8Array(16))
    const view = new DataView(key.buffer)
    view.setUint16(0, Math.floor(this.#last / 2 ** 32))
    view.setUint32(2, this.#last % 2 ** 32)
    view.setUint16(6, 0x7000 | this.#count)
    view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
    return key
  }
}
