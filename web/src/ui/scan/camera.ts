// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFrame } from './decode'

/** Why there is no camera to look through. */
export type NoCamera = 'refused' | 'noCamera' | 'busy' | 'insecure' | 'unsupported'

/** A pause between two looks, in milliseconds: at most eight a second, so that a phone stays cool. */
const PAUSE = 125
/** The longest side of what is looked at, in pixels. */
const LONGEST = 800

/** What the browser's types leave out: the light beside a camera. */
type Lit = { readonly torch?: boolean }

/** An open camera. It stays on until it is stopped. */
export class Camera {
  readonly stream: MediaStream
  readonly #track: MediaStreamTrack

  /** Opens the one that looks away from the person, where there are several; rejects with a NoCamera. */
  static async open(): Promise<Camera> {
    if (!isSecureContext) throw 'insecure' satisfies NoCamera
    if (!navigator.mediaDevices?.getUserMedia) throw 'unsupported' satisfies NoCamera
    const video = { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } }
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false }).catch((cause) => {
      throw whyNot(cause)
    })
    return new Camera(stream)
  }

  private constructor(stream: MediaStream) {
    this.stream = stream
    this.#track = stream.getVideoTracks()[0] as MediaStreamTrack
  }

  /** Whether people see themselves in it, and expect a mirror. Cameras of desktops do not say so. */
  get mirrors(): boolean {
    const { facingMode } = this.#track.getSettings()
    return facingMode ? facingMode === 'user' : matchMedia('(pointer: fine)').matches
  }

  get hasLight(): boolean {
    return (this.#track.getCapabilities?.() as Lit | undefined)?.torch === true
  }

  /** False where the light does not obey. */
  async light(on: boolean): Promise<boolean> {
    const wanted = { advanced: [{ torch: on } as MediaTrackConstraintSet] }
    return this.#track.applyConstraints(wanted).then(
      () => true,
      () => false,
    )
  }

  /** Somebody took it away: it was unplugged, or its permission withdrawn. */
  onlost(tell: () => void): void {
    this.#track.addEventListener('ended', tell)
  }

  stop(): void {
    for (const track of this.stream.getTracks()) track.stop()
  }
}

function whyNot(cause: unknown): NoCamera {
  switch (cause instanceof DOMException ? cause.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'noCamera'
    case 'NotSupportedError':
      return 'unsupported'
    default:
      return 'busy'
  }
}

/** Looks for a code in what a film shows, again and again; the answer ends it. */
export function watch(film: HTMLVideoElement, found: (text: string) => void): () => void {
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  let seen = -1
  const look = () => {
    timer = setTimeout(look, PAUSE)
    const { videoWidth, videoHeight, currentTime } = film
    if (!pen || !videoWidth || currentTime === seen) return
    seen = currentTime
    const by = Math.min(1, LONGEST / Math.max(videoWidth, videoHeight))
    const [width, height] = [Math.round(videoWidth * by), Math.round(videoHeight * by)]
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    pen.drawImage(film, 0, 0, width, height)
    const text = readFrame(pen.getImageData(0, 0, width, height))
    if (text !== null) found(text)
  }
  let timer = setTimeout(look, PAUSE)
  return () => clearTimeout(timer)
}
