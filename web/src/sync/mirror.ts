// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, Change, ChatRow, OutboxRow, PersonRow, Values } from '../db'
import type { UserRecord } from '../model/entry'
import type { AccountId, ChatId } from '../model/id'

/**
 * What of the database every tab keeps in memory to draw from: chats, people, the outbox, one's own state.
 * It is only ever read from what was committed, here or in another tab.
 */
export class Mirror {
  readonly chats = new Map<ChatId, ChatRow>()
  readonly people = new Map<AccountId, PersonRow>()
  /** In the order they were written. */
  outbox: readonly OutboxRow[] = []
  user: UserRecord | null = null
  /** Milliseconds to add to the local clock for the server's. */
  clock = 0
  addresses: Values['addresses'] | undefined
  readonly #db: AccountDb
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #unsubscribe: () => void
  readonly #toldOthers: (change: Change) => void
  #queue: Promise<void> = Promise.resolve()

  private constructor(db: AccountDb, tellOthers: (change: Change) => void) {
    this.#db = db
    this.#toldOthers = tellOthers
    this.#unsubscribe = db.subscribe((change) => {
      this.#toldOthers(change)
      this.take(change)
    })
  }

  /** Reads everything there is; from then on `tellOthers` is told of each commit of this tab. */
  static async open(db: AccountDb, tellOthers: (change: Change) => void): Promise<Mirror> {
    const mirror = new Mirror(db, tellOthers)
    await mirror.#readAll()
    return mirror
  }

  close(): void {
    this.#unsubscribe()
    this.#listeners.clear()
  }

  /** Calls back after each change has been read. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes up a change that this or another tab has committed; changes are read in order. */
  take(change: Change): void {
    this.#queue = this.#queue
      .then(() => this.#refresh(change))
      // The database is being closed or deleted: the session ends, and with it this mirror.
      .catch(() => {})
  }

  /** Resolves when every change told so far has been taken up. */
  settled(): Promise<void> {
    return this.#queue
  }

  async #readAll(): Promise<void> {
    const [chats, people, outbox, user, clock, addresses] = await this.#db.read((r) =>
      Promise.all([
        r.chats(),
        r.people(),
        r.outbox(),
        r.value('user'),
        r.value('clock'),
        r.value('addresses'),
      ]),
    )
    for (const chat of chats) this.chats.set(chat.id, chat)
    for (const person of people) this.people.set(person.id, person)
    this.outbox = outbox
    this.user = user ?? null
    this.clock = clock ?? 0
    this.addresses = addresses
  }

  /** Reads what changed and takes it over in one step: one sees all of a commit or nothing of it. */
  async #refresh(change: Change): Promise<void> {
    const { chats, people, outbox, values } = change
    const read = await this.#db.read(async (r) => ({
      chats: await Promise.all(chats.map((id) => r.chat(id))),
      people: await Promise.all(people.map((id) => r.person(id))),
      outbox: await Promise.all(outbox.map((n) => r.outboxItem(n))),
      user: values.includes('user') ? ((await r.value('user')) ?? null) : this.user,
      clock: values.includes('clock') ? ((await r.value('clock')) ?? 0) : this.clock,
      addresses: values.includes('addresses') ? await r.value('addresses') : this.addresses,
    }))
    for (const [i, id] of chats.entries()) {
      const row = read.chats[i]
      if (row) this.chats.set(id, row)
      else this.chats.delete(id)
    }
    for (const person of read.people) if (person) this.people.set(person.id, person)
    if (outbox.length > 0) {
      const changed = read.outbox.filter((item) => item !== undefined)
      const others = this.outbox.filter((item) => !outbox.includes(item.n))
      this.outbox = [...others, ...changed].sort((a, b) => a.n - b.n)
    }
    this.user = read.user
    this.clock = read.clock
    this.addresses = read.addresses
    for (const listener of [...this.#listeners]) listener(change)
  }
}
