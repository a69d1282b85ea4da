// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AddressBook } from './addresses'
import { Backoff, longestWait } from './backoff'
import { endsSession, Refusal, Silence } from './failure'
import type { ClientIdentity } from './frame'
import { ErrorCode, type HelloOk } from './gen/zolal/v1/frame_pb'
import type { GoingAway, Updates } from './gen/zolal/v1/sync_pb'
import { type Attempt, openRung, plan, race } from './ladder'
import { type Link, type LinkEvents, type LinkOptions, type Net, RUNGS, type Rung, type Timing } from './link'

/** Who asks again and again has an attempt so often at most; milliseconds. */
const MOMENT = 500

export type ConnectionState = 'online' | 'connecting' | 'offline' | 'interfering'

/** Which rung works on which network, kept between runs. */
export interface RungMemory {
  /** A name for the network the device is on, as well as it can be told. */
  network(): string
  recall(network: string): Rung | undefined
  note(network: string, rung: Rung): void
}

export interface ConnectionEvents {
  /** A link stands: catch up. Comes again when another link takes over. `askedAt` is for the clock. */
  linked(hello: HelloOk, askedAt: number): void
  updates(updates: Updates): void
  state(state: ConnectionState): void
  /** Our own server ended this session or does not speak with this version any more. */
  ended(why: Refusal): void
}

export interface ConnectionOptions {
  readonly addresses: AddressBook
  readonly token: string
  readonly who: ClientIdentity
  readonly net: Net
  readonly timing: Timing
  readonly memory: RungMemory
  /** Whether a person may be looking at the app now. */
  inSight(): boolean
  readonly events: ConnectionEvents
}

export interface RequestOptions {
  /** For the answer, waiting for a connection included; milliseconds. */
  readonly deadlineMs?: number
  /** Ask again on the next link when the one in use breaks. Writes have keys, so this doubles nothing. */
  readonly again?: boolean
}

/**
 * Keeps one connection to the server as long as it runs: reconnects with jitter, moves down the ladder where
 * a network swallows data and up again later, and on to the server's other addresses.
 */
export class Connection {
  readonly #o: ConnectionOptions
  readonly #backoff: Backoff
  readonly #climb: Backoff
  readonly #waiters = new Set<() => void>()
  #link: Link | null = null
  #state: ConnectionState = 'connecting'
  #running = false
  /** How long the server that stops asked to be left alone; milliseconds. */
  #away = 0
  #wake: () => void = () => {}
  /** When the server was reached last, or was looked for first, as performance.now() says it. */
  #reached = performance.now()
  /** Ends the wait for the link in use. */
  #closed: () => void = () => {}
  #climbTimer: ReturnType<typeof setTimeout> | undefined
  #doubtTimer: ReturnType<typeof setTimeout> | undefined
  /** Beside this link another is being opened. */
  #doubted: Link | null = null
  #done: Promise<void> = Promise.resolve()

  constructor(o: ConnectionOptions) {
    this.#o = o
    this.#backoff = new Backoff(o.timing.retryMin, o.timing.retryMax)
    this.#climb = new Backoff(o.timing.climbMin, o.timing.climbMax)
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** How the connection is carried now; null while there is none. */
  get rung(): Rung | null {
    return this.#link?.rung ?? null
  }

  /** The address in use; null while there is none. */
  get address(): string | null {
    return this.#link?.address ?? null
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#done = this.#run()
  }

  /** Ends the connection for good and waits for its loop. */
  async stop(): Promise<void> {
    this.#running = false
    this.#drop()
    this.#wake()
    this.#tellWaiters()
    await this.#done
  }

  /**
   * Tries now instead of after the pause: the network came back, or the person looks at the app; not before
   * the time the server asked for, nor twice in a moment. A link of the network before can be dead without a
   * word. A socket is asked; of a stream or a poll no answer to another request tells, so they are doubted
   * where the network is known to have changed.
   */
  wake(changed = false): void {
    this.#backoff.reset()
    const link = this.#link
    if (!link) {
      this.#wake()
      return
    }
    link.probe()
    if (changed || link.rung === 'socket') this.#doubt(link)
  }

  /** Looks for the server now instead of after the pause: a person waits for it. */
  hurry(): void {
    if (this.#link) return
    this.wake()
    if (this.#state === 'offline') this.#setState('connecting')
  }

  #doubt(link: Link): void {
    const since = performance.now()
    clearTimeout(this.#doubtTimer)
    const closed = this.#closed
    this.#doubtTimer = setTimeout(async () => {
      const silent = () => link.heard < since
      // One that is being replaced is not replaced twice.
      if (!silent() || this.#doubted === link) return
      this.#doubted = link
      const attempts = plan(this.#o.addresses.order(), link.rung)
      const taken = await this.#replace(link, closed, attempts, silent)
      this.#doubted = null
      if (!taken) return
      // What was asked over it may never have arrived; it is asked again.
      link.close()
      this.#scheduleClimb(closed)
    }, this.#o.timing.spare)
  }

  /** Sends one request over the current link, waiting for one if need be. Rejects with Refusal or Silence. */
  async request(method: string, payload: Uint8Array, o: RequestOptions = {}): Promise<Uint8Array> {
    const until = performance.now() + (o.deadlineMs ?? this.#o.timing.answer)
    let sent = false
    for (;;) {
      const link = await this.#linkBefore(until, sent)
      try {
        return await link.request(method, payload, Math.max(1, until - performance.now()))
      } catch (error) {
        if (error instanceof Refusal && endsSession(error)) this.#end(error)
        if (!(error instanceof Silence)) throw error
        sent ||= error.sent
        const again = o.again !== false && error.reason !== 'interfering' && performance.now() < until
        if (!again) throw new Silence(error.reason, sent, error)
        if (this.#link === link) await this.#change(until)
      }
    }
  }

  async #linkBefore(until: number, sent: boolean): Promise<Link> {
    while (!this.#link) {
      const hopeless = this.#state === 'offline' || this.#state === 'interfering' || !this.#running
      if (hopeless) throw new Silence(this.#state === 'interfering' ? 'interfering' : 'offline', sent)
      if (performance.now() >= until) throw new Silence('late', sent)
      await this.#change(until)
    }
    return this.#link
  }

  /** Resolves when the link or the state changes, at the latest at `until`. */
  #change(until: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiters.delete(done)
        resolve()
      }
      const timer = setTimeout(done, Math.max(0, until - performance.now()))
      this.#waiters.add(done)
    })
  }

  #tellWaiters(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return
    this.#state = state
    this.#o.events.state(state)
    this.#tellWaiters()
  }

  async #run(): Promise<void> {
    while (this.#running) {
      try {
        const link = await this.#connect()
        const since = performance.now()
        await link.over
        this.#drop()
        this.#reached = performance.now()
        if (!this.#running) return
        this.#setState(this.#o.net.online() ? 'connecting' : 'offline')
        // A link that breaks at once must not be reopened in a tight loop.
        if (performance.now() - since > this.#o.timing.firstData) this.#backoff.reset()
        await this.#pause(this.#away)
        this.#away = 0
      } catch (error) {
        if (!this.#running) return
        if (this.#endsFor(error)) return
        const meddling = error instanceof Silence && error.reason === 'interfering'
        this.#setState(meddling ? 'interfering' : 'offline')
        await this.#pause(error instanceof Refusal ? error.retryMs : 0)
      }
    }
  }

  #drop(): void {
    clearTimeout(this.#climbTimer)
    clearTimeout(this.#doubtTimer)
    this.#link?.close()
    this.#link = null
    this.#closed()
  }

  #endsFor(error: unknown): boolean {
    if (!(error instanceof Refusal)) return false
    const tooOld = error.code === ErrorCode.VERSION_UNSUPPORTED
    if (!tooOld && !endsSession(error)) return false
    this.#end(error)
    return true
  }

  #end(why: Refusal): void {
    if (!this.#running) return
    this.#running = false
    this.#drop()
    this.#setState('offline')
    this.#wake()
    this.#tellWaiters()
    this.#o.events.ended(why)
  }

  /** Opens a link; `over` resolves when that link, or the one that took over from it, has ended. */
  async #connect(): Promise<{ over: Promise<void> }> {
    if (!this.#o.net.online()) throw new Silence('offline', false)
    const { addresses, memory, timing } = this.#o
    const network = memory.network()
    const start = memory.recall(network) ?? RUNGS[0]
    const askedAt = Date.now()
    const over = new Promise<void>((resolve) => {
      this.#closed = resolve
    })
    const closed = this.#closed
    const link = await race(plan(addresses.order(), start), timing.firstData / 2, (what) =>
      openRung(what.rung, this.#linkOptions(what.address), this.#eventsFor(closed)),
    )
    if (!this.#running) {
      link.close()
      return { over: Promise.resolve() }
    }
    memory.note(network, link.rung)
    this.#adopt(link, askedAt)
    this.#scheduleClimb(closed)
    return { over }
  }

  #linkOptions(address: string): LinkOptions {
    const { token, who, net, timing } = this.#o
    return { address, token, who, net, timing }
  }

  /** Events of one link: it counts as closed only while it is the one in use. */
  #eventsFor(closed: () => void, mine: { link: Link | null } = { link: null }): LinkEvents {
    return {
      updates: (updates) => {
        if (!this.#running) return
        for (const { what } of updates.updates) {
          if (what.case === 'goingAway') this.#away = leaveAlone(what.value)
        }
        this.#o.events.updates(updates)
      },
      closed: () => {
        if (!mine.link || this.#link === mine.link) closed()
      },
    }
  }

  #adopt(link: Link, askedAt: number): void {
    this.#link = link
    this.#o.addresses.noteGood(link.address)
    this.#setState('online')
    this.#tellWaiters()
    this.#o.events.linked(link.hello, askedAt)
  }

  /** Tries a quicker rung now and then; a success takes over without a gap. */
  #scheduleClimb(closed: () => void): void {
    clearTimeout(this.#climbTimer)
    const current = this.#link
    if (!current || current.rung === RUNGS[0]) {
      this.#climb.reset()
      return
    }
    this.#climbTimer = setTimeout(async () => {
      const better = RUNGS.slice(0, RUNGS.indexOf(current.rung))
      const attempts = better.map((rung) => ({ rung, address: current.address }))
      await this.#replace(current, closed, attempts)
      // Where the link ended meanwhile, the next one has a climb of its own.
      if (this.#closed === closed) this.#scheduleClimb(closed)
    }, this.#climb.next())
  }

  /** Opens another link beside the one in use, by the first attempt that works; it takes over if wanted. */
  async #replace(
    current: Link,
    closed: () => void,
    attempts: readonly Attempt[],
    wanted = () => true,
  ): Promise<boolean> {
    const askedAt = Date.now()
    const link = await race(attempts, this.#o.timing.firstData, async (what) => {
      const mine: { link: Link | null } = { link: null }
      const events = this.#eventsFor(closed, mine)
      mine.link = await openRung(what.rung, this.#linkOptions(what.address), events)
      return mine.link
    }).catch(() => null)
    if (!link) return false
    if (this.#link !== current || !this.#running || !wanted()) {
      link.close()
      return false
    }
    this.#o.memory.note(this.#o.memory.network(), link.rung)
    this.#adopt(link, askedAt)
    current.retire()
    return true
  }

  /** Waits for the next attempt, at least for what the server asked for. */
  #pause(asked: number): Promise<void> {
    const { inSight, timing } = this.#o
    const from = performance.now()
    const least = Math.max(asked, MOMENT)
    const ms = Math.max(asked, this.#backoff.next(longestWait(timing, from - this.#reached, inSight())))
    return new Promise((resolve) => {
      const done = () => {
        this.#wake = () => {}
        resolve()
      }
      let timer = setTimeout(done, ms)
      this.#wake = () => {
        clearTimeout(timer)
        const left = this.#running ? Math.min(ms, least) + from - performance.now() : 0
        if (left > 0) timer = setTimeout(done, left)
        else done()
      }
    })
  }
}

/** As long as a longer wait is believed; milliseconds. */
const LONGEST = 300_000

/**
 * When to come back to a server that stops: after what it asked for and a random share of that, so that not
 * all come at once.
 *
 * CONN-8
 */
function leaveAlone(away: GoingAway): number {
  const ask = away.code === 'restarting' ? Math.min(away.retryMs, LONGEST) : 0
  return ask + Math.random() * ask
}
