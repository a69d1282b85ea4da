// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, Change, ChatRow } from '../db'
import type { AccountId, Ms, Seq } from '../model/id'
import {
  AddressBook,
  type AddressList,
  Connection,
  type ConnectionState,
  call,
  entryOf,
  type HelloOk,
  type Refusal,
  Rungs,
  ServerClock,
  type Signal,
  Silence,
  Sync,
  tallyOf,
  type Update,
  verifyAddresses,
} from '../wire'
import { applyGrowth } from './apply'
import { catchUp } from './catchup'
import { CIRCLE } from './circle'
import type { Env } from './env'
import { Flusher } from './flush'
import type { History } from './history'
import type { Mirror } from './mirror'
import { settleSent } from './outbox'
import { Sender } from './sender'
import type { Fleeting } from './tabs'
import type { Uploader } from './upload'
import { applyUserEntries } from './userlog'

/** Accounts whose presence one session may watch. */
const WATCHED = 200

/** Screens that are looked at, of all tabs: one that is not closed as it should is forgotten before long. */
const LOOKERS = 8

export interface LeaderEvents {
  state(state: ConnectionState): void
  fleeting(what: Fleeting): void
  /** Our own server ended this session. */
  ended(why: Refusal): void
  /** Facts that a run learned and the next one starts with. */
  rungs(rungs: Record<string, string>): void
}

export interface LeaderOptions {
  readonly db: AccountDb
  readonly mirror: Mirror
  readonly history: History
  readonly env: Env
  readonly me: number
  readonly device: number
  readonly token: string
  readonly makeKey: () => Uint8Array<ArrayBuffer>
  readonly rungs: Record<string, string>
  /** Whether the person may be looking at one of the tabs now. */
  inSight(): boolean
  readonly events: LeaderEvents
}

/**
 * What only one tab does: holds the connection, catches up, applies updates, sends the outbox, tells marks.
 * Updates are applied one after the other; what cannot be applied asks for a sync, which heals everything.
 */
export class Leader {
  readonly connection: Connection
  readonly #o: LeaderOptions
  readonly #sender: Sender
  readonly #flusher: Flusher
  readonly #book: AddressBook
  readonly #clock: ServerClock
  readonly #unsubscribe: (() => void)[] = []
  #uploader: Uploader | null = null
  #uploading = false
  #work: Promise<void> = Promise.resolve()
  #syncTimer: ReturnType<typeof setTimeout> | undefined
  #stopped = false
  #watching = ''
  /** Whose presence the server does not tell, and how far their chat had come when that was so. */
  readonly #untold = new Map<AccountId, Seq>()
  /** Whom screens show besides the people one talks to, the latest last. */
  readonly #looked = new Map<string, readonly AccountId[]>()
  #watched: readonly AccountId[] = []
  /** Those of them who are online. */
  readonly #present = new Set<AccountId>()

  static async start(o: LeaderOptions): Promise<Leader> {
    const [known, offset] = await o.db.read((r) => Promise.all([r.value('addresses'), r.value('clock')]))
    const leader = new Leader(o, new AddressBook(o.env.home, known ?? null), new ServerClock(offset ?? 0))
    leader.connection.start()
    return leader
  }

  private constructor(o: LeaderOptions, book: AddressBook, clock: ServerClock) {
    this.#o = o
    this.#book = book
    this.#clock = clock
    const { env } = o
    this.connection = new Connection({
      addresses: book,
      token: o.token,
      who: env.who,
      net: env.net,
      timing: env.timing,
      inSight: o.inSight,
      memory: new Rungs(o.rungs, o.events.rungs, () => env.networkName()),
      events: {
        linked: (hello, askedAt) => this.#linked(hello, askedAt),
        updates: ({ updates }) => {
          for (const update of updates) this.#enqueue(() => this.#apply(update))
        },
        state: (state) => this.#state(state),
        ended: (why) => o.events.ended(why),
      },
    })
    const now = () => clock.now()
    this.#sender = new Sender(
      o.db,
      o.mirror,
      this.connection,
      { env, device: o.device, now, makeKey: o.makeKey },
      { rewound: () => this.#syncSoon(0), missing: (chat) => this.#fetchMissing(chat) },
    )
    this.#flusher = new Flusher(o.db, o.mirror, this.connection, env, o)
    this.#unsubscribe.push(
      o.mirror.subscribe((change) => this.#changed(change)),
      env.onWake((changed) => this.connection.wake(changed)),
      env.onHide(() => this.#flusher.hurry()),
    )
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#syncTimer)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#sender.close()
    this.#uploader?.stop()
    this.#flusher.close()
    await this.connection.stop()
    await this.#work
  }

  /**
   * A screen shows whether these are online, until it says that it shows nobody. Its tab may be a new one,
   * which has heard of nobody yet.
   */
  look(by: string, at: readonly AccountId[]): void {
    this.#looked.delete(by)
    if (at.length > 0) this.#looked.set(by, at)
    for (const old of [...this.#looked.keys()].slice(0, -LOOKERS)) this.#looked.delete(old)
    for (const account of this.#present) this.#tellAgain(account, true)
    // Somebody untold may just have come into the group on screen, and may be told of now.
    if (at.some((account) => this.#untold.has(account))) this.#watching = ''
    this.#watch()
  }

  #linked(hello: HelloOk, askedAt: Ms): void {
    this.#learnClock(Number(hello.serverMs), askedAt)
    this.#watching = ''
    this.#syncSoon(0)
  }

  #state(state: ConnectionState): void {
    if (state !== 'online') {
      this.#present.clear()
      this.#sender.close()
      this.#uploader?.close()
      this.#flusher.close()
    }
    this.#o.events.state(state)
  }

  /** Runs one thing after the other. A failure of one (storage is full, the tab closes) asks for a sync. */
  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#stopped ? undefined : work()))
      .catch((error) => {
        // Without an answer there is a new link soon, which syncs; else what went wrong may pass.
        const { sendMin, sendMax } = this.#o.env.pace
        const silent = error instanceof Silence
        if (this.connection.state === 'online') this.#syncSoon(silent ? sendMin : sendMax)
      })
  }

  /** Catches up after a moment, so that several reasons make one request. */
  #syncSoon(ms: number = this.#o.env.pace.resync): void {
    if (this.#stopped) return
    clearTimeout(this.#syncTimer)
    this.#syncTimer = setTimeout(() => {
      this.#enqueue(() => this.#sync())
    }, ms)
  }

  async #sync(): Promise<void> {
    const result = await catchUp(this.#o.db, this.connection, this.#o.me)
    if (this.#stopped) return
    this.#learnClock(result.serverMs, result.askedAt)
    await this.#learnAddresses(result.addresses)
    this.#sender.open()
    this.#upload(true)
    this.#flusher.open()
    this.#watch()
    this.#syncSoon(result.again ? 0 : this.#o.env.pace.safety)
  }

  #learnClock(serverMs: Ms, askedAt: Ms): void {
    if (serverMs === 0) return
    const before = this.#clock.offset
    this.#clock.learn(serverMs, askedAt)
    const { offset } = this.#clock
    // Less is the noise of the network.
    if (Math.abs(offset - before) < 1_000) return
    this.#enqueue(() => this.#o.db.write((w) => w.putValue('clock', offset)))
  }

  async #learnAddresses(list: AddressList | null): Promise<void> {
    const verified = list && (await verifyAddresses(list, this.#clock.now()))
    if (verified) this.#book.learn(verified)
    // With the address that answers now, also where the server names none any more: media come from it too.
    const { known } = this.#book
    const { addresses: stored } = this.#o.mirror
    if (known && (known.issuedMs !== stored?.issuedMs || known.good !== stored.good))
      await this.#o.db.write((w) => w.putValue('addresses', known))
  }

  async #apply({ what }: Update): Promise<void> {
    switch (what.case) {
      case 'chat': {
        const { chat, entries } = what.value
        const growth = { chat, entries: entries.map(entryOf) }
        const ask = await this.#o.db.write((w) => applyGrowth(w, this.#o.me, growth))
        if (ask.stale) this.#syncSoon()
        return
      }
      case 'user': {
        const entries = what.value.entries.map(entryOf)
        const ask = await this.#o.db.write((w) => applyUserEntries(w, this.#o.me, entries))
        if (ask.stale) this.#syncSoon()
        if (ask.devices) this.#o.events.fleeting({ kind: 'devices' })
        return
      }
      case 'signal':
        return this.#signal(what.value)
      case 'resync':
        return this.#syncSoon(0)
      case 'addresses':
        return this.#learnAddresses(what.value)
      case 'goingAway':
        // The connection ends by itself; the next greeting tells whether the session is good still.
        return
    }
  }

  async #signal({ what }: Signal): Promise<void> {
    switch (what.case) {
      case 'typing': {
        const { chat, account, stopped, recording } = what.value
        if (account === this.#o.me) return
        return this.#o.events.fleeting({ kind: 'typing', chat, account, stopped, recording })
      }
      case 'presence': {
        const { account, online, lastSeenMs } = what.value
        // This is also how one is told that there will be no more.
        if (!online && lastSeenMs === 0n) this.#untold.set(account, this.#talkWith(account)?.head.seq ?? 0)
        return this.#tellPresence(what.value)
      }
      case 'tally': {
        const { chat, tallies } = what.value
        return this.#o.db.write(async (w) => {
          for (const tally of tallies) {
            const row = await w.entry(chat, tally.seq)
            if (row) await w.putEntry({ ...row, tally: withMine(tallyOf(tally), row.tally) })
          }
        })
      }
      case 'read': {
        const { chat, account, seq } = what.value
        if (account === this.#o.me) return
        return this.#o.db.write(async (w) => {
          const row = await w.chat(chat)
          if (row && seq > row.peerRead) await w.putChat({ ...row, peerRead: seq })
        })
      }
    }
  }

  async #tellPresence(p: { account: number; online: boolean; lastSeenMs: bigint }): Promise<void> {
    const { account, online } = p
    const at = Number(p.lastSeenMs)
    if (online) this.#present.add(account)
    else this.#present.delete(account)
    this.#o.events.fleeting({ kind: 'presence', account, online, at })
    await this.#o.db.write(async (w) => {
      const person = await w.person(account)
      if (person && person.lastSeen !== at) await w.putPerson({ ...person, lastSeen: at })
    })
  }

  #changed(change: Change): void {
    if (change.outbox.length > 0) {
      if (this.#o.mirror.outbox.some((item) => item.state === 'waiting')) this.connection.hurry()
      this.#sender.wake()
      this.#upload(false)
    }
    if (change.chats.length > 0) this.#flusher.look(change.chats)
    if (change.chats.length > 0 || change.values.includes('user')) this.#watch()
    const sent = this.#o.mirror.outbox.filter((item) => item.state === 'sent')
    const arrived = sent.filter((item) => change.entries.some((e) => e.chat === item.chat))
    for (const { n } of arrived) {
      this.#enqueue(async () => {
        await this.#o.db.write(async (w) => {
          const item = await w.outboxItem(n)
          if (item?.state === 'sent') await settleSent(w, item)
        })
      })
    }
  }

  /** Looks after uploads; their code comes with the first. */
  #upload(online: boolean): void {
    if (this.#uploader) {
      if (online) this.#uploader.open()
      else this.#uploader.look()
      return
    }
    if (!this.#uploading) void this.#makeUploader()
  }

  async #makeUploader(): Promise<void> {
    const { db, mirror, env, token, events } = this.#o
    this.#uploading = true
    try {
      // What is not wanted any more is to go, and what was sent to be kept, also when nothing is uploaded.
      const left = await db.read((r) => Promise.all([r.value('unwanted'), r.value('toKeep')])).catch(() => [])
      const none = left.every((some) => !some?.length)
      if (none && !mirror.outbox.some((item) => item.state === 'uploading')) return
      // Code that cannot be fetched now is fetched with the next link.
      const loaded = await import('./upload').catch(() => null)
      if (!loaded || this.#stopped) return
      this.#uploader = new loaded.Uploader(db, mirror, env.pace, {
        net: env.net,
        token,
        address: () => this.connection.address ?? env.home,
        tell: (item, upload) => events.fleeting({ kind: 'upload', item, upload }),
        ended: (why) => events.ended(why),
      })
    } finally {
      this.#uploading = false
    }
    if (this.connection.state === 'online') this.#uploader.open()
    else this.#uploader.look()
  }

  /** An acknowledged entry usually comes as an update in a moment; if not, it is fetched. */
  #fetchMissing(chat: number): void {
    setTimeout(() => {
      const missing = this.#o.mirror.outbox.filter((i) => i.chat === chat && i.state === 'sent')
      const seqs = missing.flatMap((item) => item.seqs)
      if (seqs.length > 0 && !this.#stopped) this.#enqueue(() => this.#fetchThrough(chat, Math.max(...seqs)))
    }, this.#o.env.pace.resync)
  }

  async #fetchThrough(chat: number, seq: Seq): Promise<void> {
    const row = this.#o.mirror.chats.get(chat)
    if (row && row.asOf < seq) await this.#o.history.readFrom(chat, row.asOf)
    this.#syncSoon()
  }

  #talkWith(account: AccountId): ChatRow | undefined {
    return [...this.#o.mirror.chats.values()].find((row) => row.info.peer === account)
  }

  /**
   * Asks for the presence of the people one talks to directly and of those on screen. The server keeps of
   * them whom it may tell of at that moment, so it is asked again when that may have changed: an untold
   * person's chat went on, or one's own block, under which nobody is asked for, is lifted.
   */
  #watch(): void {
    const { chats, user } = this.#o.mirror
    const open = ({ info }: ChatRow) => info.peer !== 0 && !user?.blocked.includes(info.peer)
    const rows = [...chats.values()].filter(open)
    const shown = [...new Set([...this.#looked.values()].reverse().flat())].slice(0, CIRCLE)
    const recent = rows.sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0)).slice(0, WATCHED - shown.length)
    const heads = new Map(recent.map((row) => [row.info.peer, row.head.seq]))
    const accounts = [...new Set([...heads.keys(), ...shown])].sort((a, b) => a - b)
    const name = accounts.join()
    const moved = [...this.#untold].some(([account, seq]) => (heads.get(account) ?? 0) > seq)
    if ((name === this.#watching && !moved) || this.connection.state !== 'online') return
    this.#watching = name
    this.#untold.clear()
    this.#enqueue(async () => {
      const { people } = await call(this.connection, Sync.method.watch, { accounts })
      const told = new Set(people.map((p) => p.account))
      for (const [account, seq] of heads) if (!told.has(account)) this.#untold.set(account, seq)
      this.#unwatch(this.#watched.filter((account) => !told.has(account)))
      this.#watched = [...told]
      for (const presence of people) await this.#tellPresence(presence)
      this.#watch()
    })
  }

  /** Of who is watched no more it is not known any longer whether they are online. */
  #unwatch(accounts: readonly AccountId[]): void {
    for (const account of accounts) {
      this.#present.delete(account)
      this.#tellAgain(account, false)
    }
  }

  /** Tells every tab whether somebody is online, and nothing of when they were. */
  #tellAgain(account: AccountId, online: boolean): void {
    this.#o.events.fleeting({ kind: 'presence', account, online, at: 0 })
  }
}

/** Shared signals do not say which reactions are one's own: what was known of that stays. */
function withMine(tally: ReturnType<typeof tallyOf>, known: ReturnType<typeof tallyOf> | null) {
  const mine = new Set(known?.reactions.filter((r) => r.mine).map((r) => r.emoji))
  return { ...tally, reactions: tally.reactions.map((r) => ({ ...r, mine: r.mine || mine.has(r.emoji) })) }
}
