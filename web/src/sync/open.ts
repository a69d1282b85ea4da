// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Change, ChatRow, EntryRow, OutboxRow } from '../db'
import type { MemberView, PersonRef } from '../model'
import {
  type ChatView,
  type MessageView,
  type OpenChat,
  type OpenHistory,
  type OpenWriter,
  Source,
} from '../model'
import type { ChatRecord } from '../model/entry'
import { isPlaced, lastSent, NO_SETTINGS, reads } from '../model/fold'
import type { AccountId, ChatId, Ms, Seq } from '../model/id'
import { covers } from '../model/ranges'
import { call, Messages, Silence, toAppError } from '../wire'
import type { Account } from './account'
import { Circle } from './circle'
import { markReadHere } from './flush'
import { dropUnjoined, NEW_CHAT } from './history'
import type { Live } from './live'
import { Mentions } from './mentions'
import { chatInfoOf, typingOf } from './present/chat'
import {
  lostEditOf,
  type MessageContext,
  mediaIn,
  messageViewOf,
  namedBy,
  outboxViewOf,
  snippetOf,
} from './present/message'
import { type People, privateName } from './present/people'
import { cannotSendOf, isStaff } from './present/rights'
import { Shelf } from './shelf'
import { follow, newer, older, startOf, type Window, windowAround, windowAtEnd } from './window'
import { ChatWriter } from './writer'

/** What an open chat needs of the app around it. */
export interface OpenContext {
  readonly account: Account
  readonly people: People
  readonly live: Live
  /** How many wait to be let in; asked once when the chat opens. */
  requests(chat: ChatRecord): Promise<number>
  suggest(chat: ChatRecord, prefix: string): Promise<readonly MemberView[]>
  /** Everybody in a small group. */
  members(chat: ChatId): Promise<readonly AccountId[]>
  closed(chat: ChatSession): void
}

/** What was read of the database for one drawing. */
interface Drawn {
  readonly row: ChatRow
  readonly entries: readonly EntryRow[]
  readonly named: ReadonlyMap<Seq, EntryRow>
}

/** One chat on screen: a window over what is stored, which grows with the log and with scrolling. */
export class ChatSession implements OpenChat {
  readonly id: ChatId
  readonly view: Source<ChatView>
  readonly history: OpenHistory
  readonly write: OpenWriter
  readonly #c: OpenContext
  readonly #unsubscribe: (() => void)[]
  readonly #asked = new Set<Seq>()
  /** Named messages that are not here and have not been asked for. */
  readonly #wanted = new Set<Seq>()
  readonly #shelf: Shelf
  readonly #circle: Circle
  readonly #mentions: Mentions
  #window: Window | null = null
  /** Where it was last to be opened. */
  #at: Seq | 'end' | null = null
  #requests = 0
  #around: ReturnType<typeof setTimeout> | undefined
  /** Until what is taken from one, or a ban, ends by itself. */
  #lapse: ReturnType<typeof setTimeout> | undefined
  #unreadFrom: Seq | null = null
  /** Where the chat ended when it was opened: what is written after that answers. */
  #openedAt: { readonly seq: Seq; readonly at: Ms } | null = null
  #opened = false
  #closed = false
  #views = new Map<string, { readonly from: string; readonly view: MessageView }>()
  #drawing: Promise<void> | null = null
  #again = false
  #extending: Promise<void> | null = null
  /** The window stands at the end and goes with it, over gaps too as soon as they are filled. */
  #following = false
  #mending: Promise<void> | null = null
  /** One is not in this chat and reads it by its public name. */
  #visiting = false

  constructor(c: OpenContext, id: ChatId, at: Seq | null) {
    this.id = id
    this.#c = c
    const { account, live } = c
    this.#shelf = new Shelf(account.db, id)
    this.#circle = new Circle(c, id)
    this.#mentions = new Mentions(account, id, this.#shelf)
    this.view = new Source(this.#blank())
    const writer = new ChatWriter(account, id, () => account.chat(id))
    this.write = writer
    this.history = {
      loadOlder: () => this.#extend(() => this.#loadOlder()),
      loadNewer: () => this.#extend(() => this.#loadNewer()),
      loadAround: (seq) => this.#loadAround(seq),
      findTime: (at) => this.#findTime(at),
      loadLatest: () => this.#loadLatest(),
      markRead: (seq) => this.#markRead(seq),
      seen: (seqs) => writer.seen(seqs),
      readers: (seq) => this.#readers(seq),
    }
    this.#unsubscribe = [
      account.mirror.subscribe((change) => this.#changed(change)),
      live.subscribe(() => void this.redraw()),
      () => writer.close(),
      () => this.#circle.end(),
    ]
    void this.#open(at)
  }

  suggest(prefix: string): Promise<readonly MemberView[]> {
    const row = this.#row
    return row ? this.#c.suggest(row.info, prefix) : Promise.resolve([])
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#mentions.closed = true
    clearTimeout(this.#around)
    clearTimeout(this.#lapse)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#c.closed(this)
    // Nothing stays of a chat that was only looked into. A database that closes is cleaned by the next start.
    if (this.#visiting) void this.#c.account.db.write((w) => dropUnjoined(w, this.id)).catch(() => {})
  }

  /** The connection came back: what is on screen may be old. */
  async refresh(): Promise<void> {
    this.#circle.forget()
    await this.#quietly(async () => {
      if (!this.#row) await this.#c.account.history.refresh(this.id)
      if (!this.#window) await this.#open(this.#at)
      else await this.#mend()
      await this.#freshTallies()
    })
    // How the other shows themselves now comes last: what was said must not wait for it. So does when one
    // last wrote, which another device may have done in what was not fetched.
    const info = this.#row?.info
    const asks = info && (info.type === 'direct' || isSlowed(info))
    if (asks && !this.#closed) await this.#quietly(() => this.#c.account.history.refresh(this.id))
    if (this.#row && !this.#closed) void this.#circle.follow(this.#row)
  }

  /** What no log tells: how many there are, and how many wait to be let in. */
  async #lookAround(): Promise<void> {
    clearTimeout(this.#around)
    const { account } = this.#c
    const row = this.#row
    if (this.#closed || !row) return
    if (account.state === 'online') {
      await account.history.refresh(this.id)
      this.#requests = await this.#c.requests(row.info)
      await this.redraw()
    }
    if (!isStaff(row.info.me) || this.#closed) return
    this.#around = setTimeout(() => void this.#quietly(() => this.#lookAround()), account.pace.staff)
  }

  /** Somebody asked to be let in, or was answered. */
  async refreshRequests(): Promise<void> {
    await this.#quietly(async () => {
      if (this.#row) this.#requests = await this.#c.requests(this.#row.info)
    })
    await this.redraw()
  }

  get #row(): ChatRow | undefined {
    return this.#c.account.chat(this.id)
  }

  #blank(): ChatView {
    const { account, people, live } = this.#c
    const row = this.#row
    const context = { people, live, user: account.mirror.user, now: account.now() }
    return {
      info: chatInfoOf(context, row ?? emptyRow(this.id), { requests: 0, online: null, titles: () => '' }),
      state: 'loading',
      messages: [],
      hasOlder: false,
      hasNewer: false,
      unreadFrom: null,
      unread: row?.unread ?? 0,
      mentions: [],
      mentionsAway: 0,
      pins: [],
      typing: null,
      draft: draftOf(row),
      answered: null,
      slowUntil: 0,
      lostEdit: null,
      cannotSend: null,
    }
  }

  /** Opens at a place, at the first unread message, or at the end: from what is stored where it is. */
  async #open(at: Seq | 'end' | null): Promise<void> {
    const { history, mirror } = this.#c.account
    this.#at = at
    await this.#quietly(async () => {
      if (this.#row) return
      await history.refresh(this.id)
      await mirror.settled()
    })
    const row = this.#row
    if (!row) {
      this.#opened = true
      await this.redraw()
      return
    }
    const unread = row.unread > 0 ? row.firstUnread || row.readTo + 1 : null
    this.#unreadFrom ??= unread
    this.#openedAt ??= { seq: row.head.seq, at: this.#c.account.now() }
    const place = at === 'end' ? null : (at ?? unread)
    this.#window = place ? windowAround(row, place) : this.#endIfFresh(row)
    this.#following = place === null
    if (this.#window) {
      this.#opened = true
      await this.redraw()
    }
    await this.#quietly(async () => {
      if (!this.#window) await this.#fetchWindow(place)
      await this.#mend()
      await this.#freshTallies()
      if (row.info.type === 'group' || row.info.type === 'channel') await this.#lookAround()
      // How the other shows themselves, or whether they have let one in without a word, no log tells.
      else if (row.info.type === 'direct') await history.refresh(this.id)
    })
    // Without a network what is stored has to do.
    const stored = this.#row
    if (!this.#window && stored) this.#window = windowAtEnd(stored)
    this.#opened = true
    await this.redraw()
  }

  /** The end of what is stored, where little has come since: the rest is read through. */
  #endIfFresh(row: ChatRow): Window | null {
    const w = windowAtEnd(row)
    return w && row.head.seq - w.to < 200 ? w : null
  }

  async #fetchWindow(place: Seq | null): Promise<boolean> {
    const { account } = this.#c
    const page = await account.history.load(this.id, place ? { at: 'around', seq: place } : { at: 'end' })
    await account.mirror.settled()
    const row = this.#row
    if (!page || !row) return false
    const middle = place !== null && page.from <= place && place <= page.to ? place : page.to
    this.#window = place ? windowAround(row, middle) : windowAtEnd(row)
    this.#following = place === null
    return place === null || middle === place
  }

  #extend(work: () => Promise<void>): Promise<void> {
    this.#extending ??= work().finally(() => {
      this.#extending = null
    })
    return this.#extending
  }

  async #loadOlder(): Promise<void> {
    const [row, w] = [this.#row, this.#window]
    if (!row || !w || w.from <= startOf(row)) return
    if (older(row, w).from === w.from) {
      await this.#c.account.history.load(this.id, { at: 'before', seq: w.from })
      await this.#c.account.mirror.settled()
    }
    this.#move((now) => (this.#row ? older(this.#row, now) : now))
    if ((this.#window?.to ?? 0) < w.to) this.#following = false
    await this.redraw()
  }

  async #loadNewer(): Promise<void> {
    const [row, w] = [this.#row, this.#window]
    if (!row || !w || w.to >= row.head.seq) return
    if (newer(row, w).to === w.to) {
      await this.#c.account.history.load(this.id, { at: 'after', seq: w.to })
      await this.#c.account.mirror.settled()
    }
    this.#move((now) => (this.#row ? newer(this.#row, now) : now))
    await this.redraw()
  }

  #move(how: (w: Window) => Window): void {
    if (this.#window) this.#window = how(this.#window)
  }

  async #loadAround(seq: Seq): Promise<boolean> {
    const { history, mirror } = this.#c.account
    if (!this.#row || !windowAround(this.#row, seq)) {
      await history.load(this.id, { at: 'around', seq })
      await mirror.settled()
    }
    // Of what was deleted the place is stored all the same: who looks for it stays where they are.
    const window = this.#row && (await this.#isShown(seq)) && windowAround(this.#row, seq)
    if (!window) return false
    this.#following = false
    this.#window = window
    await this.redraw()
    return this.view.get().messages.some((m) => m.seq === seq)
  }

  async #isShown(seq: Seq): Promise<boolean> {
    const entry = (await this.#shelf.some([seq])).get(seq)
    if (!entry || !isPlaced(entry) || entry.overlay?.redacted) return false
    return !this.#outbox.some(({ shows }) => shows.kind === 'delete' && shows.targets.includes(seq))
  }

  async #findTime(at: Ms): Promise<Seq | null> {
    const { history, mirror } = this.#c.account
    const page = await history.load(this.id, { at: 'time', time: at }).catch((error) => {
      throw toAppError(error)
    })
    await mirror.settled()
    return page?.hit ?? null
  }

  async findMention(before: Seq | null): Promise<Seq | null> {
    const { seek } = await import('./seek')
    const found = await seek(this.#mentions, before)
    await this.redraw()
    return found
  }

  async #readers(seq: Seq): Promise<PersonRef[]> {
    const { tabs, mirror } = this.#c.account
    try {
      const { people } = await call(tabs, Messages.method.readers, { chat: this.id, seq })
      return people.map(({ id, name }) => ({ account: id, name: privateName(mirror.user, id) || name }))
    } catch (error) {
      throw toAppError(error)
    }
  }

  async #loadLatest(): Promise<void> {
    const row = this.#row
    const end = row && windowAtEnd(row)
    if (row && end && end.to >= row.head.seq) {
      this.#window = end
      this.#following = true
    } else await this.#fetchWindow(null)
    await this.redraw()
  }

  #markRead(seq: Seq): void {
    const { db, me } = this.#c.account
    const row = this.#row
    if (row && reads(row.info.me.role) && seq > row.readTo)
      void this.#quietly(() => markReadHere(db, me, this.id, seq))
  }

  #changed(change: Change): void {
    this.#shelf.forget(change)
    const here = change.chats.includes(this.id) || change.entries.some((e) => e.chat === this.id)
    if (change.values.includes('user') || change.people.length > 0 || change.outbox.length > 0 || here)
      void this.redraw()
  }

  /** Draws the view anew; drawings follow one another, and many reasons make one. */
  redraw(): Promise<void> {
    if (this.#drawing) {
      this.#again = true
      return this.#drawing
    }
    this.#drawing = this.#drawUntilSettled().finally(() => {
      this.#drawing = null
    })
    return this.#drawing
  }

  async #drawUntilSettled(): Promise<void> {
    do {
      this.#again = false
      if (this.#closed) return
      await this.#draw()
    } while (this.#again)
  }

  async #draw(): Promise<void> {
    const row = this.#row
    if (!row) {
      if (this.#visiting) return this.#reopen(null)
      if (this.#opened) this.view.set({ ...this.#blank(), state: 'removed' })
      return
    }
    this.#visiting = !reads(row.info.me.role)
    if (this.#following) this.#move((now) => follow(row, now))
    const w = this.#window
    if (w && !covers(row.ranges, w.from, w.to)) {
      return this.#reopen(this.#following ? 'end' : Math.ceil((w.from + w.to) / 2))
    }
    if (w && w.to >= row.head.seq) this.#following = true
    if (row.asOf < row.head.seq && w) void this.#quietly(() => this.#mend())
    const drawn = w ? await this.#read(row, w).catch(() => null) : null
    if (this.#closed) return
    void this.#fetchNamed()
    if (this.#opened) void this.#circle.follow(row)
    this.#awaitLapse(row)
    this.view.set(this.#viewOf(drawn ?? { row, entries: [], named: new Map() }))
  }

  /** Draws again when a restriction, a ban or the wait of slow mode is over. */
  #awaitLapse(row: ChatRow): void {
    const now = this.#c.account.now()
    const left = [row.info.me.until - now, this.#slowEnd(row.info, now) - now].filter((ms) => ms > 0)
    const next = Math.min(...left)
    clearTimeout(this.#lapse)
    // Longer than a day a chat is seldom open; timers do not reach further than some weeks.
    if (next < 86_400_000) this.#lapse = setTimeout(() => void this.redraw(), next + 1)
  }

  /** When slow mode lets one write again, by the server's clock; 0 at once. What waits counts too. */
  #slowEnd(info: ChatRecord, now: Ms): Ms {
    if (!isSlowed(info)) return 0
    const waiting = this.#outbox.findLast((i) => i.shows.kind === 'message' && i.state !== 'failed')
    const last = lastSent(info.sent, waiting?.at)
    const end = last && last + info.slowSeconds * 1000
    return end > now ? end : 0
  }

  /** What was stored is gone: cleaned, or another tab that looked into the chat too has closed it. */
  #reopen(at: Seq | 'end' | null): void {
    this.#visiting = false
    this.#window = null
    void this.#open(at)
  }

  async #read(row: ChatRow, w: Window): Promise<Drawn> {
    const entries = await this.#shelf.range(w.from, w.to)
    const replied = this.#outbox.map((i) => (i.shows.kind === 'message' ? i.shows.body.reply?.seq : 0) ?? 0)
    const answered = row.draft.reply ?? 0
    const wanted = new Set([...entries.flatMap(namedBy), ...row.info.pinned, ...replied, answered])
    const named = await this.#shelf.some(wanted)
    for (const seq of wanted) if (seq > 0 && !named.has(seq)) this.#wanted.add(seq)
    await this.#mentions.see(row)
    return { row, entries, named }
  }

  /** Fetches messages that are replied to or pinned and are not here; each is asked for once. */
  async #fetchNamed(): Promise<void> {
    const seqs = [...this.#wanted].filter((seq) => !this.#asked.has(seq))
    this.#wanted.clear()
    if (seqs.length === 0 || this.#c.account.state !== 'online') return
    for (const seq of seqs) this.#asked.add(seq)
    await this.#quietly(() => this.#c.account.history.get(this.id, seqs))
  }

  async #freshTallies(): Promise<void> {
    const w = this.#window
    const type = this.#row?.info.type
    if (!w || type === 'saved' || !type) return
    const seqs = this.view
      .get()
      .messages.flatMap((m) => (m.seq && m.content.kind !== 'service' ? [m.seq] : []))
    await this.#c.account.history.tallies(this.id, seqs.slice(-200))
  }

  get #outbox(): OutboxRow[] {
    return this.#c.account.mirror.outbox.filter((item) => item.chat === this.id)
  }

  #viewOf({ row, entries, named }: Drawn): ChatView {
    const { account, people, live } = this.#c
    const now = account.now()
    const { user } = account.mirror
    const context = { people, live, user, now }
    const slowEnd = this.#slowEnd(row.info, now)
    const hasNewer = this.#window !== null && this.#window.to < row.head.seq && !this.#following
    const titles = (id: ChatId) => account.chat(id)?.info.title ?? ''
    const around = { requests: this.#requests, online: this.#circle.online(), titles }
    const info = chatInfoOf(context, row, around)
    const out = info.role === 'left' || info.role === 'banned'
    const c = this.#contextOf(row, named)
    const { seqs, count } = this.#mentions
    const messages = this.#messages(c, entries, hasNewer)
    const answered = named.get(row.draft.reply ?? 0)
    if (messages.some((m) => this.#answers(m))) this.#unreadFrom = null
    return {
      info,
      state: row.info.deleted || (out && !row.info.name) ? 'removed' : this.#opened ? 'ready' : 'loading',
      messages,
      hasOlder: this.#window !== null && this.#window.from > startOf(row),
      hasNewer,
      unreadFrom: this.#unreadFrom,
      unread: row.unread,
      mentions: [...seqs].sort((a, b) => a - b),
      mentionsAway: count - seqs.size,
      pins: row.info.pinned.map((seq) => {
        return { seq, snippet: snippetOf(named.get(seq)), ...mediaIn(named.get(seq)) }
      }),
      typing: typingOf(context, row),
      draft: draftOf(row),
      answered: answered ? messageViewOf(c, answered) : null,
      slowUntil: slowEnd && slowEnd - account.mirror.clock,
      lostEdit: lostEditOf(this.#outbox),
      cannotSend: cannotSendOf(row.info, user, {
        peerDeleted: people.isDeleted(row.info.peer),
        now,
        written: row.head.ord,
      }),
    }
  }

  /** One's own message that was written since the chat was opened, here or elsewhere. */
  #answers({ own, content, seq, at }: MessageView): boolean {
    if (!this.#openedAt || !own || content.kind === 'service') return false
    return seq === null ? at >= this.#openedAt.at : seq > this.#openedAt.seq
  }

  #contextOf(row: ChatRow, named: ReadonlyMap<Seq, EntryRow>): MessageContext {
    const outbox = this.#outbox
    const leaving = outbox.filter((i) => i.state !== 'failed').map((i) => i.shows)
    return {
      row,
      me: this.#c.account.me,
      people: this.#c.people,
      now: this.#c.account.now(),
      find: (seq) => named.get(seq),
      editOf: (seq) => outbox.findLast((i) => i.shows.kind === 'edit' && i.shows.target === seq),
      isLeaving: (seq) => leaving.some((s) => s.kind === 'delete' && s.targets.includes(seq)),
    }
  }

  #messages(c: MessageContext, entries: readonly EntryRow[], hasNewer: boolean): MessageView[] {
    const outbox = this.#outbox
    const placed = inTheirTime(entries.filter(isPlaced)).map((entry) => messageViewOf(c, entry))
    const here = new Set(entries.flatMap((e) => (e.key ? [e.key] : [])))
    const seqs = new Set(entries.map((e) => e.seq))
    const arrived = (i: OutboxRow) => i.keys.some((k) => here.has(k)) || i.seqs.some((s) => seqs.has(s))
    const waiting = hasNewer ? [] : outbox.filter((i) => !arrived(i)).map((item) => outboxViewOf(c, item))
    return this.#same([...placed, ...waiting].filter((view) => view !== null))
  }

  /** Makes what is stored true again. Where too much has come since, the window stays where it is. */
  #mend(): Promise<void> {
    const { account } = this.#c
    if (account.state !== 'online') return Promise.resolve()
    const before = this.#row?.asOf ?? 0
    let further = false
    this.#mending ??= account.history
      .mend(this.id)
      .then(() => account.mirror.settled())
      .then(() => {
        const [row, w] = [this.#row, this.#window]
        if (!row || !w) return
        // What came meanwhile is mended next: only what stays missing then keeps the window where it is.
        if (row.asOf < row.head.seq) further = row.asOf > before
        else if (this.#following) this.#following = follow(row, w).to >= row.head.seq
      })
      .finally(() => {
        this.#mending = null
        if (further) void this.redraw()
      })
    return this.#mending
  }

  /** Gives messages that did not change the object they had. */
  #same(views: readonly MessageView[]): MessageView[] {
    const kept = new Map<string, { readonly from: string; readonly view: MessageView }>()
    const same = views.map((view) => {
      const from = JSON.stringify(view)
      const before = this.#views.get(view.key)
      const next = before?.from === from ? before : { from, view }
      kept.set(view.key, next)
      return next.view
    })
    this.#views = kept
    return same
  }

  /** Background work of an open chat: without an answer what is stored stays on screen. */
  async #quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Silence)) await this.redraw().catch(() => {})
    }
  }
}

/**
 * Without the lines that are younger than messages after them: an imported history is older than the chat
 * made to hold it, and that it was made today does not stand above last year.
 */
function inTheirTime(entries: readonly EntryRow[]): EntryRow[] {
  let oldest = Number.POSITIVE_INFINITY
  const kept = entries.toReversed().filter((entry) => {
    if (entry.kind === 'message') oldest = Math.min(oldest, entry.at)
    return entry.kind === 'message' || entry.kind === 'service' || entry.at <= oldest
  })
  return kept.reverse()
}

/** Slow mode binds one there. */
function isSlowed({ slowSeconds, me }: ChatRecord): boolean {
  return slowSeconds > 0 && !isStaff(me)
}

function draftOf(row: ChatRow | undefined): ChatView['draft'] {
  const { text = '', entities = [], reply = 0, quote = '' } = row?.draft ?? {}
  return { body: { text, entities }, replyTo: reply || null, quote }
}

/** Stands in for a chat of which nothing is known yet. */
function emptyRow(id: ChatId): ChatRow {
  const me = {
    account: 0,
    role: 'none',
    grants: 0,
    until: 0,
    version: 0,
    from: 0,
    title: '',
    joined: 0,
  } as const
  return {
    ...NEW_CHAT,
    id,
    info: {
      ...NO_SETTINGS,
      id,
      me,
      peer: 0,
      facts: 0,
      operatorCanRead: true,
      waiting: false,
      stranger: null,
    },
    head: { seq: 0, ord: 0, chain: '' },
    readTo: 0,
    asOf: 0,
  }
}
