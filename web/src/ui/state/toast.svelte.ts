// SPDX-License-Identifier: AGPL-3.0-or-later

/** What can be done about what was said. */
export interface ToastAct {
  readonly label: string
  readonly run: () => void
}

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'bad'
  readonly act: ToastAct | null
}

class Toasts {
  #list = $state.raw<readonly Toast[]>([])
  #next = 1

  get now(): readonly Toast[] {
    return this.#list
  }

  say(text: string, options: { tone?: Toast['tone']; act?: ToastAct; ms?: number } = {}): void {
    const toast = { id: this.#next++, text, tone: options.tone ?? 'plain', act: options.act ?? null }
    // What is said again takes the place of what it said.
    this.#list = [...this.#list.filter((one) => one.text !== text).slice(-1), toast]
    const ms = options.ms ?? (options.act ? 6000 : 3500)
    // Whoever goes to one, or has the focus there, is reading; not whose pointer lay where it came up.
    const over = () => {
      if (document.querySelector('.toast:is(.read, :focus-within)')) setTimeout(over, 1000)
      else this.drop(toast.id)
    }
    setTimeout(over, ms)
  }

  drop(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
