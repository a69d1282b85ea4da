// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Film, NoFilm } from './film'
import type { Ask, Told } from './film.worker'
import type { Watch } from './filmed'

/** Of whoever makes a film and says nothing for so long nothing is to be expected; milliseconds. */
export const SILENT_MS = 30_000

/** Has a film made beside the page. Rejects where it is not wanted any more. */
export function beside(ask: Ask, { signal, tell }: Watch): Promise<Film | NoFilm> {
  const worker = new Worker(new URL('./film.worker.ts', import.meta.url), { type: 'module' })
  let silence: ReturnType<typeof setTimeout> | undefined
  return new Promise<Film | NoFilm>((resolve, reject) => {
    const giveUp = () => resolve('unchanged')
    const heard = () => {
      clearTimeout(silence)
      silence = setTimeout(giveUp, SILENT_MS)
    }
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    worker.addEventListener('error', giveUp)
    worker.addEventListener('messageerror', giveUp)
    worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      heard()
      if ('made' in data) resolve(data.made)
      else tell(data.share)
    })
    heard()
    worker.postMessage(ask, [ask.bytes])
  }).finally(() => {
    clearTimeout(silence)
    worker.terminate()
  })
}
