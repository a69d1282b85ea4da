// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, Change, EntryRow, Reader } from '../db'
import type { ChatId, Seq } from '../model/id'

/** So many rows are held at most: what was read long ago, far from what is drawn now, is let go. */
const MOST = 1_200

/** What changed since a read began; `all`: anything may have. */
interface Changed {
  readonly seqs: Set<Seq>
  all: boolean
}

/** The rows of one open chat that were read already, so that a drawing reads only what changed since. */
export class Shelf {
  readonly #db: AccountDb
  readonly #chat: ChatId
  readonly #rows = new Map<Seq, EntryRow>()
  /** Of each read under way what changed meanwhile: it may have been read before the change. */
  readonly #reads = new Set<Changed>()

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
        for (const read of this.#reads) read.all = true
      } else {
        for (const seq of seqs) {
          this.#rows.delete(seq)
          for (const read of this.#reads) read.seqs.add(seq)
        }
      }
    }
  }

  /** The stored rows from, to (both in), ascending. */
  async range(from: Seq, to: Seq): Promise<EntryRow[]> {
    const missing = this.#missing(from, to)
    const read = await this.#read((r) => missing.map(([a, b]) => r.entries(this.#chat, a, b)), missing.length)
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
    const read = await this.#read((r) => missing.map((seq) => r.entry(this.#chat, seq)), missing.length)
    for (const [seq, row] of read) found.set(seq, row)
    return found
  }

  /** However far somebody scrolls, what is held does not grow with it. */
  #letGo(from: Seq, to: Seq): void {
    if (this.#rows.size <= MOST) return
    for (const seq of this.#rows.keys()) if (seq < from || seq > to) this.#rows.delete(seq)
  }

  /** Reads rows, if there are any to read, and holds what did not change meanwhile. */
  async #read(
    ask: (r: Reader) => Promise<EntryRow | undefined | EntryRow[]>[],
    count: number,
  ): Promise<Map<Seq, EntryRow>> {
    const read = new Map<Seq, EntryRow>()
    if (count === 0) return read
    const changed: Changed = { seqs: new Set(), all: false }
    this.#reads.add(changed)
    try {
      for (const row of (await this.#db.read((r) => Promise.all(ask(r)))).flat())
        if (row) read.set(row.seq, row)
    } finally {
      this.#reads.delete(changed)
    }
    for (const [seq, row] of read) if (!changed.all && !changed.seqs.has(seq)) this.#rows.set(seq, row)
    return read
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
