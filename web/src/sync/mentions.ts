// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, ChatRow, EntryRow } from '../db'
import type { ChatId, Seq } from '../model/id'
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
  readonly account: Account
  readonly chat: ChatId
  readonly #shelf: Shelf
  /** Those whose place is known. */
  readonly seqs = new Set<Seq>()
  count = 0
  /** Everything after the read mark was looked through up to here. */
  looked: Seq = 0
  /** Nobody looks at the chat any more. */
  closed = false
  /** While somebody is being led to the next one. */
  seeking?: Promise<Seq | null> | undefined

  constructor(account: Account, chat: ChatId, shelf: Shelf) {
    this.account = account
    this.chat = chat
    this.#shelf = shelf
  }

  /** Looks at what is stored right after the read mark. */
  async see(row: ChatRow): Promise<void> {
    const { seqs } = this
    const { me, db } = this.account
    // A message that was deleted, or speaks to somebody else now, calls nobody.
    for (const [seq, entry] of await this.#shelf.some(seqs))
      if (!speaksTo(me, entry, 0) && seqs.delete(seq)) this.count--
    if (row.mentions > 0) {
      const rows = await storedAfter(db, this.chat, row.readTo)
      for (const e of rows) if (speaksTo(me, e, row.readTo)) seqs.add(e.seq)
    }
    const known = [...seqs].filter((seq) => seq > row.readTo).length
    this.count = Math.max(this.count, seqs.size + Math.max(0, row.mentions - known))
    if (this.count === seqs.size) this.looked = Math.max(this.looked, row.readTo)
  }
}

/** The stored rows after a number, as many as are read through at once, and not past `to`. */
export function storedAfter(
  db: AccountDb,
  chat: ChatId,
  after: Seq,
  to = after + THROUGH,
): Promise<EntryRow[]> {
  return db.read((r) => r.entries(chat, after + 1, Math.min(to, after + THROUGH)))
}
