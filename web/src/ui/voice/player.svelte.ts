// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, MediaView } from '../../model'
import { OwnAddress } from '../media/own'
import { toasts } from '../state/toast.svelte'
import { neighbour } from './neighbour'
import { listening } from './now.svelte'
import type { Track } from './track'
import { words } from './words'

export const RATES = [1, 1.5, 2] as const
const storageKey = 'zolal.voice.rate'

function storedRate(): number {
  try {
    const rate = Number(localStorage.getItem(storageKey))
    return RATES.find((known) => known === rate) ?? 1
  } catch {
    return 1
  }
}

/** The one player of the app: it plays on while its message scrolls away and other chats are read. */
export class Player {
  readonly #model: AppModel
  readonly #sound = new Audio()
  #frame = 0
  /** Grows with every track: an address that comes late is not for the next one. */
  #turn = 0
  readonly #own = new OwnAddress()
  #retried = false
  track = $state.raw<Track | null>(null)
  playing = $state(false)
  loading = $state(false)
  /** Milliseconds. */
  time = $state(0)
  /** Of voice messages; music has its own speed. */
  rate = $state(storedRate())

  constructor(model: AppModel) {
    this.#model = model
    const sound = this.#sound
    sound.preload = 'auto'
    sound.addEventListener('playing', () => {
      this.loading = false
      this.playing = true
      this.#follow()
    })
    sound.addEventListener('waiting', () => (this.loading = this.track !== null))
    sound.addEventListener('pause', () => (this.playing = false))
    sound.addEventListener('ended', () => void this.#ended())
    sound.addEventListener('error', () => void this.#broken())
    model.session.subscribe(() => {
      if (model.session.get().kind !== 'signedIn') this.close()
    })
    this.#keys()
  }

  /** How long the track is, in milliseconds. */
  get whole(): number {
    const known = this.track?.media.duration ?? 0
    if (known > 0) return known
    const { duration } = this.#sound
    return Number.isFinite(duration) ? duration * 1000 : 0
  }

  is(key: string): boolean {
    return this.track?.key === key
  }

  /** Plays a track, or goes on or pauses where it is the present one. */
  toggle(track: Track): void {
    if (!this.is(track.key)) void this.play(track)
    else if (this.playing) this.pause()
    else this.resume()
  }

  async play(track: Track, from = 0): Promise<void> {
    const turn = ++this.#turn
    this.#stop()
    this.#retried = false
    this.track = track
    this.time = from
    this.loading = true
    listening.player = this
    await this.#load(turn, from)
  }

  async #load(turn: number, from: number): Promise<void> {
    const { track } = this
    if (!track) return
    try {
      const address = await this.#address(track.media)
      if (address === null || turn !== this.#turn) return
      this.#sound.src = address
      this.#tune()
      if (from > 0) this.#sound.currentTime = from / 1000
      this.#show(track)
      await this.#sound.play()
    } catch (error) {
      // Another track or a pause came between.
      if (turn !== this.#turn || (error instanceof DOMException && error.name === 'AbortError')) return
      if (error instanceof DOMException && error.name === 'NotSupportedError') return
      this.#fail()
    }
  }

  /** null: another track came between. */
  async #address(media: MediaView): Promise<string | null> {
    const own = this.#own.begin()
    const actions = await this.#model.media()
    // Music is long and heard while it comes.
    const streams = media.place.at === 'server' && media.kind !== 'voice'
    const blob =
      media.place.at === 'outbox'
        ? await actions.waiting(media.place.item, 'original')
        : await actions.loads[streams ? 'kept' : 'load'](media, 'original')
    if (!blob && streams) return actions.address(media, 'original')
    if (!blob) throw new Error('gone')
    return own(blob)
  }

  /** Once, with a new address: the one before may have ended with its token. */
  async #broken(): Promise<void> {
    if (!this.track || !this.#sound.hasAttribute('src')) return
    if (this.#retried) {
      this.#fail()
      return
    }
    this.#retried = true
    const actions = await this.#model.media()
    actions.renew()
    await this.#load(this.#turn, this.time)
  }

  #fail(): void {
    this.loading = false
    this.playing = false
    toasts.say(words().cannotPlay, { tone: 'bad' })
  }

  pause(): void {
    this.#sound.pause()
    this.loading = false
  }

  resume(): void {
    if (!this.track) return
    if (this.#sound.ended) this.seek(0)
    if (this.#sound.error || !this.#sound.hasAttribute('src')) void this.play(this.track, this.time)
    else this.#sound.play().catch(() => {})
  }

  seek(time: number): void {
    this.time = time
    this.#sound.currentTime = time / 1000
    this.#place()
  }

  /** The next speed of voice messages; it is remembered. */
  faster(): void {
    const at = (RATES as readonly number[]).indexOf(this.rate)
    this.rate = RATES[(at + 1) % RATES.length] ?? 1
    try {
      localStorage.setItem(storageKey, String(this.rate))
    } catch {
      // The choice then lasts until the page is closed.
    }
    this.#tune()
    this.#place()
  }

  #tune(): void {
    const rate = this.track?.media.kind === 'voice' ? this.rate : 1
    this.#sound.defaultPlaybackRate = rate
    this.#sound.playbackRate = rate
  }

  /** The next track of its kind in the chat, or the one before; false: there is none. */
  async step(by: 1 | -1): Promise<boolean> {
    const { track } = this
    const turn = this.#turn
    if (!track || track.seq === null) return false
    const next = await neighbour(this.#model, track, track.seq, by).catch(() => null)
    if (!next || turn !== this.#turn) return false
    await this.play(next)
    return true
  }

  async #ended(): Promise<void> {
    this.playing = false
    this.time = this.whole
    if (!(await this.step(1))) this.close()
  }

  close(): void {
    this.#turn++
    this.#stop()
    this.track = null
    this.time = 0
    this.loading = false
    if (navigator.mediaSession) navigator.mediaSession.metadata = null
  }

  #stop(): void {
    cancelAnimationFrame(this.#frame)
    this.#sound.pause()
    this.playing = false
    this.#sound.removeAttribute('src')
    this.#sound.load()
    this.#own.end()
  }

  #follow(): void {
    if (!this.playing) return
    this.time = Math.min(this.#sound.currentTime * 1000, this.whole || Number.POSITIVE_INFINITY)
    this.#frame = requestAnimationFrame(() => this.#follow())
  }

  /** Keys of the keyboard, the headset and the lock screen. */
  #keys(): void {
    const session = navigator.mediaSession
    if (!session) return
    const on = (action: MediaSessionAction, act: MediaSessionActionHandler) => {
      try {
        session.setActionHandler(action, act)
      } catch {
        // The browser does not know this one.
      }
    }
    on('play', () => this.resume())
    on('pause', () => this.pause())
    on('stop', () => this.close())
    on('nexttrack', () => void this.step(1))
    on('previoustrack', () => void this.step(-1))
    on('seekbackward', ({ seekOffset }) => this.seek(Math.max(0, this.time - (seekOffset ?? 10) * 1000)))
    on('seekforward', ({ seekOffset }) =>
      this.seek(Math.min(this.whole, this.time + (seekOffset ?? 10) * 1000)),
    )
    on('seekto', ({ seekTime }) => seekTime !== undefined && this.seek(seekTime * 1000))
  }

  #show({ title, under }: Track): void {
    if (!navigator.mediaSession) return
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist: under })
    this.#place()
  }

  #place(): void {
    if (!navigator.mediaSession?.setPositionState || this.whole === 0) return
    navigator.mediaSession.setPositionState({
      duration: this.whole / 1000,
      position: Math.min(this.time, this.whole) / 1000,
      playbackRate: this.#sound.playbackRate || 1,
    })
  }
}

/** The player, made when something is first played. */
export function playerOf(model: AppModel): Player {
  return listening.player ?? new Player(model)
}
