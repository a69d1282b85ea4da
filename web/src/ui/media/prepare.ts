// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MediaKind, NewMedia } from '../../model'
import { NO_MEDIA } from '../../model/media'
import { filmed, type Watch } from './filmed'
import { drawnAt, type Shrunk, shrink } from './resize'

/** Longest side of a photo: as a rule, and in high quality. */
export const SIDES = { plain: 1280, high: 2560 } as const
/** The longest silent video that is sent as a GIF; milliseconds. */
const GIF_MS = 30_000
const POSTER = 1280
const MOVES = /^image\/(gif|webp|png)$/
/** A video that cannot be read by then is a file. */
const READ_MS = 12_000

let worker: Worker | null = null
let last = 0

/** Resizes beside the page, so that it stays quick. */
function resized(file: Blob, side: number): Promise<Shrunk> {
  worker ??= new Worker(new URL('./resize.worker.ts', import.meta.url), { type: 'module' })
  const here = worker
  const id = ++last
  return new Promise((resolve, reject) => {
    const hear = (event: MessageEvent<{ id: number; picture: Shrunk | null }>) => {
      if (event.data.id !== id) return
      here.removeEventListener('message', hear)
      if (event.data.picture) resolve(event.data.picture)
      else reject(new Error('not a picture this browser reads'))
    }
    here.addEventListener('message', hear)
    here.addEventListener('error', () => shrink(file, side).then(resolve, reject), { once: true })
    here.postMessage({ id, file, side })
  })
}

/** What a file looks like it is; a look into it decides. */
export function guess(file: File): MediaKind {
  if (/^image\/(jpeg|png|webp|avif|bmp|heic|heif)$/.test(file.type)) return 'photo'
  if (file.type === 'image/gif') return 'gif'
  return /^video\/(mp4|webm|quicktime|ogg)$/.test(file.type) ? 'video' : 'file'
}

/** Any file as it is. */
export function asFile(file: File): NewMedia {
  return { ...NO_MEDIA, kind: 'file', file, name: file.name, mime: file.type || 'application/octet-stream' }
}

/** Makes of a file what is sent of it; what cannot be seen goes as a file. */
export async function prepare(file: File, high: boolean, watch: Watch): Promise<NewMedia> {
  const kind = guess(file)
  try {
    if (kind === 'photo' || kind === 'gif') return await picture(file, high, watch)
    if (kind === 'video') return await video(file)
    if (file.type.startsWith('audio/')) return await music(file)
  } catch {
    // It is sent as a file.
  }
  return asFile(file)
}

/** What may move and does becomes a silent video, which all browsers loop and which takes a fraction. */
async function picture(file: File, high: boolean, watch: Watch): Promise<NewMedia> {
  const film = MOVES.test(file.type) ? await filmed(file, watch) : null
  if (film === 'unfit') throw new Error('not to be shown')
  if (film !== null && typeof film === 'object') return { ...NO_MEDIA, kind: 'gif', ...film }
  return film === 'still' || guess(file) === 'photo' ? photo(file, high) : drawnGif(file)
}

/** The same of what moves, for whom nobody waits: what would stand still as a photo goes as a file. */
export async function unfilmed(file: File): Promise<NewMedia> {
  return file.type === 'image/gif' ? drawnGif(file).catch(() => asFile(file)) : asFile(file)
}

async function photo(file: File, high: boolean): Promise<NewMedia> {
  const { blob, width, height, thumbhash } = await resized(file, high ? SIDES.high : SIDES.plain)
  return { ...NO_MEDIA, kind: 'photo', file: blob, mime: 'image/jpeg', width, height, thumbhash }
}

async function drawnGif(file: File): Promise<NewMedia> {
  const poster = await resized(file, POSTER)
  const { width, height, thumbhash } = poster
  return { ...NO_MEDIA, kind: 'gif', file, mime: file.type, poster: poster.blob, width, height, thumbhash }
}

/** A sound with what it says of itself; what says nothing that can be read is a file. */
async function music(file: File): Promise<NewMedia> {
  const said = await (await import('../voice/music')).readMusic(file)
  return said ? { ...asFile(file), ...said } : asFile(file)
}

async function video(file: File): Promise<NewMedia> {
  const url = URL.createObjectURL(file)
  const film = document.createElement('video')
  try {
    film.muted = true
    film.preload = 'auto'
    film.playsInline = true
    film.src = url
    await within(film, 'loadeddata')
    const duration = await lengthOf(film)
    film.currentTime = Math.min(0.1, duration / 2000)
    await within(film, 'seeked')
    const size = { width: film.videoWidth, height: film.videoHeight }
    if (size.width === 0) throw new Error('no picture')
    const still = await drawnAt(film, size, POSTER)
    const silent = duration <= GIF_MS && isSilent(film) && file.type !== 'video/quicktime'
    return {
      ...NO_MEDIA,
      ...size,
      kind: silent ? 'gif' : 'video',
      file,
      name: silent ? '' : file.name,
      mime: file.type,
      poster: still.blob,
      thumbhash: still.thumbhash,
      duration,
    }
  } finally {
    film.removeAttribute('src')
    film.load()
    URL.revokeObjectURL(url)
  }
}

function within(film: HTMLVideoElement, event: 'loadeddata' | 'seeked' | 'durationchange'): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (done: () => void) => {
      clearTimeout(timer)
      film.removeEventListener(event, came)
      film.removeEventListener('error', failed)
      done()
    }
    const came = () => end(resolve)
    const failed = () => end(() => reject(new Error('not a video this browser reads')))
    const timer = setTimeout(failed, READ_MS)
    film.addEventListener(event, came)
    film.addEventListener('error', failed)
  })
}

/** In milliseconds. What was recorded in a browser does not say it: its end has to be looked for. */
async function lengthOf(film: HTMLVideoElement): Promise<number> {
  if (!Number.isFinite(film.duration)) {
    const known = within(film, 'durationchange')
    film.currentTime = 1e7
    await known
  }
  return Number.isFinite(film.duration) ? Math.round(film.duration * 1000) : 0
}

interface Heard extends HTMLVideoElement {
  readonly mozHasAudio?: boolean
  readonly audioTracks?: { readonly length: number }
  captureStream?(): MediaStream
}

/** Whether it is certain that there is nothing to hear; browsers say it in ways of their own. */
function isSilent(film: Heard): boolean {
  if (film.mozHasAudio !== undefined) return !film.mozHasAudio
  if (film.audioTracks) return film.audioTracks.length === 0
  return film.captureStream ? film.captureStream().getAudioTracks().length === 0 : false
}
