// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, Writer } from '../db'
import type { Entry, Head, Person } from '../model/entry'
import { isPlaced, lastSent, reads } from '../model/fold'
import type { AccountId, ChatId, Ms, Seq } from '../model/id'
import {
  type Caller,
  type ChatInfo,
  Chats,
  call,
  chatOf,
  entryOf,
  headOf,
  Messages,
  personOf,
  tallyOf,
} from '../wire'
import { applyGrowth, applyMended, applyPage, applyPeople, forgetEntries } from './apply'
import { storeEntries } from './entries'
import { NO_DRAFT, NO_PREFS } from './userlog'

/** Entries of one page. */
export const PAGE = 60
/** A gap up to this many entries is read through; a greater one is left and only changes are fetched. */
const READ_THROUGH = 400
/** Entries that are read through at once. */
export const THROUGH = 500
const GET_LIMIT = 200
/** A page that is overtaken by changes is asked for again so often. */
const TRIES = 4

/**
 * What to show of a history: its end, what lies before, after or around a place; or to be looked through
 * after one.
 */
export type Place =
  | { readonly at: 'end' }
  | { readonly at: 'before' | 'after' | 'through' | 'around'; readonly seq: Seq }
  /** From the first message of a time on. */
  | { readonly at: 'time'; readonly time: Ms }

/** A page as it came: contiguous, and true for its head. */
interface Came {
  readonly entries: readonly Entry[]
  readonly head: Head
  /** Messages replied to, outside the page. */
  readonly related: readonly Entry[]
  readonly people: readonly Person[]
  readonly peerRead: Seq
  readonly reachesStart: boolean
}

/** Fetches history into the database. Every tab has one; what is there already is not asked for. */
export class History {
  readonly #db: AccountDb
  readonly #caller: Caller
  readonly #me: AccountId
  readonly #mending = new Map<ChatId, Promise<void>>()

  constructor(db: AccountDb, caller: Caller, me: AccountId) {
    this.#db = db
    this.#caller = caller
    this.#me = me
  }

  /**
   * Fetches the page at a place. Resolves to the numbers it holds, `hit` the first of the time that was asked
   * for, or null where there is nothing.
   */
  async load(chat: ChatId, place: Place): Promise<{ from: Seq; to: Seq; hit: Seq | null } | null> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const page = await this.#at(chat, place)
      const used = await this.#db.write(async (w) => {
        await applyPeople(w, page.people)
        const ok = await applyPage(w, chat, page)
        if (ok && page.related.length > 0) await storeEntries(w, chat, page.related)
        const row = await w.chat(chat)
        if (row && page.peerRead > row.peerRead) await w.putChat({ ...row, peerRead: page.peerRead })
        return ok
      })
      if (!used) continue
      const [first, last] = [page.entries[0], page.entries.at(-1)]
      const late = place.at === 'time' ? page.entries.find((e) => e.at >= place.time && isPlaced(e)) : null
      return first && last ? { from: first.seq, to: last.seq, hit: late?.seq ?? null } : null
    }
    return null
  }

  #at(chat: ChatId, place: Place): Promise<Came> {
    if (place.at === 'after') return this.#forward(chat, place.seq, PAGE)
    return place.at === 'through' ? this.#forward(chat, place.seq, THROUGH) : this.#page(chat, place)
  }

  async #page(chat: ChatId, place: Place): Promise<Came> {
    const page = await call(this.#caller, Messages.method.page, {
      chat,
      limit: PAGE,
      before: place.at === 'before' ? place.seq : 0,
      around: place.at === 'around' ? place.seq : 0,
      atMs: place.at === 'time' ? BigInt(place.time) : 0n,
    })
    const entries = page.entries.map(entryOf)
    return {
      entries,
      head: headOf(page.head),
      related: page.related.map(entryOf),
      people: page.people.map(personOf),
      peerRead: page.peerReadSeq,
      reachesStart:
        place.at === 'around' || place.at === 'time' ? entries[0]?.seq === 1 : entries.length < PAGE,
    }
  }

  async #forward(chat: ChatId, after: Seq, limit: number): Promise<Came> {
    const read = await call(this.#caller, Messages.method.read, { chat, after, limit })
    const people = read.people.map(personOf)
    const entries = read.entries.map(entryOf)
    return { entries, head: headOf(read.head), related: [], people, peerRead: 0, reachesStart: false }
  }

  /** Fetches single messages that others name. */
  async get(chat: ChatId, seqs: readonly Seq[]): Promise<void> {
    for (let i = 0; i < seqs.length; i += GET_LIMIT) {
      const got = await call(this.#caller, Messages.method.get, { chat, seqs: seqs.slice(i, i + GET_LIMIT) })
      await this.#db.write(async (w) => {
        await applyPeople(w, got.people.map(personOf))
        if (got.entries.length > 0) await storeEntries(w, chat, got.entries.map(entryOf))
      })
    }
  }

  /** Makes everything stored of a chat today's version; calls while one is under way join it. */
  mend(chat: ChatId): Promise<void> {
    let mending = this.#mending.get(chat)
    if (!mending) {
      mending = this.#mend(chat).finally(() => this.#mending.delete(chat))
      this.#mending.set(chat, mending)
    }
    return mending
  }

  async #mend(chat: ChatId): Promise<void> {
    const row = await this.#db.read((r) => r.chat(chat))
    if (!row || row.asOf >= row.head.seq) return
    if (row.ranges.length === 0) return
    const behind = row.head.seq - row.asOf
    if (behind <= READ_THROUGH) return this.readFrom(chat, row.asOf)
    return this.#mendChanged(chat, row.asOf)
  }

  /** Reads forward from a place until the head. */
  async readFrom(chat: ChatId, from: Seq): Promise<void> {
    let after = from
    for (;;) {
      const read = await call(this.#caller, Messages.method.read, { chat, after, limit: THROUGH })
      const entries = read.entries.map(entryOf)
      const last = entries.at(-1)
      if (!last) return
      await this.#db.write(async (w) => {
        await applyPeople(w, read.people.map(personOf))
        await applyGrowth(w, this.#me, { chat, entries })
      })
      after = last.seq
      if (after >= (read.head?.seq ?? 0)) return
    }
  }

  /** Fetches today's version of what was changed since, without reading what came in between. */
  async #mendChanged(chat: ChatId, after: Seq): Promise<void> {
    const changes = await call(this.#caller, Messages.method.changes, { chat, after })
    const asOf = changes.head?.seq ?? after
    if (changes.dropCache) {
      await this.#db.write((w) => forgetEntries(w, chat, asOf))
      return
    }
    const stored = await this.#db.read(async (r) => {
      const rows = await Promise.all(changes.targets.map((seq) => r.entry(chat, seq)))
      return rows.flatMap((row) => (row ? [row.seq] : []))
    })
    const mended: Entry[] = []
    for (let i = 0; i < stored.length; i += GET_LIMIT) {
      const seqs = stored.slice(i, i + GET_LIMIT)
      const got = await call(this.#caller, Messages.method.get, { chat, seqs })
      mended.push(...got.entries.map(entryOf))
    }
    await this.#db.write((w) => applyMended(w, chat, mended, asOf))
  }

  /** Fetches the marks of stored entries: they change without an entry. */
  async tallies(chat: ChatId, seqs: readonly Seq[]): Promise<void> {
    for (let i = 0; i < seqs.length; i += GET_LIMIT) {
      const asked = seqs.slice(i, i + GET_LIMIT)
      const { tallies } = await call(this.#caller, Messages.method.tallies, { chat, seqs: asked })
      await this.#db.write(async (w) => {
        for (const tally of tallies) {
          const row = await w.entry(chat, tally.seq)
          if (row) await w.putEntry({ ...row, tally: tallyOf(tally) })
        }
      })
    }
  }

  /** Reads again what a chat is: its rules, and one's own standing. A chat that is not here yet is added. */
  async refresh(chat: ChatId): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const info = await call(this.#caller, Chats.method.get, { chat })
      if (await this.#db.write((w) => applyChatInfo(w, info))) return
    }
  }
}

/**
 * Stores a chat as the server describes it. A description from before what the log has said here since, which
 * may have overtaken it, is left: false then.
 */
export async function applyChatInfo(w: Writer, info: ChatInfo): Promise<boolean> {
  if (info.peer) await applyPeople(w, [personOf(info.peer)])
  const head = headOf(info.head)
  const row = await w.chat(info.id)
  if (row && head.seq < row.asOf) return false
  const base = row ?? { ...NEW_CHAT, id: info.id, head, asOf: head.seq, readTo: head.seq }
  const told = chatOf(info)
  await w.putChat({ ...base, info: { ...told, sent: lastSent(row?.info.sent, told.sent) } })
  return true
}

/** Forgets what is stored of a chat that one is not in: it was only looked into. */
export async function dropUnjoined(w: Writer, chat: ChatId): Promise<void> {
  const row = await w.chat(chat)
  if (row && !reads(row.info.me.role)) await w.dropChat(chat)
}

/** What a chat has of which nothing was read yet. */
export const NEW_CHAT = {
  last: null,
  read: { seq: 0, ord: 0 },
  unread: 0,
  mentions: 0,
  firstUnread: 0,
  peerRead: 0,
  draft: NO_DRAFT,
  draftDirty: false,
  prefs: NO_PREFS,
  ranges: [],
  floor: 0,
} as const
