// SPDX-License-Identifier: AGPL-3.0-or-later
import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny'
import {
  bitrateFor,
  codecsFor,
  type Film,
  filmSize,
  isBearable,
  type Moving,
  type NoFilm,
  roomIn,
  shownFor,
} from './film'
import { drawnAt } from './resize'

/** What a film is asked to be made of. */
export interface Ask {
  readonly bytes: ArrayBuffer
  readonly moving: Moving
  /** A film is to be smaller than this; bytes. */
  readonly below: number
}

/** What is told: how much is done, from 0 to 1, and at last what was made. */
export type Told = { readonly share: number } | { readonly made: Film | NoFilm }

/** Frames that wait to be encoded at most: so much of memory it takes, however long the film. */
const WAITING = 4
/** A frame that stands by itself, so often. */
const KEY_EVERY = 250

const tell = (told: Told) => postMessage(told)

addEventListener('message', ({ data }: MessageEvent<Ask>) => {
  make(data).then(
    (made) => tell({ made }),
    () => tell({ made: 'unchanged' }),
  )
})

async function make({ bytes, moving, below }: Ask): Promise<Film | NoFilm> {
  // Handed over where that is known: there is one copy of a large file alone then.
  const given = { data: bytes, transfer: [bytes] }
  const decoder = new ImageDecoder({ ...given, type: moving.type, preferAnimation: true })
  try {
    await decoder.tracks.ready
    await decoder.completed
    const frames = decoder.tracks.selectedTrack?.frameCount ?? 0
    if (frames === 1) return 'still'
    if (frames < 1 || !isBearable(moving, frames)) return 'unchanged'
    return (await new Filming(decoder, frames, below).run()) ?? 'unchanged'
  } finally {
    decoder.close()
  }
}

/** A frame of a picture that moves, drawn for the film. */
interface Drawn {
  readonly canvas: OffscreenCanvas
  /** Microseconds. */
  readonly shown: number
}

/** Makes a film of the frames of a decoder, one after the other. */
class Filming {
  readonly #decoder: ImageDecoder
  readonly #frames: number
  readonly #below: number
  readonly #output = new Output({
    format: new Mp4OutputFormat({ fastStart: 'in-memory' }),
    target: new BufferTarget(),
  })
  readonly #track = new EncodedVideoPacketSource('avc')
  /** How long frames are shown, by when; an encoder does not always hand it on. Microseconds. */
  readonly #shown = new Map<number, number>()
  #canvas: OffscreenCanvas | null = null
  #size = 0
  #written: Promise<void> = Promise.resolve()
  #failed: unknown = null
  /** Rejects once an encoder fails or is taken away. */
  readonly #lost: Promise<never>
  #lose: (why: unknown) => void = () => {}

  constructor(decoder: ImageDecoder, frames: number, below: number) {
    this.#decoder = decoder
    this.#frames = frames
    this.#below = below
    this.#lost = new Promise((_, reject) => {
      this.#lose = reject
    })
    this.#lost.catch(() => {})
  }

  /** null: no encoder does it, or it would be no smaller. */
  async run(): Promise<Film | null> {
    const first = await this.#draw(0)
    const { width, height } = first.canvas
    const poster = await drawnAt(first.canvas, first.canvas, Math.max(width, height))
    // A first frame often stands longer than those that follow.
    const encoder = await this.#encoder(width, height, Math.max(10, 1e6 / first.shown))
    if (!encoder) return null
    this.#output.addVideoTrack(this.#track)
    await this.#output.start()
    const duration = await this.#encode(encoder, first)
    if (duration === null) return null
    await this.#output.finalize()
    const { buffer } = this.#output.target
    if (!buffer || buffer.byteLength >= this.#below) return null
    const file = new Blob([buffer], { type: 'video/mp4' })
    const { blob, thumbhash } = poster
    return { file, mime: 'video/mp4', width, height, duration, poster: blob, thumbhash }
  }

  /** An encoder of the best kind there is. */
  async #encoder(width: number, height: number, rate: number): Promise<VideoEncoder | null> {
    for (const codec of codecsFor(width, height, rate)) {
      const config: VideoEncoderConfig = {
        codec,
        width,
        height,
        framerate: rate,
        bitrate: bitrateFor(width, height, rate),
        latencyMode: 'quality',
        avc: { format: 'avc' },
      }
      const { supported } = await VideoEncoder.isConfigSupported(config)
      if (!supported) continue
      const encoder = new VideoEncoder({
        output: (chunk, meta) => this.#write(chunk, meta),
        error: (error) => {
          this.#failed ??= error
          this.#lose(error)
        },
      })
      encoder.configure(config)
      return encoder
    }
    return null
  }

  /** Milliseconds of the film; null: it grew too large. Rejects where a frame cannot be read or written. */
  async #encode(encoder: VideoEncoder, first: Drawn): Promise<number | null> {
    let time = 0
    for (let i = 0; i < this.#frames; i++) {
      const { canvas, shown } = i === 0 ? first : await this.#draw(i)
      const frame = new VideoFrame(canvas, { timestamp: time, duration: shown, alpha: 'discard' })
      this.#shown.set(time, shown)
      encoder.encode(frame, { keyFrame: i % KEY_EVERY === 0 })
      frame.close()
      time += shown
      tell({ share: (i + 1) / this.#frames })
      await roomIn(encoder, WAITING, this.#lost)
      if (this.#failed) throw this.#failed
      if (this.#size >= this.#below) return null
    }
    await encoder.flush()
    encoder.close()
    await this.#written
    if (this.#failed) throw this.#failed
    return Math.round(time / 1000)
  }

  #write(chunk: EncodedVideoChunk, meta?: EncodedVideoChunkMetadata) {
    this.#size += chunk.byteLength
    const shown = this.#shown.get(chunk.timestamp) ?? chunk.duration ?? 0
    this.#shown.delete(chunk.timestamp)
    const packet = EncodedPacket.fromEncodedChunk(chunk).clone({ duration: shown / 1e6 })
    this.#written = this.#written
      .then(() => this.#track.add(packet, meta))
      .catch((error: unknown) => {
        this.#failed ??= error
      })
  }

  async #draw(frameIndex: number): Promise<Drawn> {
    const { image } = await this.#decoder.decode({ frameIndex })
    try {
      const { displayWidth: width, displayHeight: height } = image
      this.#canvas ??= canvasFor(width, height)
      drawOn(this.#canvas, image, width, height)
      return { canvas: this.#canvas, shown: shownFor(image.duration) }
    } finally {
      image.close()
    }
  }
}

function canvasFor(width: number, height: number): OffscreenCanvas {
  const size = filmSize(width, height)
  return new OffscreenCanvas(size.width, size.height)
}

/** What shows through stands on white, as in photos and posters: a video has no holes. */
function drawOn(canvas: OffscreenCanvas, image: VideoFrame, width: number, height: number) {
  const pen = canvas.getContext('2d', { alpha: false })
  if (!pen) throw new Error('no canvas')
  pen.imageSmoothingQuality = 'high'
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  if (width > canvas.width || height > canvas.height) {
    pen.drawImage(image, 0, 0, canvas.width, canvas.height)
    return
  }
  // The pixel that an odd side gains is its last one again: stretched, every edge would be blurred.
  const [right, below] = [canvas.width - width, canvas.height - height]
  if (right) pen.drawImage(image, width - 1, 0, 1, height, width, 0, 1, height)
  if (below) pen.drawImage(image, 0, height - 1, width, 1, 0, height, width, 1)
  if (right && below) pen.drawImage(image, width - 1, height - 1, 1, 1, width, height, 1, 1)
  pen.drawImage(image, 0, 0)
}
