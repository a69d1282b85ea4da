// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Film, HEAD, isHuge, MOST_BYTES, type Moving, movingOf, type NoFilm } from './film'

/** How something that takes its time is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal
  /** How much is done, from 0 to 1. */
  tell(share: number): void
}

/** One at a time: each holds a whole file, a frame and an encoder. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Makes a silent video of a picture that moves, beside the page. null: it does not move. Rejects where it is
 * not wanted any more. What moves is told to be begun at once, though it may wait for others; what does not
 * waits for none.
 */
export async function filmed(file: File, watch: Watch): Promise<Film | NoFilm | null> {
  const moving = movingOf(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()))
  watch.signal.throwIfAborted()
  // The server judges by the bytes too: under another name a picture is refused as a GIF.
  if (isGif(file) && moving?.type !== 'image/gif') return 'unfit'
  if (!moving) return null
  if (isHuge(moving)) return 'unfit'
  const able = 'ImageDecoder' in globalThis && 'VideoEncoder' in globalThis
  if (!able || file.size > MOST_BYTES) return 'unchanged'
  watch.tell(0)
  const made = last.then(() => film(file, moving, watch))
  last = made.catch(() => {})
  return made
}

const isGif = (file: File) => file.type === 'image/gif'

async function film(file: File, moving: Moving, watch: Watch): Promise<Film | NoFilm> {
  watch.signal.throwIfAborted()
  const bytes = await file.arrayBuffer()
  watch.signal.throwIfAborted()
  // What would be sent in its place does not move, unless it is a GIF: then the smaller one is sent.
  const below = isGif(file) ? file.size : Number.POSITIVE_INFINITY
  // What makes films is large, and comes for those who need it. Where it does not come, nothing is made.
  const filming = await import('./filming').catch(() => null)
  watch.signal.throwIfAborted()
  return filming?.beside({ bytes, moving, below }, watch) ?? 'unchanged'
}
