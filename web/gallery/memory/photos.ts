// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PhotoActions, PhotoOf, PhotoView, Portrait, Portraits } from '../../src/model'
import { now } from './fixture'

/** Photos that are set on this page; nobody has one at first. */
export class MemoryPhotos implements PhotoActions, Portraits {
  readonly #photos = new Map<string, { view: PhotoView; blob: Blob }[]>()
  readonly #listeners = new Set<() => void>()
  #last = 0

  readonly acts = async () => this

  of(of: PhotoOf, id: number): PhotoView | null {
    return this.#photos.get(of + id)?.[0]?.view ?? null
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async set(chat: number | null, { blob, thumbhash }: Portrait): Promise<void> {
    const [of, id] = chat === null ? (['account', 1] as const) : (['chat', chat] as const)
    const seq = ++this.#last
    const view = { of, id, seq, at: now, hash: `hash${seq}`, thumbhash, open: true }
    this.#photos.set(of + id, [{ view, blob }, ...(this.#photos.get(of + id) ?? [])])
    this.#tell()
  }

  async remove(chat: number | null, seq: number): Promise<void> {
    const key = chat === null ? 'account1' : `chat${chat}`
    this.#photos.set(
      key,
      (this.#photos.get(key) ?? []).filter(({ view }) => view.seq !== seq),
    )
    this.#tell()
  }

  async list(account: number): Promise<readonly PhotoView[]> {
    return (this.#photos.get(`account${account}`) ?? []).map(({ view }) => view)
  }

  async bytes({ hash }: PhotoView): Promise<Blob> {
    const found = [...this.#photos.values()].flat().find(({ view }) => view.hash === hash)
    if (!found) throw new Error('not there')
    return found.blob
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
