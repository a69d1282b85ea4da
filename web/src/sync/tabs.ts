// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Change } from '../db'
import type { UploadView } from '../model/media'
import { type Caller, type ConnectionState, Refusal, type RequestOptions, Silence } from '../wire'
import type { Channel, Env } from './env'

/** Something fleeting that every tab shows and none stores. */
export type Fleeting =
  | {
      readonly kind: 'typing'
      readonly chat: number
      readonly account: number
      readonly stopped: boolean
      /** A voice message, instead of writing. */
      readonly recording: boolean
    }
  | { readonly kind: 'presence'; readonly account: number; readonly online: boolean; readonly at: number }
  | { readonly kind: 'devices' }
  /** How an upload stands; null: it is over. */
  | { readonly kind: 'upload'; readonly item: number; readonly upload: UploadView | null }
  /** A screen of one of the tabs shows whether these are online; of none any more: it is gone. */
  | { readonly kind: 'looking'; readonly by: string; readonly at: readonly number[] }

type Failure =
  | { readonly kind: 'refusal'; readonly code: number; readonly retryMs: number; readonly field: string }
  | { readonly kind: 'silence'; readonly reason: Silence['reason']; readonly sent: boolean }

type Said =
  | { readonly say: 'changed'; readonly change: Change }
  | { readonly say: 'state'; readonly state: ConnectionState }
  | { readonly say: 'fleeting'; readonly what: Fleeting }
  | { readonly say: 'whoLeads' }
  /** The person looks at a tab, or not any more. */
  | { readonly say: 'sight'; readonly by: string; readonly seen: boolean }
  | { readonly say: 'hurry' }
  | { readonly say: 'leading'; readonly state: ConnectionState }
  | {
      readonly say: 'call'
      readonly id: string
      readonly method: string
      readonly payload: Uint8Array
      readonly options: RequestOptions
    }
  | { readonly say: 'answer'; readonly id: string; readonly payload?: Uint8Array; readonly failure?: Failure }

export interface TabEvents {
  /** Another tab committed something. */
  changed(change: Change): void
  state(state: ConnectionState): void
  fleeting(what: Fleeting): void
  /** A person waits for the server: the tab that leads looks for it now. */
  hurry(): void
  /** This tab leads from now on: connect. Resolves when it has stopped leading. */
  lead(signal: AbortSignal): Promise<void>
}

interface Call {
  readonly said: Said & { readonly say: 'call' }
  readonly settle: (answer: Uint8Array | Error) => void
}

/**
 * The tabs of one account on one browser. One of them, by a Web Lock, leads: it holds the connection, and the
 * others ask through it. When it goes, the next one takes the lock over, and what was asked and not answered
 * is asked again of it: requests carry keys, so that this doubles nothing.
 */
export class Tabs implements Caller {
  readonly #env: Env
  readonly #name: string
  readonly #events: TabEvents
  readonly #channel: Channel
  readonly #stop = new AbortController()
  readonly #calls = new Map<string, Call>()
  /** The connection, where this tab leads. */
  #connection: Caller | null = null
  #state: ConnectionState = 'connecting'
  readonly #id = crypto.randomUUID()
  /** Other tabs that are looked at. */
  readonly #seen = new Set<string>()
  readonly #awake: () => void
  #done: Promise<void> = Promise.resolve()

  constructor(env: Env, name: string, events: TabEvents) {
    this.#env = env
    this.#name = name
    this.#events = events
    this.#channel = env.channel(name, (message) => this.#hear(message as Said))
    this.#awake = env.onWake(() => this.#tellSight())
  }

  /** Whether the person may be looking at one of the tabs now. */
  get inSight(): boolean {
    return this.#env.inSight() || this.#seen.size > 0
  }

  /** Looks for the server now, where it is being waited for. */
  hurry(): void {
    if (this.leading) this.#events.hurry()
    else this.#say({ say: 'hurry' })
  }

  get leading(): boolean {
    return this.#connection !== null
  }

  get state(): ConnectionState {
    return this.#state
  }

  start(): void {
    this.#done = this.#lead()
  }

  /** Leads whenever it is this tab's turn. One that stands still answers nobody: the next one leads. */
  async #lead(): Promise<void> {
    const { signal } = this.#stop
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    for (let frozen = true; frozen && !signal.aborted; ) {
      frozen = false
      this.#say({ say: 'whoLeads' })
      const turn = new AbortController()
      void stopped.then(() => turn.abort())
      let woken = Promise.resolve()
      const heard = this.#env.onFreeze((awake) => {
        frozen = true
        woken = awake
        turn.abort()
      })
      await this.#env.lock(this.#name, turn.signal, () => this.#events.lead(turn.signal))
      heard()
      await Promise.race([woken, stopped])
    }
  }

  async stop(): Promise<void> {
    this.#awake()
    this.#tellSight(false)
    this.#stop.abort()
    await this.#done
    this.#channel.close()
    for (const call of [...this.#calls.values()]) call.settle(new Silence('cut', true))
  }

  /** This tab's connection stands ready (or is gone: null). */
  serve(connection: Caller | null): void {
    this.#connection = connection
    if (!connection) return
    this.#say({ say: 'leading', state: this.#state })
    for (const call of this.#calls.values()) void this.#answerOwn(call, connection)
  }

  tellState(state: ConnectionState): void {
    this.#state = state
    this.#events.state(state)
    this.#say({ say: 'state', state })
  }

  tellFleeting(what: Fleeting): void {
    this.#events.fleeting(what)
    this.#say({ say: 'fleeting', what })
  }

  tellChange(change: Change): void {
    this.#say({ say: 'changed', change })
  }

  request(method: string, payload: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    if (this.#connection) return this.#connection.request(method, payload, options)
    const id = crypto.randomUUID()
    return new Promise((resolve, reject) => {
      const settle = (answer: Uint8Array | Error) => {
        clearTimeout(timer)
        this.#calls.delete(id)
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      }
      const deadline = options.deadlineMs ?? this.#env.timing.answer
      const timer = setTimeout(() => settle(new Silence('late', true)), deadline)
      const said = { say: 'call', id, method, payload, options } as const
      this.#calls.set(id, { said, settle })
      this.#say(said)
    })
  }

  async #answerOwn({ said, settle }: Call, connection: Caller): Promise<void> {
    try {
      settle(await connection.request(said.method, said.payload, said.options))
    } catch (error) {
      settle(error as Error)
    }
  }

  #tellSight(seen = this.#env.inSight()): void {
    this.#say({ say: 'sight', by: this.#id, seen })
  }

  #say(said: Said): void {
    if (!this.#stop.signal.aborted) this.#channel.post(said)
  }

  #hear(said: Said): void {
    if (this.#stop.signal.aborted) return
    switch (said.say) {
      case 'changed':
        this.#events.changed(said.change)
        return
      case 'state':
        this.#state = said.state
        this.#events.state(said.state)
        return
      case 'fleeting':
        this.#events.fleeting(said.what)
        return
      case 'whoLeads':
        if (this.#connection) this.#say({ say: 'leading', state: this.#state })
        return
      case 'leading':
        this.#state = said.state
        this.#events.state(said.state)
        this.#tellSight()
        for (const call of this.#calls.values()) this.#say(call.said)
        return
      case 'sight':
        if (!said.seen) this.#seen.delete(said.by)
        else if (this.#seen.add(said.by) && this.leading) this.#events.hurry()
        return
      case 'hurry':
        if (this.leading) this.#events.hurry()
        return
      case 'call':
        if (this.#connection) void this.#answerOther(said, this.#connection)
        return
      case 'answer':
        this.#calls.get(said.id)?.settle(said.payload ?? failureOf(said.failure))
    }
  }

  async #answerOther(said: Said & { say: 'call' }, connection: Caller): Promise<void> {
    try {
      const payload = await connection.request(said.method, said.payload, said.options)
      this.#say({ say: 'answer', id: said.id, payload })
    } catch (error) {
      this.#say({ say: 'answer', id: said.id, failure: plainFailure(error) })
    }
  }
}

/** Errors lose their class on the way to another tab; this keeps what they say. */
function plainFailure(error: unknown): Failure {
  if (error instanceof Refusal) {
    return { kind: 'refusal', code: error.code, retryMs: error.retryMs, field: error.field }
  }
  if (error instanceof Silence) return { kind: 'silence', reason: error.reason, sent: error.sent }
  return { kind: 'silence', reason: 'cut', sent: true }
}

function failureOf(failure: Failure | undefined): Error {
  if (failure?.kind === 'refusal') return new Refusal(failure.code, '', failure.retryMs, failure.field)
  return new Silence(failure?.reason ?? 'cut', failure?.sent ?? true)
}
