// SPDX-License-Identifier: AGPL-3.0-or-later

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'bad'
  readonly undo: (() => void) | null
}

class Toasts {
  #list = $state.raw<readonly Toast[]>([])
  #next = 1

  get now(): readonly Toast[] {
    return this.#list
  }

  say(text: string, options: { tone?: Toast['tone']; undo?: () => void } = {}): void {
    const toast = { id: this.#next++, text, tone: options.tone ?? 'plain', undo: options.undo ?? null }
    // What is said again takes the place of what it said.
    this.#list = [...this.#list.filter((one) => one.text !== text).slice(-1), toast]
    setTimeout(() => this.drop(toast.id), options.undo ? 6000 : 3500)
  }

  drop(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
