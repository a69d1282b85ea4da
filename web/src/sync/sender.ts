// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, OutboxRow } from '../db'
import type { ChatId, DeviceId, Seq } from '../model/id'
import { KEY_LIFE, keyTime } from '../model/key'
import {
  appCode,
  Backoff,
  type Caller,
  ErrorCode,
  endsSession,
  Messages,
  mayPass,
  nameOf,
  Refusal,
  readForwardReceipts,
  readReceipt,
  Silence,
} from '../wire'
import type { Env } from './env'
import type { Mirror } from './mirror'
import { rekeyed, reuploaded, settleSent } from './outbox'

/** Chats whose items are on their way at once. */
const AT_ONCE = 8
/** An item that the server cannot take for a reason of its own is given up after so many answers. */
const ATTEMPTS = 8

export interface SenderEvents {
  /** The server was restored: catch up before anything else is sent. */
  rewound(): void
  /** An entry of this chat was acknowledged and has not come by itself: fetch it. */
  missing(chat: ChatId): void
}

export interface SenderOptions {
  readonly env: Env
  readonly device: DeviceId
  now(): number
  makeKey(): Uint8Array<ArrayBuffer>
}

interface Lane {
  readonly backoff: Backoff
  attempts: number
  timer: ReturnType<typeof setTimeout> | undefined
  busy: boolean
}

/**
 * Sends what the outbox holds: per chat in order, one at a time, each again under the same key until
 * the server has answered. Only the leading tab has one.
 */
export class Sender {
  readonly #db: AccountDb
  readonly #caller: Caller
  readonly #mirror: Mirror
  readonly #o: SenderOptions
  readonly #events: SenderEvents
  readonly #lanes = new Map<ChatId, Lane>()
  #open = false
  #busy = 0
  #planned = false

  constructor(db: AccountDb, mirror: Mirror, caller: Caller, o: SenderOptions, events: SenderEvents) {
    this.#db = db
    this.#mirror = mirror
    this.#caller = caller
    this.#o = o
    this.#events = events
  }

  /** The connection stands and has caught up: send. */
  open(): void {
    this.#open = true
    for (const lane of this.#lanes.values()) {
      clearTimeout(lane.timer)
      lane.timer = undefined
    }
    this.wake()
  }

  /** No connection: wait. What is on its way ends by itself. */
  close(): void {
    this.#open = false
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer)
  }

  /** Something was put into the outbox, or may be sent now. */
  wake(): void {
    if (this.#planned) return
    this.#planned = true
    void this.#mirror.settled().then(() => {
      this.#planned = false
      this.#scan()
    })
  }

  #scan(): void {
    if (!this.#open) return
    const first = new Map<ChatId, OutboxRow>()
    for (const item of this.#mirror.outbox) {
      if (item.state === 'waiting' && !first.has(item.chat)) first.set(item.chat, item)
    }
    for (const item of first.values()) {
      const lane = this.#lane(item.chat)
      if (!lane.busy && lane.timer === undefined && this.#busy < AT_ONCE) void this.#run(item, lane)
    }
  }

  #lane(chat: ChatId): Lane {
    let lane = this.#lanes.get(chat)
    if (!lane) {
      const { sendMin, sendMax } = this.#o.env.pace
      lane = { backoff: new Backoff(sendMin, sendMax), attempts: 0, timer: undefined, busy: false }
      this.#lanes.set(chat, lane)
    }
    return lane
  }

  async #run(listed: OutboxRow, lane: Lane): Promise<void> {
    lane.busy = true
    this.#busy++
    try {
      const item = await this.#firstOf(listed)
      // Closed meanwhile: another tab may lead by now, and the database may be closed.
      if (!this.#open) return
      const early = (item?.notBefore ?? 0) - this.#o.now()
      if (early > 0) this.#pause(lane, early)
      else if (item) await this.#send(item, lane)
    } catch {
      // The database does not answer, or has no room for the mark: not asked again at once, over and over.
      if (this.#open) this.#pause(lane, lane.backoff.next())
    } finally {
      lane.busy = false
      this.#busy--
      this.wake()
    }
  }

  /**
   * What goes out first of a chat, as it is stored: of items that were let go together the mirror may have
   * read one already and those before it not yet, and they would be overtaken.
   */
  #firstOf({ chat, n }: OutboxRow): Promise<OutboxRow | undefined> {
    return this.#db.read(async (r) =>
      (await r.outboxUpTo(n)).find((item) => item.chat === chat && item.state === 'waiting'),
    )
  }

  async #send(waiting: OutboxRow, lane: Lane): Promise<void> {
    const item = await this.#prepare(waiting)
    if (!item) return
    const wasUnsure = item.unsure
    if (!wasUnsure && !(await this.#mark(item))) return
    try {
      // Every attempt is seen here, one by one: what becomes of each decides what its keys are worth.
      const answer = await this.#caller.request(item.method, item.request, { again: false })
      const seqs =
        item.method === nameOf(Messages.method.forward) ? readForwardReceipts(answer) : readReceipt(answer)
      if (item.shows.kind === 'message' && seqs.length === 0) throw new Silence('interfering', true)
      lane.backoff.reset()
      lane.attempts = 0
      await this.#acknowledge(item, seqs)
    } catch (error) {
      await this.#refused({ ...item, unsure: wasUnsure }, lane, error)
    }
  }

  /**
   * From here on the request may be stored without our knowing: the mark comes before the first byte. False
   * where it was taken back meanwhile.
   */
  #mark(item: OutboxRow): Promise<boolean> {
    return this.#db.write(async (w) => {
      if ((await w.outboxItem(item.n))?.state !== 'waiting') return false
      await w.putOutbox({ ...item, unsure: true })
      return true
    })
  }

  /** Makes an item ready to go out; null when it cannot. */
  async #prepare(item: OutboxRow): Promise<OutboxRow | null> {
    if (item.device !== this.#o.device) {
      // Keys are remembered per device: under this one it would be stored twice, if it was stored at all.
      if (item.unsure) {
        await this.#fail(item, 'CONFLICT')
        return null
      }
      return { ...item, device: this.#o.device }
    }
    const [key] = item.keys
    const age = key ? this.#o.now() - keyTime(key) : 0
    const clockWasWrong = age > KEY_LIFE || age < -KEY_LIFE
    return clockWasWrong && !item.unsure ? rekeyed(item, () => this.#o.makeKey()) : item
  }

  async #acknowledge(item: OutboxRow, seqs: readonly Seq[]): Promise<void> {
    const arrived = await this.#db.write(async (w) => {
      const sent: OutboxRow = { ...item, state: 'sent', unsure: false, seqs }
      const { n: _n, ...own } = sent
      const [key = ''] = item.keys
      if (seqs.length > 0) await w.putOwn({ key, chat: item.chat, seq: Math.max(...seqs), item: own })
      await w.putOutbox(sent)
      return settleSent(w, sent)
    })
    if (!arrived) this.#events.missing(item.chat)
  }

  /** `item.unsure` says whether earlier attempts may have been stored. */
  async #refused(item: OutboxRow, lane: Lane, error: unknown): Promise<void> {
    if (!(error instanceof Refusal)) {
      // Not answered: it stays unsure and goes out again under the same keys.
      this.#pause(lane, lane.backoff.next())
      return
    }
    if (endsSession(error)) {
      await this.#restore(item)
      this.close()
      return
    }
    const { code } = error
    if (code === ErrorCode.KEY_EXPIRED || code === ErrorCode.KEY_INVALID) {
      const again = !item.unsure && lane.attempts++ < ATTEMPTS
      if (again) await this.#restore(rekeyed(item, () => this.#o.makeKey()))
      else await this.#fail(item, appCode(code))
      return
    }
    if (code === ErrorCode.FILE_GONE && item.files?.length && lane.attempts++ < ATTEMPTS) {
      await this.#restore(reuploaded(item))
      return
    }
    if (code === ErrorCode.RATE_LIMITED || code === ErrorCode.SLOW_MODE) {
      const wait = error.retryMs || lane.backoff.next()
      await this.#restore({ ...item, notBefore: this.#o.now() + wait })
      this.#pause(lane, wait)
      return
    }
    if (mayPass(error) && lane.attempts++ < ATTEMPTS) {
      await this.#restore(item)
      if (code === ErrorCode.INCARNATION_CHANGED) this.#events.rewound()
      this.#pause(lane, Math.max(error.retryMs, lane.backoff.next()))
      return
    }
    lane.attempts = 0
    const notBefore = error.retryMs ? this.#o.now() + error.retryMs : 0
    await this.#fail({ ...item, notBefore }, appCode(code))
  }

  async #restore(item: OutboxRow): Promise<void> {
    await this.#db.write((w) => w.putOutbox(item))
  }

  async #fail(item: OutboxRow, error: string): Promise<void> {
    await this.#db.write((w) => w.putOutbox({ ...item, state: 'failed', error }), 'strict')
  }

  #pause(lane: Lane, ms: number): void {
    clearTimeout(lane.timer)
    lane.timer = setTimeout(() => {
      lane.timer = undefined
      this.wake()
    }, ms)
  }
}
