// SPDX-License-Identifier: AGPL-3.0-or-later
import { loudness, loudnesses, MOST_LEVELS, toLevels } from './waveform'

/** Why there is nothing to record with. */
export type NoVoice = 'refused' | 'noMicrophone' | 'unsupported' | 'failed'

export class VoiceError extends Error {
  readonly why: NoVoice

  constructor(why: NoVoice) {
    super(why)
    this.why = why
  }
}

/** A finished recording. */
export interface Recorded {
  readonly blob: Blob
  readonly mime: string
  /** Milliseconds. */
  readonly duration: number
  /** Levels 0–255, at most 100. */
  readonly waveform: readonly number[]
}

/** The longest voice message. */
export const LONGEST_MS = 60 * 60_000
const BITS_PER_SECOND = 32_000
/** How often the loudness is looked at. */
const LEVEL_MS = 60
/** Recordings up to this are decoded for their levels; of longer ones those heard while recording do. */
const DECODED_MS = 10 * 60_000

/** Opus in the container that the browser writes; without Opus what it has instead. */
const kinds = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4']

export function recordable(): string | null {
  if (typeof MediaRecorder === 'undefined' || !navigator.mediaDevices?.getUserMedia) return null
  return kinds.find((kind) => MediaRecorder.isTypeSupported(kind)) ?? null
}

async function microphone(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    })
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    if (name === 'NotAllowedError' || name === 'SecurityError') throw new VoiceError('refused')
    if (name === 'NotFoundError' || name === 'OverconstrainedError') throw new VoiceError('noMicrophone')
    throw new VoiceError('failed')
  }
}

/** One recording: it runs from the moment it is made until it is stopped or dropped. */
export class Recording {
  readonly #stream: MediaStream
  readonly #recorder: MediaRecorder
  readonly #sound = new AudioContext()
  readonly #chunks: Blob[] = []
  readonly #loud: number[] = []
  readonly #began = performance.now()
  readonly #timer: ReturnType<typeof setInterval>
  readonly #ended: Promise<void>

  /** Asks for the microphone and begins; `tell` hears the loudness, 0–1, again and again. */
  static async begin(tell: (loud: number) => void): Promise<Recording> {
    const kind = recordable()
    if (kind === null) throw new VoiceError('unsupported')
    const stream = await microphone()
    try {
      return new Recording(stream, kind, tell)
    } catch {
      for (const track of stream.getTracks()) track.stop()
      throw new VoiceError('failed')
    }
  }

  private constructor(stream: MediaStream, kind: string, tell: (loud: number) => void) {
    this.#stream = stream
    this.#recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: BITS_PER_SECOND })
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#chunks.push(data))
    this.#ended = new Promise((resolve) => {
      this.#recorder.addEventListener('stop', () => resolve(), { once: true })
    })
    const meter = this.#sound.createAnalyser()
    meter.fftSize = 2048
    this.#sound.createMediaStreamSource(stream).connect(meter)
    const samples = new Float32Array(meter.fftSize)
    this.#timer = setInterval(() => {
      meter.getFloatTimeDomainData(samples)
      const loud = loudness(samples)
      this.#loud.push(loud)
      tell(loud)
    }, LEVEL_MS)
    this.#recorder.start(1000)
  }

  /** How long it has run, in milliseconds. */
  get elapsed(): number {
    return Math.min(LONGEST_MS, performance.now() - this.#began)
  }

  /** Calls back when the microphone goes away by itself, as when it is unplugged. */
  onlost(lost: () => void): void {
    for (const track of this.#stream.getTracks()) track.addEventListener('ended', lost, { once: true })
  }

  async stop(): Promise<Recorded> {
    const duration = Math.round(this.elapsed)
    await this.#end()
    const mime = this.#recorder.mimeType || kinds[1] || ''
    const blob = new Blob(this.#chunks, { type: mime.split(';')[0] ?? mime })
    const loud = duration <= DECODED_MS ? await this.#decoded(blob) : null
    await this.#sound.close()
    return { blob, mime: blob.type, duration, waveform: toLevels(loud ?? this.#loud) }
  }

  /** Throws away what was recorded. */
  async drop(): Promise<void> {
    await this.#end()
    this.#chunks.length = 0
    await this.#sound.close()
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#recorder.state !== 'inactive') this.#recorder.stop()
    await this.#ended
    for (const track of this.#stream.getTracks()) track.stop()
  }

  /** The loudness as it was recorded: what was heard meanwhile has gaps where the page lay behind others. */
  async #decoded(blob: Blob): Promise<number[] | null> {
    try {
      const sound = await this.#sound.decodeAudioData(await blob.arrayBuffer())
      return loudnesses(sound.getChannelData(0), MOST_LEVELS)
    } catch {
      return null
    }
  }
}
