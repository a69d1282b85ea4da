// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Change, ChatRow, OutboxRow } from '../db'
import type { ChatItem, ChatListView, InvitationView, MessageView, PreviewView, Source } from '../model'
import { isIn, reads } from '../model/fold'
import type { ChatId, Ms } from '../model/id'
import type { Account } from './account'
import type { Live } from './live'
import { type ChatContext, chatItemOf, movedAt } from './present/chat'
import { type MessageContext, messageViewOf, outboxViewOf } from './present/message'
import type { People } from './present/people'
import type { Albums } from './present/together'

interface Kept {
  readonly item: ChatItem
  readonly moved: Ms
}

/** The list of chats, drawn again when something in it changed; rows that did not keep their object. */
export class ChatList {
  readonly view: Source<ChatListView>
  readonly #account: Account
  readonly #people: People
  readonly #live: Live
  readonly #kept = new Map<ChatId, Kept>()
  /** null: closed. */
  #albums: Albums | null | undefined
  readonly #invited = new Map<ChatId, number>()
  readonly #unsubscribe: (() => void)[]
  readonly #stale = new Set<ChatId>()
  #all = true
  #planned = false
  /** The next silence of a chat that ends by itself. */
  #ends: ReturnType<typeof setTimeout> | undefined

  constructor(view: Source<ChatListView>, account: Account, people: People, live: Live) {
    this.view = view
    this.#account = account
    this.#people = people
    this.#live = live
    this.#unsubscribe = [
      account.mirror.subscribe((change) => this.#changed(change)),
      live.subscribe(() => this.redraw()),
    ]
    this.#draw()
  }

  close(): void {
    clearTimeout(this.#ends)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#albums?.close()
    this.#albums = null
  }

  /** Draws everything anew: names, presence or the day may have changed. */
  redraw(): void {
    this.#all = true
    this.#plan()
  }

  /** How many members a chat has that one is invited to. */
  noteInvited(chat: ChatId, members: number): void {
    this.#invited.set(chat, members)
    this.redraw()
  }

  #changed(change: Change): void {
    for (const id of change.chats) this.#stale.add(id)
    if (change.outbox.length > 0 || change.people.length > 0 || change.values.includes('user'))
      this.#all = true
    if (this.#all || this.#stale.size > 0) this.#plan()
  }

  #plan(): void {
    if (this.#planned) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      this.#draw()
    })
  }

  #draw(): void {
    const { mirror } = this.#account
    const now = this.#account.now()
    const context: ChatContext = { people: this.#people, live: this.#live, user: mirror.user, now }
    const waiting = newest(mirror.outbox)
    for (const [id, row] of mirror.chats) {
      if (!this.#all && !this.#stale.has(id) && this.#kept.has(id)) continue
      const preview = this.#preview(row, waiting.get(id), now)
      const item = chatItemOf(context, row, preview)
      const before = this.#kept.get(id)?.item
      const same = before && JSON.stringify(before) === JSON.stringify(item)
      this.#kept.set(id, { item: same ? before : item, moved: movedAt(row, preview) })
    }
    this.#all = false
    this.#stale.clear()
    const shown = [...this.#kept].filter(([id]) => {
      const row = mirror.chats.get(id)
      return row && reads(row.info.me.role) && !row.info.deleted
    })
    const itemsOf = (those: typeof shown) =>
      those
        .map(([, kept]) => kept)
        .sort(inOrder)
        .map((kept) => kept.item)
    const joined = ([id]: readonly [ChatId, Kept]) => isIn(mirror.chats.get(id)?.info.me.role ?? 'none')
    const chats = itemsOf(shown.filter(joined))
    const requests = itemsOf(shown.filter((one) => !joined(one)))
    this.view.set({ state: 'ready', chats, requests, invitations: this.#invitations() })
    this.#awaitSound(now)
  }

  #awaitSound(now: Ms): void {
    clearTimeout(this.#ends)
    const ends = [...this.#account.mirror.chats.values()].map((row) => row.prefs.mutedUntil)
    const next = Math.min(...ends.filter((at) => at > now)) - now
    // What a timer cannot hold is for ever, or far off.
    if (next < 2 ** 31) this.#ends = setTimeout(() => this.redraw(), next + 50)
  }

  #preview(row: ChatRow, waiting: OutboxRow | undefined, now: Ms): PreviewView | null {
    const context: MessageContext = {
      row,
      me: this.#account.me,
      people: this.#people,
      now,
      find: () => undefined,
      editOf: () => undefined,
      isLeaving: () => false,
    }
    const pending = waiting && outboxViewOf(context, waiting)
    if (pending) return { seq: null, at: pending.at, message: pending, ...this.#together(row, pending) }
    const message = row.last && messageViewOf(context, { ...row.last, chat: row.id })
    return message && { seq: message.seq, at: message.at, message, ...this.#together(row, message) }
  }

  /** What was sent together with the last message. Few chats end with an album: the code comes with one. */
  #together(row: ChatRow, { content }: MessageView): Pick<PreviewView, 'together'> {
    if (content.kind !== 'media' || !content.album) return {}
    if (this.#albums) return this.#albums.of(row, content.album)
    void import('./present/together').then(
      ({ Albums }) => {
        if (this.#albums !== undefined) return
        this.#albums = new Albums(this.#account, (chat) => {
          this.#stale.add(chat)
          this.#plan()
        })
        this.redraw()
      },
      () => {}, // the line does not say how many they are
    )
    return {}
  }

  #invitations(): InvitationView[] {
    const { mirror } = this.#account
    return (mirror.user?.invitations ?? []).map((i) => ({
      chat: i.chat,
      kind: i.type === 'channel' ? 'channel' : 'group',
      title: i.title,
      from: i.by ? this.#people.ref(i.by) : { account: null, name: '' },
      members: this.#invited.get(i.chat) ?? 0,
    }))
  }
}

/** Of each chat the last message that waits. */
function newest(outbox: readonly OutboxRow[]): Map<ChatId, OutboxRow> {
  return new Map(outbox.filter((i) => i.shows.kind === 'message').map((i) => [i.chat, i]))
}

/** Pinned first in their order, then by time. */
function inOrder(a: Kept, b: Kept): number {
  const rank = (a.item.pin ?? Number.MAX_SAFE_INTEGER) - (b.item.pin ?? Number.MAX_SAFE_INTEGER)
  return rank || b.moved - a.moved || b.item.id - a.item.id
}
