// SPDX-License-Identifier: AGPL-3.0-or-later
import type { UploadView } from '../model/media'

/** null: it is no upload any more, and goes out by itself. */
type Tell = (upload: UploadView | null) => void

/** What a tab knows of uploads under way; the tab that leads tells it. None of it is stored. */
export class UploadBoard {
  readonly #known = new Map<number, UploadView>()
  readonly #watchers = new Map<number, Set<Tell>>()

  hear(item: number, upload: UploadView | null): void {
    if (upload) this.#known.set(item, upload)
    else this.#known.delete(item)
    for (const tell of this.#watchers.get(item) ?? []) tell(upload)
  }

  get(item: number): UploadView | undefined {
    return this.#known.get(item)
  }

  watch(item: number, tell: Tell): () => void {
    const all = this.#watchers.get(item) ?? new Set()
    this.#watchers.set(item, all.add(tell))
    return () => {
      all.delete(tell)
      if (all.size === 0) this.#watchers.delete(item)
    }
  }
}
