// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Portraits as Model, PhotoActions, PhotoOf, PhotoView } from '../model'
import type { PersonPhoto } from '../model/entry'
import type { Mirror } from './mirror'

/** The store of small photos on this device; they leave with the session. */
export const FACES = 'zolal faces'

/** How everybody and every chat is shown: from what is stored, and from what was found by the way. */
export class Portraits implements Model {
  readonly acts: () => Promise<PhotoActions>
  readonly #found = new Map<string, PhotoView | null>()
  readonly #listeners = new Set<() => void>()
  #mirror: Mirror | null = null
  #me = 0

  constructor(acts: () => Promise<PhotoActions>) {
    this.acts = acts
  }

  /** Somebody signed in, or nobody is. */
  follow(mirror: Mirror | null, me: number): void {
    this.#mirror = mirror
    this.#me = me
    this.#found.clear()
    mirror?.subscribe(() => this.#tell())
    this.#tell()
  }

  of(of: PhotoOf, id: number): PhotoView | null {
    const photo = this.#stored(of, id)
    return photo ? { ...photo, of, id } : (photo === undefined && this.#found.get(of + id)) || null
  }

  /** Somebody, or a chat, that is not stored. */
  note(of: PhotoOf, id: number, photo: PersonPhoto | null | undefined): void {
    if (photo) this.#found.set(of + id, { ...photo, of, id })
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** undefined where nothing is stored of them. */
  #stored(of: PhotoOf, id: number): PersonPhoto | null | undefined {
    const { user, people, chats } = this.#mirror ?? {}
    if (of === 'chat') {
      const info = chats?.get(id)?.info
      return info && (info.photo ? { ...info.photo, open: info.name !== '' } : null)
    }
    const own = id === this.#me && user?.photos?.[0]
    if (own) return { ...own, open: false }
    // What was shown before a block is not shown any more.
    return user?.blocked.includes(id) ? null : people?.get(id)?.photo
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
