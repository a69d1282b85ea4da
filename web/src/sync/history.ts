// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb } from '../db'
import type { Entry } from '../model/entry'
import type { AccountId, ChatId, Seq } from '../model/id'
import { type Caller, Chats, call, chatOf, entryOf, headOf, Messages, personOf, tallyOf } from '../wire'
import { applyGrowth, applyMended, applyPage, applyPeople, forgetEntries } from './apply'

/** Entries of one page. */
export const PAGE = 60
/** A gap up to this many entries is read through; a greater one is left and only changes are fetched. */
const READ_THROUGH = 400
const READ_LIMIT = 500
const GET_LIMIT = 200
/** A page that is overtaken by changes is asked for again so often. */
const TRIES = 4

/** What to show of a history: its end, what lies before or around a place. */
export type Place =
  | { readonly at: 'end' }
  | { readonly at: 'before'; readonly seq: Seq }
  | { readonly at: 'around'; readonly seq: Seq }

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

  /** Fetches the page at a place. Resolves to the seqs it holds, or null where there is nothing. */
  async load(chat: ChatId, place: Place): Promise<{ from: Seq; to: Seq } | null> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const page = await call(this.#caller, Messages.method.page, {
        chat,
        limit: PAGE,
        before: place.at === 'before' ? place.seq : 0,
        around: place.at === 'around' ? place.seq : 0,
      })
      const entries = page.entries.map(entryOf)
      const reachesStart = place.at === 'around' ? entries[0]?.seq === 1 : entries.length < PAGE
      const used = await this.#db.write(async (w) => {
        await applyPeople(w, page.people.map(personOf))
        const ok = await applyPage(w, chat, { entries, head: headOf(page.head), reachesStart })
        const row = await w.chat(chat)
        if (row && page.peerReadSeq > row.peerRead) await w.putChat({ ...row, peerRead: page.peerReadSeq })
        return ok
      })
      if (!used) continue
      const [first, last] = [entries[0], entries.at(-1)]
      return first && last ? { from: first.seq, to: last.seq } : null
    }
    return null
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
      const read = await call(this.#caller, Messages.method.read, { chat, after, limit: READ_LIMIT })
      const entries = read.entries.map(entryOf)
      const last = entries.at(-1)
      if (!last) return
      await this.#db.write(async (w) => {
        await applyPeople(w, read.people.map(personOf))
        await applyGrowth(w, this.#me, { chat, entries, facts: 0 })
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

  /** Reads again what a chat is: its rules, and one's own standing. */
  async refresh(chat: ChatId): Promise<void> {
    const info = await call(this.#caller, Chats.method.get, { chat })
    await this.#db.write(async (w) => {
      if (info.peer) await applyPeople(w, [personOf(info.peer)])
      const row = await w.chat(chat)
      if (row) await w.putChat({ ...row, info: chatOf(info) })
    })
  }
}
