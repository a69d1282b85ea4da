// SPDX-License-Identifier: AGPL-3.0-or-later
import { NO_MEDIA } from '../../model/media'
import type { ChatState } from '../chat/chat.svelte'
import { attempt } from '../state/tell'
import { toasts } from '../state/toast.svelte'
import { type Hold, type HoldEvent, held } from './gesture'
import { listening } from './now.svelte'
import { LONGEST_MS, type Recorded, Recording, VoiceError } from './recorder'
import { words } from './words'

/** Recordings shorter than this are slips of the finger. */
const SHORTEST_MS = 500
/** Levels that are shown while recording. */
const SHOWN = 120

/** What was being recorded when its chat left the screen, by account and chat: it waits to be listened to. */
const left = new Map<string, Recorded>()

/** Where a recording waits; null where nobody is signed in, and then it does not. */
function placeOf({ model, open }: ChatState): string | null {
  const session = model.session.get()
  return session.kind === 'signedIn' ? `${session.me.account}/${open.id}` : null
}

/** Recording one voice message in a chat, from the first touch to its sending. */
export class Voice {
  readonly #chat: ChatState
  #recording: Recording | null = null
  /** Grows with every recording: what an earlier one was waiting for is not for this one. */
  #turn = 0
  #clock: ReturnType<typeof setInterval> | undefined

  stage = $state<'rest' | 'asking' | 'recording' | 'finishing' | 'preview'>('rest')
  hold = $state.raw<Hold>({ at: 'rest' })
  /** Milliseconds. */
  elapsed = $state(0)
  /** Loudness, 0–1, the newest last. */
  loud = $state.raw<readonly number[]>([])
  made = $state.raw<Recorded | null>(null)

  constructor(chat: ChatState) {
    this.#chat = chat
    const place = placeOf(chat) ?? ''
    const made = left.get(place)
    left.delete(place)
    if (made) this.#offer(made)
  }

  get busy(): boolean {
    return this.stage !== 'rest'
  }

  /** A finger or a pen on the button: it holds the recording. */
  touch(event: HoldEvent): void {
    const before = this.hold.at
    this.hold = held(this.hold, event)
    if (event.kind === 'press') void this.#begin()
    if (this.hold.at === before) return
    if (this.hold.at === 'locked') navigator.vibrate?.(8)
    if (this.hold.at !== 'done') return
    if (this.hold.how === 'cancel') void this.discard()
    else void this.send()
  }

  /** A click or a key: it records without being held. */
  start(): void {
    this.hold = { at: 'locked' }
    void this.#begin()
  }

  async #begin(): Promise<void> {
    if (this.busy) return
    const turn = ++this.#turn
    this.stage = 'asking'
    this.elapsed = 0
    this.loud = []
    listening.player?.pause()
    try {
      const recording = await Recording.begin((loud) => this.#heard(loud))
      if (turn !== this.#turn || this.stage !== 'asking') {
        await recording.drop()
        return
      }
      this.#recording = recording
      recording.onlost(() => void this.stop())
      this.stage = 'recording'
      this.#clock = setInterval(() => this.#tick(), 100)
      this.#tick()
    } catch (error) {
      if (turn !== this.#turn) return
      this.#rest()
      toasts.say(words()[error instanceof VoiceError ? error.why : 'failed'], { tone: 'bad' })
    }
  }

  #heard(loud: number): void {
    this.loud = [...this.loud.slice(1 - SHOWN), loud]
  }

  #tick(): void {
    this.elapsed = this.#recording?.elapsed ?? 0
    this.#chat.open.write.typing('recording')
    if (this.elapsed < LONGEST_MS) return
    toasts.say(words().longest)
    void this.stop()
  }

  /** Ends the recording, to be listened to before it is sent. */
  async stop(): Promise<void> {
    const made = await this.#finish()
    if (made) this.#offer(made)
  }

  #offer(made: Recorded): void {
    this.made = made
    this.hold = { at: 'locked' }
    this.stage = 'preview'
  }

  async #finish(): Promise<Recorded | null> {
    const recording = this.#recording
    if (!recording || this.stage !== 'recording') return null
    const turn = this.#turn
    this.stage = 'finishing'
    clearInterval(this.#clock)
    this.#chat.open.write.typing('nothing')
    this.#recording = null
    const made = await recording.stop()
    return turn === this.#turn ? made : null
  }

  async discard(): Promise<void> {
    const recording = this.#recording
    if (recording) this.#chat.open.write.typing('nothing')
    this.#rest()
    await recording?.drop()
  }

  async send(silent = false): Promise<void> {
    // Let go before the microphone was there: it records on without the finger.
    if (this.stage === 'asking') {
      this.hold = { at: 'locked' }
      return
    }
    const made = this.stage === 'preview' ? this.made : await this.#finish()
    if (!made) return
    if (made.duration < SHORTEST_MS) {
      this.#rest()
      return
    }
    if (await this.#tooLarge(made)) {
      this.#offer(made)
      toasts.say(words().tooLarge, { tone: 'bad' })
      return
    }
    const { intent, open } = this.#chat
    const replyTo = intent.kind === 'reply' ? intent.message.seq : null
    const quote = intent.kind === 'reply' && intent.quote ? { text: intent.quote, entities: [] } : null
    const media = {
      ...NO_MEDIA,
      kind: 'voice' as const,
      file: made.blob,
      mime: made.mime,
      duration: made.duration,
      waveform: made.waveform,
    }
    const body = { text: '', entities: [] }
    this.stage = 'finishing'
    if (await attempt(() => open.write.send({ body, replyTo, quote, silent, media }))) {
      this.#chat.cancel()
      this.#rest()
      return
    }
    // The device could not keep it: it stays to be tried again.
    this.#offer(made)
  }

  /** What the server said it takes, where that is known: offline it is tried and told later. */
  async #tooLarge({ blob }: Recorded): Promise<boolean> {
    const limit = await this.#chat.model
      .media()
      .then((media) => media.limit())
      .catch(() => 0)
    return limit > 0 && blob.size > limit
  }

  #rest(): void {
    this.#turn++
    clearInterval(this.#clock)
    this.#recording = null
    this.made = null
    this.hold = { at: 'rest' }
    this.stage = 'rest'
  }

  /** The chat leaves the screen: what was recorded is neither lost nor sent behind the person's back. */
  async close(): Promise<void> {
    const place = placeOf(this.#chat)
    const made = this.stage === 'preview' ? this.made : await this.#finish()
    if (place !== null && made && made.duration >= SHORTEST_MS) left.set(place, made)
    this.#rest()
  }
}
