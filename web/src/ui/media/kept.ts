// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, MediaView, MessageView } from '../../model'

const MOST = 120

/** What is drawn of a medium: the picture in the chat, the film of a GIF, or a tile. */
type Form = 'picture' | 'film' | 'tile'

interface Kept {
  readonly url: string
  /** Of the content; empty while it waits on this device to be sent. */
  hash: string
}

/** Pictures that are on this device: they need not be read again while the page is open. */
export class Pictures {
  readonly #kept = new Map<string, Kept>()
  #account: number | null

  constructor({ session }: Pick<AppModel, 'session'>) {
    const who = () => {
      const now = session.get()
      return now.kind === 'signedIn' ? now.me.account : null
    }
    this.#account = who()
    // What one account saw is not for the next.
    session.subscribe(() => {
      if (who() === this.#account) return
      this.#account = who()
      for (const key of [...this.#kept.keys()]) this.#drop(key)
    })
  }

  /** An address for bytes on this device; the oldest are let go. */
  keep(message: MessageView, media: MediaView, blob: Blob, form: Form = 'picture'): string {
    const known = this.at(message, media, form)
    if (known) return known
    const key = keyOf(message, media, form)
    this.#drop(key)
    const url = URL.createObjectURL(blob)
    this.#kept.set(key, { url, hash: media.hash })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break
      this.#drop(oldest)
    }
    return url
  }

  /** The address of what a message carries now; null where that is not kept. */
  at(message: MessageView, media: MediaView, form: Form = 'picture'): string | null {
    const kept = this.#kept.get(keyOf(message, media, form))
    if (!kept) return null
    // What was sent from here is what arrived, unless it was edited since.
    if (kept.hash === '' && message.editedAt === null) kept.hash = media.hash
    return kept.hash === media.hash ? kept.url : null
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key)
    if (!kept) return
    this.#kept.delete(key)
    URL.revokeObjectURL(kept.url)
  }
}

/** One's own message has the same key everywhere, from the outbox on; others' are numbered in their chat. */
function keyOf({ key, seq }: MessageView, { place }: MediaView, form: Form): string {
  const id = place.at === 'server' && key === String(seq) ? `${place.chat}/${key}` : key
  return `${id}/${form}`
}

const all = new WeakMap<AppModel, Pictures>()

/** The pictures kept for an app. */
export function picturesOf(model: AppModel): Pictures {
  const pictures = all.get(model) ?? new Pictures(model)
  all.set(model, pictures)
  return pictures
}
