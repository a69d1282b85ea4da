// SPDX-License-Identifier: AGPL-3.0-or-later
import { fitted } from '../../model/mosaic'

/** What a picture that may move says of itself before anything of it is decoded. */
export interface Moving {
  readonly type: 'image/gif' | 'image/webp' | 'image/png'
  /** Pixels of the largest frame that a browser makes room for at once. */
  readonly width: number
  readonly height: number
}

/** What is made of a picture that moves. */
export interface Film {
  readonly file: Blob
  readonly mime: 'video/mp4'
  readonly width: number
  readonly height: number
  /** Milliseconds. */
  readonly duration: number
  readonly poster: Blob
  /** In hex. */
  readonly thumbhash: string
}

/**
 * Why a picture that may move is no film: 'still', it has one frame alone; 'unfit', it is not what it is
 * called, or even one frame may take more memory than there is, so that it is a file that nobody shows;
 * 'unchanged', it is sent as it is, since this browser makes no film of it or since that would be no smaller.
 */
export type NoFilm = 'still' | 'unfit' | 'unchanged'

/** What is read into memory at most, bytes. */
export const MOST_BYTES = 128 << 20
/** In so many bytes a picture has to say how large it is and whether it moves. */
export const HEAD = 1 << 20
/** Of one frame: what the server decodes of a photo at most, too. */
const MOST_PIXELS = 16 << 20
const MOST_SIDE = 1 << 14
const MOST_FRAMES = 10_000
/** Pixels that are decoded for one film: half a minute of a browser's time on a slow phone. */
const MOST_WORK = 1 << 29
/** Longest side of a film. */
const SIDE = 1280
/** Browsers show a frame that says 10 ms or less, or nothing, for so long; microseconds. */
const UNSAID = 100_000

/** Judges a picture by its first bytes alone; null: nothing that may move. */
export function movingOf(bytes: Uint8Array<ArrayBuffer>): Moving | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const says = (at: number, mark: string) =>
    at + mark.length <= bytes.length && [...mark].every((c, i) => bytes[at + i] === c.charCodeAt(0))
  if (says(0, 'GIF8')) return gifOf(view)
  if (says(0, 'RIFF') && says(8, 'WEBPVP8X') && view.byteLength >= 30) {
    const side = (at: number) => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16)
    const moves = (view.getUint8(20) & 2) !== 0
    return moves ? { type: 'image/webp', width: side(24), height: side(27) } : null
  }
  return says(0, '\x89PNG\r\n\x1a\n') ? pngOf(view, says) : null
}

/** A first frame that is larger than the screen it names makes browsers take a larger one. */
function gifOf(view: DataView): Moving | null {
  const at = (n: number) => (n < view.byteLength ? view.getUint8(n) : 0)
  const word = (n: number) => at(n) | (at(n + 1) << 8)
  const colours = at(10) & 0x80 ? 3 << ((at(10) & 7) + 1) : 0
  let n = 13 + colours
  while (at(n) === 0x21) {
    n += 2
    while (at(n) !== 0) n += 1 + at(n)
    n++
  }
  if (at(n) !== 0x2c) return null
  return {
    type: 'image/gif',
    width: Math.max(word(6), word(n + 1) + word(n + 5)),
    height: Math.max(word(8), word(n + 3) + word(n + 7)),
  }
}

/** A PNG says that it moves before its first picture. */
function pngOf(view: DataView, says: (at: number, mark: string) => boolean): Moving | null {
  for (let n = 8; n + 24 <= view.byteLength && !says(n + 4, 'IDAT'); n += 12 + view.getUint32(n)) {
    if (says(n + 4, 'acTL'))
      return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
  }
  return null
}

/** Whether a browser would take too much memory to show even one frame. */
export function isHuge({ width, height }: Moving): boolean {
  return Math.max(width, height) > MOST_SIDE || width * height > MOST_PIXELS
}

/** Whether all frames can be decoded in bearable time. */
export function isBearable({ width, height }: Moving, frames: number): boolean {
  return frames <= MOST_FRAMES && width * height * frames <= MOST_WORK
}

/** For how long browsers show a frame that says how long it is shown; both in microseconds. */
export function shownFor(said: number | null): number {
  return said === null || said <= 10_000 ? UNSAID : said
}

/** The size of a film: encoders take even sides alone, so that an odd one gains a pixel. */
export function filmSize(width: number, height: number): { width: number; height: number } {
  const fit = fitted(width, height, SIDE)
  return { width: fit.width + (fit.width % 2), height: fit.height + (fit.height % 2) }
}

/** Levels of H.264: macroblocks of a frame, and of a second, at most. */
const levels: readonly [level: string, frame: number, second: number][] = [
  ['1e', 1620, 40_500],
  ['1f', 3600, 108_000],
  ['28', 8192, 245_760],
  ['2a', 8704, 522_240],
  ['33', 36_864, 983_040],
]

/**
 * The codecs to try, the best first. It is H.264 alone, since every browser plays that; of VP8 and VP9 an
 * iPhone before iOS 17.4 plays nothing, where it does show the GIF.
 */
export function codecsFor(width: number, height: number, rate: number): readonly string[] {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16)
  const fits = levels.find(([, frame, second]) => blocks <= frame && blocks * rate <= second)
  const [level] = fits ?? ['34']
  // High, main, constrained baseline: what encodes in hardware often knows the last alone.
  return ['6400', '4d00', '42e0'].map((profile) => `avc1.${profile}${level}`)
}

/**
 * Bits in a second. Frames of a GIF come seldom and differ much, and hold hard edges and dithered areas: each
 * takes more than one of a video that was taken of the world, and the whole still a fraction of the GIF.
 */
export function bitrateFor(width: number, height: number, rate: number): number {
  const wanted = width * height * (4 + 0.12 * Math.min(rate, 60))
  return Math.round(Math.min(Math.max(wanted, 200_000), 8_000_000))
}

/** What of an encoder says how many frames wait in it. */
type Queue = Pick<VideoEncoder, 'encodeQueueSize' | 'addEventListener'>

/**
 * Resolves once at most so many frames wait to be encoded. Rejects as `lost` does: an encoder may be taken
 * away at any time, as phones do with what is not looked at, and need not tell of any frame then.
 */
export async function roomIn(encoder: Queue, most: number, lost: Promise<never>): Promise<void> {
  while (encoder.encodeQueueSize > most) {
    const less = new Promise((ready) => encoder.addEventListener('dequeue', ready, { once: true }))
    await Promise.race([less, lost])
  }
}
