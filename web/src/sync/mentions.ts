// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, EntryRow } from '../db'
import type { ChatId, Seq } from '../model/id'
import { rangeAt } from '../model/ranges'
import type { Account } from './account'
import { speaksTo } from './apply'
import { THROUGH } from './history'
import type { Shelf } from './shelf'

/**
 * Where an open chat speaks to its reader among what they had not read. The server counts such messages and
 * does not say where they are: those that are stored are found by looking, the others by reading on when
 * somebody wants to go there. What was counted once stays when the read mark overtakes it unseen.
 */
export class Mentions {
  readonly #account: Account
  readonly #chat: ChatId
  readonly #shelf: Shelf
  readonly #seqs = new Set<Seq>()
  #count = 0
  /** Everything after the read mark was looked through up to here. */
  #looked: Seq = 0

  constructor(account: Account, chat: ChatId, shelf: Shelf) {
    this.#account = account
    this.#chat = chat
    this.#shelf = shelf
  }

  /** Those whose place is known, ascending, and how many others there are. */
  get now(): { readonly seqs: readonly Seq[]; readonly away: number } {
    return { seqs: [...this.#seqs].sort((a, b) => a - b), away: this.#count - this.#seqs.size }
  }

  /** Looks at what is stored right after the read mark. */
  async see(row: ChatRow): Promise<void> {
    const { me } = this.#account
    if (this.#seqs.size > 0) await this.#dropGone()
    if (row.mentions > 0) {
      const rows = await this.#stored(row.readTo, row.readTo + THROUGH)
      for (const e of rows) if (speaksTo(me, e, row.readTo)) this.#seqs.add(e.seq)
    }
    const known = [...this.#seqs].filter((seq) => seq > row.readTo).length
    const size = this.#seqs.size
    this.#count = Math.max(this.#count, size + Math.max(0, row.mentions - known))
    if (this.#count === size) this.#looked = Math.max(this.#looked, row.readTo)
  }

  /**
   * Reads on until the oldest one that is not known yet, but not past `before`; null where there is none. That
   * the count was too high, because one was deleted, shows at the end.
   */
  async find(before: Seq | null): Promise<Seq | null> {
    const { me, history, mirror } = this.#account
    for (;;) {
      const row = this.#account.chat(this.#chat)
      if (!row) return null
      const from = this.#looked
      if (from >= row.head.seq) this.#count = this.#seqs.size
      if (from >= Math.min(before ?? Number.POSITIVE_INFINITY, row.head.seq)) return null
      const range = rangeAt(row.ranges, from + 1)
      if (range) {
        const to = Math.min(range[1], from + THROUGH)
        const found = (await this.#stored(from, to)).find(
          (e) => speaksTo(me, e, from) && !this.#seqs.has(e.seq),
        )
        this.#looked = found?.seq ?? to
        if (!found) continue
        this.#seqs.add(found.seq)
        return found.seq
      }
      const page = await history.load(this.#chat, { at: 'through', seq: from })
      await mirror.settled()
      // What the reader may not see begins behind a place that is not sent.
      this.#looked = page ? Math.max(from, page.from - 1) : row.head.seq
    }
  }

  /** A message that was deleted, or speaks to somebody else now, calls nobody. */
  async #dropGone(): Promise<void> {
    for (const [seq, entry] of await this.#shelf.some(this.#seqs)) {
      if (speaksTo(this.#account.me, entry, 0)) continue
      this.#seqs.delete(seq)
      this.#count--
    }
  }

  /** The stored rows after a number, up to another one. */
  #stored(after: Seq, to: Seq): Promise<EntryRow[]> {
    return this.#account.db.read((r) => r.entries(this.#chat, after + 1, to))
  }
}
