// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, ChatRow, Writer } from '../db'
import type { ChatId, Seq } from '../model/id'
import { type Caller, call, Refusal, readOf, Sync, toWireEntities } from '../wire'
import { applyRead } from './apply'
import type { Env } from './env'
import type { Mirror } from './mirror'

type MakeKey = () => Uint8Array<ArrayBuffer>

/**
 * Tells the server what was changed here and can wait a moment: read marks (the last one counts) and drafts.
 * What is still to be told stands in the rows of the chats, so that it survives the app. One tab tells.
 */
export class Flusher {
  readonly #db: AccountDb
  readonly #mirror: Mirror
  readonly #caller: Caller
  readonly #env: Env
  readonly #o: { readonly me: number; readonly makeKey: MakeKey }
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #told = new Map<ChatId, number>()
  #open = false

  constructor(db: AccountDb, mirror: Mirror, caller: Caller, env: Env, o: { me: number; makeKey: MakeKey }) {
    this.#db = db
    this.#mirror = mirror
    this.#caller = caller
    this.#env = env
    this.#o = o
  }

  /** The connection stands: tell everything that waits. */
  open(): void {
    this.#open = true
    this.look([...this.#mirror.chats.keys()])
  }

  close(): void {
    this.#open = false
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  /** These chats changed: what of them has to be told is told after its pause. */
  look(chats: readonly ChatId[]): void {
    if (!this.#open) return
    for (const id of chats) {
      const row = this.#mirror.chats.get(id)
      if (!row) continue
      if (row.readTo > row.read.seq) this.#plan(`read ${id}`, this.#readPause(id), () => this.#tellRead(id))
      if (row.draftDirty) this.#plan(`draft ${id}`, this.#env.pace.drafts, () => this.#tellDraft(id), true)
    }
  }

  /** The app is being put away: everything goes out now. */
  hurry(): void {
    for (const [id, row] of this.#mirror.chats) {
      if (row.readTo > row.read.seq) void this.#tellRead(id)
      if (row.draftDirty) void this.#tellDraft(id)
    }
  }

  /** The first mark after a while goes out at once, those that follow wait for the rest of the pause. */
  #readPause(chat: ChatId): number {
    const since = performance.now() - (this.#told.get(chat) ?? Number.NEGATIVE_INFINITY)
    return Math.max(0, this.#env.pace.reads - since)
  }

  #plan(name: string, ms: number, work: () => Promise<void>, restart = false): void {
    if (this.#timers.has(name)) {
      if (!restart) return
      clearTimeout(this.#timers.get(name))
    }
    const timer = setTimeout(() => {
      this.#timers.delete(name)
      void work()
    }, ms)
    this.#timers.set(name, timer)
  }

  async #tellRead(chat: ChatId): Promise<void> {
    const row = this.#mirror.chats.get(chat)
    if (!row || row.readTo <= row.read.seq) return
    this.#told.set(chat, performance.now())
    const seq = row.readTo
    const mark = await this.#ask(
      call(this.#caller, Sync.method.markRead, { chat, seq, key: this.#o.makeKey() }).then(readOf),
    )
    if (mark === 'later') return this.look([chat])
    // Refused for good, it counts as told: it would be refused again.
    const told = mark && mark.seq >= seq ? mark : { seq, ord: mark?.ord ?? row.read.ord }
    await this.#update(chat, (now, w) => applyRead(w, now, told.seq, this.#o.me, told))
  }

  async #tellDraft(chat: ChatId): Promise<void> {
    const row = this.#mirror.chats.get(chat)
    if (!row?.draftDirty) return
    const { draft } = row
    const done = await this.#ask(
      call(this.#caller, Sync.method.setDraft, {
        key: this.#o.makeKey(),
        draft: {
          chat,
          text: draft.text,
          entities: toWireEntities(draft.entities),
          reply: draft.reply,
          quote: draft.quote ?? '',
          atMs: BigInt(Math.round(draft.at)),
        },
      }).then(() => null),
    )
    if (done === 'later') return this.look([chat])
    await this.#update(chat, async (now) => (now.draft.at === draft.at ? { ...now, draftDirty: false } : now))
  }

  /** The answer, null where it was refused for good, 'later' where it was not answered. */
  async #ask<T>(asking: Promise<T>): Promise<T | null | 'later'> {
    try {
      return await asking
    } catch (error) {
      return error instanceof Refusal ? null : 'later'
    }
  }

  async #update(chat: ChatId, change: (row: ChatRow, w: Writer) => Promise<ChatRow>): Promise<void> {
    await this.#db.write(async (w) => {
      const row = await w.chat(chat)
      if (!row) return
      const next = await change(row, w)
      if (next !== row) await w.putChat(next)
    })
  }
}

/** Marks a chat as read up to a number, here and now; the flusher tells the server. */
export async function markReadHere(db: AccountDb, me: number, chat: ChatId, seq: Seq): Promise<void> {
  await db.write(async (w) => {
    const row = await w.chat(chat)
    if (!row) return
    const to = Math.min(seq, row.head.seq)
    if (to > row.readTo) await w.putChat(await applyRead(w, row, to, me, null))
  })
}
