// SPDX-License-Identifier: AGPL-3.0-or-later

/** The address of bytes on this device, for one showing at a time: it ends with the showing. */
export class OwnAddress {
  #url = ''
  #turn = 0

  /**
   * Ends the showing before and begins one: what it returns makes the address of the bytes when they are
   * here, or null where this showing is over by then.
   */
  begin(): (blob: Blob) => string | null {
    this.end()
    const turn = this.#turn
    return (blob) => {
      if (turn !== this.#turn) return null
      if (this.#url) URL.revokeObjectURL(this.#url)
      this.#url = URL.createObjectURL(blob)
      return this.#url
    }
  }

  end(): void {
    this.#turn++
    if (this.#url) URL.revokeObjectURL(this.#url)
    this.#url = ''
  }
}
