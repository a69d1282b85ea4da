// SPDX-License-Identifier: AGPL-3.0-or-later
import { AccountDb, type ChatRow, type SessionRow } from '../db'
import { reads } from '../model/fold'
import type { ChatId, Ms } from '../model/id'
import { type ConnectionState, KeyMaker, type Refusal } from '../wire'
import { UploadBoard } from './board'
import type { Env, Pace } from './env'
import { dropUnjoined, History } from './history'
import { Leader } from './leader'
import { Mirror } from './mirror'
import { Outbox } from './outbox'
import { type Fleeting, Tabs } from './tabs'

export interface AccountEvents {
  state(state: ConnectionState): void
  fleeting(what: Fleeting): void
  /** Our own server ended this session. */
  ended(why: Refusal): void
  rungs(rungs: Record<string, string>): void
}

/** One signed-in account in one tab: what is stored, what is mirrored, how to ask and to write. */
export class Account {
  readonly session: SessionRow
  readonly db: AccountDb
  readonly mirror: Mirror
  readonly tabs: Tabs
  readonly history: History
  readonly outbox: Outbox
  readonly keys: KeyMaker
  readonly uploads = new UploadBoard()
  readonly #env: Env
  readonly #events: AccountEvents
  readonly #rungs: Record<string, string>
  /** Where this tab leads. */
  #leader: Leader | null = null

  /** Opens what is stored, which needs no network, then connects (or follows the tab that does). */
  static async open(
    env: Env,
    session: SessionRow,
    rungs: Record<string, string>,
    events: AccountEvents,
  ): Promise<Account> {
    const db = await AccountDb.open(AccountDb.nameOf(session))
    const born = await db.read((r) => r.value('born'))
    // The browser threw away what was stored: everything is fetched again, but for what was only here.
    if (born !== session.born)
      await db.write(
        (w) => Promise.all([w.putValue('born', session.born), w.putValue('lost', true)]),
        'strict',
      )
    let tabs: Tabs | null = null
    const mirror = await Mirror.open(db, (change) => tabs?.tellChange(change))
    const account = new Account({ env, session, rungs, events, db, mirror })
    tabs = account.tabs
    account.tabs.start()
    return account
  }

  private constructor(o: {
    env: Env
    session: SessionRow
    rungs: Record<string, string>
    events: AccountEvents
    db: AccountDb
    mirror: Mirror
  }) {
    this.session = o.session
    this.db = o.db
    this.mirror = o.mirror
    this.#env = o.env
    this.#events = o.events
    this.#rungs = o.rungs
    this.keys = new KeyMaker(() => this.now())
    this.tabs = new Tabs(o.env, o.db.name, {
      changed: (change) => this.mirror.take(change),
      state: (state) => this.#events.state(state),
      fleeting: (what) => {
        if (what.kind === 'looking') this.#leader?.look(what.by, what.at)
        else if (what.kind === 'upload') this.uploads.hear(what.item, what.upload)
        else this.#events.fleeting(what)
      },
      hurry: () => this.#leader?.connection.hurry(),
      lead: (signal) => this.#lead(signal),
    })
    this.history = new History(o.db, this.tabs, o.session.account)
    this.outbox = new Outbox(o.db, o.mirror, {
      makeKey: () => this.keys.make(),
      device: o.session.device,
      now: () => this.now(),
    })
  }

  get me(): number {
    return this.session.account
  }

  get state(): ConnectionState {
    return this.tabs.state
  }

  /** How long things wait so that several become one. */
  get pace(): Pace {
    return this.#env.pace
  }

  /** The server's time, as far as it is known. */
  now(): Ms {
    return Date.now() + this.mirror.clock
  }

  async close(): Promise<void> {
    await this.tabs.stop()
    await this.mirror.settled()
    this.mirror.close()
    this.db.close()
  }

  /** Leads until the signal is given. */
  async #lead(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await this.#forgetVisited()
    const leader = await Leader.start({
      db: this.db,
      mirror: this.mirror,
      history: this.history,
      env: this.#env,
      me: this.me,
      device: this.session.device,
      token: this.session.token,
      makeKey: () => this.keys.make(),
      rungs: this.#rungs,
      inSight: () => this.tabs.inSight,
      events: {
        state: (state) => this.tabs.tellState(state),
        fleeting: (what) => this.tabs.tellFleeting(what),
        ended: (why) => this.#events.ended(why),
        rungs: (rungs) => this.#events.rungs(rungs),
      },
    })
    this.#leader = leader
    this.tabs.serve(leader.connection)
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    this.tabs.serve(null)
    this.#leader = null
    await leader.stop()
  }

  /** What the last time left of chats that were only looked into. */
  async #forgetVisited(): Promise<void> {
    const visited = [...this.mirror.chats.values()].filter((row) => !reads(row.info.me.role))
    if (visited.length === 0) return
    await this.db.write(async (w) => {
      for (const { id } of visited) await dropUnjoined(w, id)
    })
  }

  /** A chat in memory; undefined where this account has none of that number. */
  chat(id: ChatId): ChatRow | undefined {
    return this.mirror.chats.get(id)
  }
}
