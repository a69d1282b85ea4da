// SPDX-License-Identifier: AGPL-3.0-or-later

/** A value that changes over time. `subscribe` does not call back at once: read `get()` first. */
export interface Observable<T> {
  get(): T
  /** Calls `changed` after each change, until the returned function is called. */
  subscribe(changed: () => void): () => void
}

/** An observable that its owner sets. Setting an identical value tells nobody. */
export class Source<T> implements Observable<T> {
  #value: T
  #listeners = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get(): T {
    return this.#value
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const changed of [...this.#listeners]) changed()
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value))
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }
}
