// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Film, HEAD, isHuge, MOST_BYTES, movingOf, type NoFilm } from './film'
import type { Ask, Told } from './film.worker'

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
 * not wanted any more.
 */
export function filmed(file: File, watch: Watch): Promise<Film | NoFilm | null> {
  const made = last.then(() => film(file, watch))
  last = made.catch(() => {})
  return made
}

async function film(file: File, watch: Watch): Promise<Film | NoFilm | null> {
  watch.signal.throwIfAborted()
  const gif = file.type === 'image/gif'
  const moving = movingOf(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()))
  // The server judges by the bytes too: under another name a picture is refused as a GIF.
  if (gif && moving?.type !== 'image/gif') return 'unfit'
  if (!moving) return null
  if (isHuge(moving)) return 'unfit'
  const able = 'ImageDecoder' in globalThis && 'VideoEncoder' in globalThis
  if (!able || file.size > MOST_BYTES) return 'unchanged'
  const bytes = await file.arrayBuffer()
  watch.signal.throwIfAborted()
  // What would be sent in its place does not move, unless it is a GIF: then the smaller one is sent.
  const below = gif ? file.size : Number.POSITIVE_INFINITY
  return beside({ bytes, moving, below }, watch)
}

function beside(ask: Ask, { signal, tell }: Watch): Promise<Film | NoFilm> {
  const worker = new Worker(new URL('./film.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<Film | NoFilm>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    worker.addEventListener('error', () => resolve('unchanged'))
    worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if ('made' in data) resolve(data.made)
      else tell(data.share)
    })
    worker.postMessage(ask, [ask.bytes])
  }).finally(() => worker.terminate())
}
