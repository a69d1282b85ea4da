// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Recorded } from './recorder'

/** Listening to one's own recording before it is sent. */
export class Preview {
  readonly #sound = new Audio()
  readonly #address: string
  #frame = 0
  playing = $state(false)
  /** Milliseconds. */
  time = $state(0)

  constructor(made: Recorded) {
    this.#address = URL.createObjectURL(made.blob)
    this.#sound.src = this.#address
    this.#sound.addEventListener('play', () => {
      this.playing = true
      this.#follow()
    })
    this.#sound.addEventListener('pause', () => (this.playing = false))
    this.#sound.addEventListener('ended', () => {
      this.playing = false
      this.time = 0
      this.#sound.currentTime = 0
    })
  }

  toggle(): void {
    if (this.playing) this.#sound.pause()
    else this.#sound.play().catch(() => (this.playing = false))
  }

  seek(time: number): void {
    this.time = time
    this.#sound.currentTime = time / 1000
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#sound.pause()
    this.#sound.removeAttribute('src')
    URL.revokeObjectURL(this.#address)
  }

  #follow(): void {
    if (!this.playing) return
    this.time = this.#sound.currentTime * 1000
    this.#frame = requestAnimationFrame(() => this.#follow())
  }
}
