// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, Change, EntryRow } from '../db'
import type { ChatId, Seq } from '../model/id'

/** So many rows are held at most: what was read long ago, far from what is drawn now, is let go. */
const MOST = 1_200

/** The rows of one open chat that were read already, so that a drawing reads only what changed since. */
export class Shelf {
  readonly #db: AccountDb
  readonly #chat: ChatId
  readonly #rows = new Map<Seq, EntryRow>()
  /** What changed while a read was under way: it may have been read before the change. */
  #changed = new Set<Seq>()
  #cleared = false

  constructor(db: AccountDb, chat: ChatId) {
    this.#db = db
    this.#chat = chat
  }

  /** Drops what a commit changed. */
  forget(change: Change): void {
    for (const { chat, seqs } of change.entries) {
      if (chat !== this.#chat) continue
      if (seqs === null) {
        this.#rows.clear()
        this.#cleared = true
      } else {
        for (const seq of seqs) {
          this.#rows.delete(seq)
          this.#changed.add(seq)
        }
      }
    }
  }

  /** The stored rows from, to (both in), ascending. One read is under way at a time. */
  async range(from: Seq, to: Seq): Promise<EntryRow[]> {
    const missing = this.#missing(from, to)
    const read = new Map<Seq, EntryRow>()
    if (missing.length > 0) {
      this.#begin()
      const found = await this.#db.read((r) =>
        Promise.all(missing.map(([a, b]) => r.entries(this.#chat, a, b))),
      )
      for (const row of found.flat()) read.set(row.seq, row)
      this.#keep(read)
    }
    const rows: EntryRow[] = []
    for (let seq = from; seq <= to; seq++) {
      const row = this.#rows.get(seq) ?? read.get(seq)
      if (row) rows.push(row)
    }
    this.#letGo(from, to)
    return rows
  }

  /** Single rows by number, those that are stored. */
  async some(seqs: Iterable<Seq>): Promise<Map<Seq, EntryRow>> {
    const found = new Map<Seq, EntryRow>()
    const missing: Seq[] = []
    for (const seq of seqs) {
      const row = this.#rows.get(seq)
      if (row) found.set(seq, row)
      else if (seq > 0) missing.push(seq)
    }
    if (missing.length === 0) return found
    this.#begin()
    const rows = await this.#db.read((r) => Promise.all(missing.map((seq) => r.entry(this.#chat, seq))))
    const read = new Map(rows.flatMap((row) => (row ? [[row.seq, row] as const] : [])))
    this.#keep(read)
    for (const [seq, row] of read) found.set(seq, row)
    return found
  }

  /** However far somebody scrolls, what is held does not grow with it. */
  #letGo(from: Seq, to: Seq): void {
    if (this.#rows.size <= MOST) return
    for (const seq of this.#rows.keys()) if (seq < from || seq > to) this.#rows.delete(seq)
  }

  #begin(): void {
    this.#changed = new Set()
    this.#cleared = false
  }

  #keep(read: ReadonlyMap<Seq, EntryRow>): void {
    if (this.#cleared) return
    for (const [seq, row] of read) if (!this.#changed.has(seq)) this.#rows.set(seq, row)
  }

  /** The stretches of a range that are not here. */
  #missing(from: Seq, to: Seq): [Seq, Seq][] {
    const stretches: [Seq, Seq][] = []
    for (let seq = from; seq <= to; seq++) {
      if (this.#rows.has(seq)) continue
      const last = stretches.at(-1)
      if (last && last[1] === seq - 1) last[1] = seq
      else stretches.push([seq, seq])
    }
    return stretches
  }
}
