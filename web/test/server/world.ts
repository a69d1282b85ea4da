// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHash, randomBytes } from 'node:crypto'
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { ErrorCode, Refusal } from '../../src/wire/failure'
import * as ch from '../../src/wire/gen/zolal/v1/chat_pb'
import * as en from '../../src/wire/gen/zolal/v1/entry_pb'
import type { MediaKind } from '../../src/wire/gen/zolal/v1/media_pb'
import * as ms from '../../src/wire/gen/zolal/v1/message_pb'
import * as sy from '../../src/wire/gen/zolal/v1/sync_pb'
import type { Backend, Gate } from './gate'

const { Kind } = en

interface Log {
  readonly entries: en.Entry[]
  readonly keys: Map<string, number>
}

interface Room extends Log {
  readonly id: number
  readonly type: ch.ChatType
  title: string
  slowSeconds: number
  readonly members: Map<number, ch.MemberState>
  readonly read: Map<number, number>
  readonly drafts: Map<number, sy.Draft>
  readonly moved: Map<number, bigint>
  pos: bigint
  facts: bigint
}

interface State {
  readonly rooms: Map<number, Room>
  readonly users: Map<number, Log>
  pos: bigint
}

/** Who writes an entry, under which key, about which earlier one. */
interface Origin {
  readonly author: number
  readonly key?: Uint8Array
  readonly device?: number
  readonly target?: number
}

type Handler = (account: number, device: number, payload: Uint8Array) => Uint8Array

/**
 * A small server in memory that keeps logs as the real one does: contiguous numbers, keys remembered per
 * device, overlays, unread by subtraction, an incarnation that a restore renews.
 */
export class World implements Backend {
  #state: State = { rooms: new Map(), users: new Map(), pos: 0n }
  #incarnation = randomBytes(16)
  readonly revoked = new Set<string>()
  gates: Gate[] = []
  /** Names of who is who, account by account. */
  readonly names = new Map<number, string>()
  /** Whose presence nobody is told. */
  readonly untold = new Set<number>()
  now: () => number = Date.now

  incarnation(): Uint8Array {
    return this.#incarnation
  }

  /** Tokens are "account:device". */
  static token(account: number, device: number): string {
    return `${account}:${device}`
  }

  signIn(token: string): number {
    if (this.revoked.has(token)) throw new Refusal(ErrorCode.REVOKED)
    const [account, device] = token.split(':').map(Number)
    if (!account || !device || !this.names.has(account)) throw new Refusal(ErrorCode.UNAUTHENTICATED)
    return account * 1000 + device
  }

  addAccount(id: number, name: string): void {
    this.names.set(id, name)
    this.#state.users.set(id, { entries: [], keys: new Map() })
    const profile = create(sy.ProfileSchema, { name, username: name.toLowerCase() })
    this.#append(this.#user(id), Kind.PROFILE, toBinary(sy.ProfileSchema, profile), { author: id })
  }

  addChat(id: number, members: number[], type = ch.ChatType.GROUP, title = `chat ${id}`): Room {
    const room: Room = {
      id,
      type,
      title,
      slowSeconds: 0,
      members: new Map(),
      read: new Map(),
      drafts: new Map(),
      moved: new Map(),
      entries: [],
      keys: new Map(),
      pos: 0n,
      facts: 1n,
    }
    this.#state.rooms.set(id, room)
    const created = create(ch.ChatCreatedSchema, { type, title, accounts: members })
    this.#write(room, Kind.CHAT_CREATED, toBinary(ch.ChatCreatedSchema, created), { author: 0 })
    for (const account of members) this.join(id, account)
    return room
  }

  join(chat: number, account: number): void {
    this.#standing(this.#room(chat), account, ch.Role.MEMBER)
  }

  /** Takes rights from one member. */
  restrict(chat: number, account: number, grants: number): void {
    this.#standing(this.#room(chat), account, ch.Role.MEMBER, grants)
  }

  leave(chat: number, account: number): void {
    this.#standing(this.#room(chat), account, ch.Role.NONE)
  }

  /** What the chat's lines say today, as a reader sees them. */
  texts(chat: number): string[] {
    return this.#room(chat)
      .entries.filter((e) => e.envelope?.kind === Kind.MESSAGE && !e.overlay?.redacted)
      .map((e) => fromBinary(en.MessageSchema, e.overlay?.body ?? e.body).text)
  }

  /** Somebody says something, without a client. */
  say(chat: number, author: number, text: string, o: { mention?: number; silent?: boolean } = {}): number {
    const entities = o.mention
      ? [{ kind: en.EntityKind.TEXT_MENTION, offset: 0, length: 1, account: o.mention }]
      : []
    const body = toBinary(en.MessageSchema, create(en.MessageSchema, { text, entities }))
    return this.#write(this.#room(chat), Kind.MESSAGE, body, { author, key: randomBytes(16) }).seq
  }

  /** Somebody sends something of an album, without a client. */
  carry(chat: number, author: number, kind: MediaKind, album: number): number {
    const message = { media: { kind }, album: new Uint8Array(16).fill(album) }
    const body = toBinary(en.MessageSchema, create(en.MessageSchema, message))
    return this.#write(this.#room(chat), Kind.MESSAGE, body, { author, key: randomBytes(16) }).seq
  }

  edit(chat: number, author: number, target: number, text: string): number {
    const body = toBinary(en.MessageSchema, create(en.MessageSchema, { text }))
    return this.#write(this.#room(chat), Kind.EDIT, body, { author, target }).seq
  }

  remove(chat: number, author: number, target: number): number {
    return this.#write(this.#room(chat), Kind.DELETE, new Uint8Array(0), { author, target }).seq
  }

  retitle(chat: number, title: string): void {
    const room = this.#room(chat)
    room.title = title
    this.#inform(room, { title })
  }

  /** What every member may do from now on. */
  allow(chat: number, defaults: number): void {
    this.#inform(this.#room(chat), { defaults })
  }

  /** How long members wait between two messages. */
  slow(chat: number, slowSeconds: number): void {
    const room = this.#room(chat)
    room.slowSeconds = slowSeconds
    this.#inform(room, { slowSeconds })
  }

  #inform(room: Room, change: { title?: string; defaults?: number; slowSeconds?: number }): void {
    room.facts++
    const body = toBinary(ch.ChatInfoChangeSchema, create(ch.ChatInfoChangeSchema, change))
    this.#write(room, Kind.CHAT_INFO, body, { author: 0 })
  }

  block(account: number, other: number, blocked: boolean): void {
    const body = toBinary(sy.BlockSchema, create(sy.BlockSchema, { account: other, blocked }))
    this.#appendUser(account, Kind.BLOCK, body, { author: account })
  }

  head(chat: number): number {
    return this.#room(chat).entries.length
  }

  signal(accounts: number[], what: sy.Signal['what']): void {
    const value = create(sy.SignalSchema, { what })
    this.#push(accounts, create(sy.UpdateSchema, { what: { case: 'signal', value } }))
  }

  /** A copy of everything, as a backup takes it. */
  backup(): State {
    return structuredClone(this.#state)
  }

  /** Puts a backup in place, under a new incarnation, and breaks every connection. */
  restore(backup: State): void {
    this.#state = structuredClone(backup)
    this.#incarnation = randomBytes(16)
    for (const gate of this.gates) gate.cut()
  }

  handle(method: string, payload: Uint8Array, who: number): Uint8Array {
    const handler = this.#handlers[method]
    if (!handler) throw new Refusal(ErrorCode.UNKNOWN_METHOD, method)
    return handler(Math.floor(who / 1000), who % 1000, payload)
  }

  readonly #handlers: Record<string, Handler> = {
    'Messages/Send': (account, device, payload) => {
      const ask = fromBinary(ms.SendRequestSchema, payload)
      const { text, entities, reply } = ask
      const message = create(en.MessageSchema, { text, entities, ...(reply ? { reply } : {}) })
      const body = toBinary(en.MessageSchema, message)
      return this.#receipt(ask.chat, Kind.MESSAGE, body, { account, device, key: ask.key, target: 0 })
    },
    'Messages/Edit': (account, device, payload) => {
      const { chat, key, target, text, entities } = fromBinary(ms.EditRequestSchema, payload)
      const body = toBinary(en.MessageSchema, create(en.MessageSchema, { text, entities }))
      return this.#receipt(chat, Kind.EDIT, body, { account, device, key, target })
    },
    'Messages/Delete': (account, device, payload) => {
      const { chat, key, targets } = fromBinary(ms.DeleteRequestSchema, payload)
      const [target = 0] = targets
      return this.#receipt(chat, Kind.DELETE, new Uint8Array(0), { account, device, key, target })
    },
    'Messages/Read': (account, _device, payload) => {
      const { chat, after, limit } = fromBinary(ms.ReadRequestSchema, payload)
      const room = this.#member(chat, account)
      const entries = room.entries.slice(after, after + limit)
      return encode(ms.ReadResponseSchema, { entries, head: this.#head(room), people: this.#people(entries) })
    },
    'Messages/Page': (account, _device, payload) => {
      const { chat, before, limit, around } = fromBinary(ms.PageRequestSchema, payload)
      const room = this.#member(chat, account)
      const to = around ? around + Math.ceil(limit / 2) : before ? before - 1 : room.entries.length
      const entries = room.entries.slice(Math.max(0, Math.min(to, room.entries.length) - limit), to)
      return encode(ms.PageResponseSchema, { entries, head: this.#head(room), people: this.#people(entries) })
    },
    'Messages/Get': (account, _device, payload) => {
      const { chat, seqs } = fromBinary(ms.GetRequestSchema, payload)
      const room = this.#member(chat, account)
      return encode(ms.GetResponseSchema, { entries: room.entries.filter((e) => seqs.includes(e.seq)) })
    },
    'Messages/Changes': (account, _device, payload) => {
      const { chat, after } = fromBinary(ms.ChangesRequestSchema, payload)
      const room = this.#member(chat, account)
      const targets = room.entries.slice(after).flatMap((e) => (isMend(e) ? [e.envelope?.target ?? 0] : []))
      const dropCache = targets.length > 500
      return encode(ms.ChangesResponseSchema, {
        targets: dropCache ? [] : [...new Set(targets)],
        dropCache,
        head: this.#head(room),
      })
    },
    'Messages/Tallies': () => encode(ms.TalliesResponseSchema, {}),
    'Messages/View': () => encode(ms.ViewResponseSchema, {}),
    'Chats/Get': (account, _device, payload) => {
      const { chat } = fromBinary(ch.ChatRequestSchema, payload)
      const room = this.#room(chat)
      const own = room.entries.findLast((e) => e.author === account && e.envelope?.counted)
      const sentMs = room.slowSeconds > 0 ? (own?.atMs ?? 0n) : 0n
      return encode(ch.ChatInfoSchema, { ...this.#info(room, account), sentMs })
    },
    'Sync/Sync': (account, _device, payload) =>
      this.#sync(account, fromBinary(sy.SyncRequestSchema, payload)),
    'Sync/Common': (account, _device, payload) => {
      const { chat, samples } = fromBinary(sy.CommonRequestSchema, payload)
      const room = this.#member(chat, account)
      const seq = samples.find((s) => equal(room.entries[s.seq - 1]?.chain, s.chain))?.seq ?? 0
      return encode(sy.CommonResponseSchema, { seq })
    },
    'Sync/MarkRead': (account, device, payload) => {
      const { chat, seq, key } = fromBinary(sy.MarkReadRequestSchema, payload)
      const room = this.#member(chat, account)
      const to = Math.max(Math.min(seq, room.entries.length), room.read.get(account) ?? 0)
      room.read.set(account, to)
      const mark = create(sy.ReadMarkSchema, { chat, seq: to, ord: this.#ord(room, to) })
      const body = toBinary(sy.ReadMarkSchema, mark)
      this.#appendUser(account, Kind.READ, body, { author: account, key, device })
      this.signal(
        [...room.members.keys()].filter((id) => id !== account),
        { case: 'read', value: create(sy.PeerReadSchema, { chat, account, seq: to }) },
      )
      return body
    },
    'Sync/SetDraft': (account, device, payload) => {
      const { key, draft } = fromBinary(sy.SetDraftRequestSchema, payload)
      if (!draft) throw new Refusal(ErrorCode.BAD_REQUEST)
      this.#member(draft.chat, account).drafts.set(account, draft)
      const entry = this.#appendUser(account, Kind.DRAFT, toBinary(sy.DraftSchema, draft), {
        author: account,
        key,
        device,
      })
      return encode(ch.ReceiptSchema, { seq: entry.seq })
    },
    'Sync/Watch': (_account, _device, payload) => {
      const { accounts } = fromBinary(sy.WatchRequestSchema, payload)
      const told = accounts.filter((account) => !this.untold.has(account))
      return encode(sy.WatchResponseSchema, { people: told.map((account) => ({ account, online: true })) })
    },
    'Sync/Typing': (account, _device, payload) => {
      const { chat, stopped, recording } = fromBinary(sy.TypingRequestSchema, payload)
      const others = [...this.#member(chat, account).members.keys()].filter((id) => id !== account)
      const value = create(sy.TypingSchema, { chat, account, stopped, recording })
      this.signal(others, { case: 'typing', value })
      return encode(sy.EmptySchema, {})
    },
  }

  #receipt(
    chat: number,
    kind: en.Kind,
    body: Uint8Array,
    o: { account: number; device: number; key: Uint8Array; target: number },
  ): Uint8Array {
    const room = this.#member(chat, o.account)
    const age = this.now() - keyTime(o.key)
    if (o.key.length !== 16 || age < -600_000) throw new Refusal(ErrorCode.KEY_INVALID)
    const known = room.keys.get(`${o.device} ${hex(o.key)}`)
    if (known) return this.#receiptOf(room, known, true)
    if (age > 30 * 86_400_000) throw new Refusal(ErrorCode.KEY_EXPIRED)
    if (o.target && !this.#isThere(room, o.target)) throw new Refusal(ErrorCode.TARGET_GONE)
    const { seq } = this.#write(room, kind, body, { author: o.account, ...o })
    return this.#receiptOf(room, seq, false)
  }

  #isThere(room: Room, target: number): boolean {
    const entry = room.entries[target - 1]
    return entry?.envelope?.kind === Kind.MESSAGE && !entry.overlay?.redacted
  }

  #receiptOf(room: Room, seq: number, repeated: boolean): Uint8Array {
    const entry = room.entries[seq - 1]
    return encode(ch.ReceiptSchema, {
      chat: room.id,
      seq,
      ord: entry?.ord ?? 0,
      atMs: entry?.atMs ?? 0n,
      repeated,
    })
  }

  #sync(account: number, ask: sy.SyncRequest): Uint8Array {
    const changed = ask.incarnation.length > 0 && !equal(ask.incarnation, this.#incarnation)
    const since = changed ? 0n : ask.pos
    const user = this.#user(account)
    const rooms = [...this.#state.rooms.values()]
      .filter((room) => room.members.has(account))
      .filter((room) => room.pos > since || (room.moved.get(account) ?? 0n) > since)
      .sort((a, b) => Number(b.pos - a.pos))
    const chats = rooms.slice(ask.skip, ask.skip + ask.limit).map((room) => this.#chatState(room, account))
    const old = changed || ask.userSeq === 0
    return encode(sy.SyncResponseSchema, {
      incarnation: this.#incarnation,
      incarnationChanged: changed,
      pos: this.#state.pos,
      serverMs: BigInt(this.now()),
      userEntries: old ? [] : user.entries.slice(ask.userSeq),
      userHead: this.#head(user),
      chats,
      more: ask.skip + ask.limit < rooms.length,
      people: [...this.names.keys()].map((id) => this.#person(id)),
      ...(old ? { state: this.#userState(account) } : {}),
    })
  }

  #userState(account: number): sy.UserState {
    const name = this.names.get(account) ?? ''
    return create(sy.UserStateSchema, { account, profile: { name, username: name.toLowerCase() } })
  }

  #chatState(room: Room, account: number): sy.ChatState {
    const readSeq = room.read.get(account) ?? 0
    const last = room.entries.findLast((e) => e.envelope?.kind === Kind.MESSAGE && !e.overlay?.redacted)
    const unread = room.entries.filter(
      (e) => e.seq > readSeq && e.envelope?.counted && e.author !== account && !e.overlay?.redacted,
    )
    const draft = room.drafts.get(account)
    const peerRead = [...room.read].filter(([id]) => id !== account).map(([, seq]) => seq)
    return create(sy.ChatStateSchema, {
      chat: this.#info(room, account),
      unread: unread.length,
      mentions: unread.filter((e) => spokenTo(e).includes(account)).length,
      firstUnreadSeq: unread[0]?.seq ?? 0,
      read: { chat: room.id, seq: readSeq, ord: this.#ord(room, readSeq) },
      peerReadSeq: Math.max(0, ...peerRead),
      ...(last ? { last } : {}),
      ...(draft ? { draft } : {}),
    })
  }

  #info(room: Room, account: number): ch.ChatInfo {
    const me = room.members.get(account)
    const peer = [...room.members.keys()].find((id) => id !== account)
    return create(ch.ChatInfoSchema, {
      id: room.id,
      type: room.type,
      title: room.title,
      slowSeconds: room.slowSeconds,
      defaults: 3 + 4 + 8,
      members: room.members.size,
      head: this.#head(room),
      facts: room.facts,
      operatorCanRead: true,
      ...(me ? { me } : {}),
      ...(room.type === ch.ChatType.DIRECT && peer ? { peer: this.#person(peer) } : {}),
    })
  }

  #person(id: number): ch.Person {
    const name = this.names.get(id) ?? ''
    return create(ch.PersonSchema, { id, name, username: name.toLowerCase() })
  }

  #people(entries: en.Entry[]): ch.Person[] {
    return [...new Set(entries.map((e) => e.author))].filter((id) => id > 0).map((id) => this.#person(id))
  }

  #room(chat: number): Room {
    const room = this.#state.rooms.get(chat)
    if (!room) throw new Refusal(ErrorCode.NOT_FOUND)
    return room
  }

  #member(chat: number, account: number): Room {
    const room = this.#room(chat)
    if (room.members.get(account)?.role !== ch.Role.MEMBER) throw new Refusal(ErrorCode.NOT_MEMBER)
    return room
  }

  #user(account: number): Log {
    const log = this.#state.users.get(account)
    if (!log) throw new Refusal(ErrorCode.NOT_FOUND)
    return log
  }

  #standing(room: Room, account: number, role: ch.Role, grants = 0): void {
    const before = room.members.get(account)
    const member = create(ch.MemberStateSchema, {
      account,
      role,
      grants,
      version: (before?.version ?? 0) + 1,
    })
    room.members.set(account, member)
    room.moved.set(account, ++this.#state.pos)
    const body = create(sy.MyChatSchema, { chat: room.id, type: room.type, member })
    this.#appendUser(account, Kind.MY_CHAT, toBinary(sy.MyChatSchema, body), { author: account })
  }

  #ord(log: Log, seq: number): number {
    return log.entries[seq - 1]?.ord ?? 0
  }

  #head(log: Log): en.Head {
    const last = log.entries.at(-1)
    return create(en.HeadSchema, {
      seq: last?.seq ?? 0,
      ord: last?.ord ?? 0,
      ...(last ? { chain: last.chain } : {}),
    })
  }

  #append(log: Log, kind: en.Kind, body: Uint8Array, o: Origin): en.Entry {
    const before = log.entries.at(-1)
    const counted = kind === Kind.MESSAGE
    const envelope = { kind, counted, target: o.target ?? 0 }
    const chain = createHash('sha256')
      .update(before?.chain ?? '')
      .update(body)
      .update(String(kind))
    const entry = create(en.EntrySchema, {
      seq: (before?.seq ?? 0) + 1,
      ord: (before?.ord ?? 0) + Number(counted),
      atMs: BigInt(this.now()),
      author: o.author,
      key: o.key ?? new Uint8Array(0),
      envelope,
      body,
      chain: chain.digest().subarray(0, 8),
    })
    log.entries.push(entry)
    if (o.key) log.keys.set(`${o.device ?? 0} ${hex(o.key)}`, entry.seq)
    return entry
  }

  #appendUser(account: number, kind: en.Kind, body: Uint8Array, o: Origin): en.Entry {
    const entry = this.#append(this.#user(account), kind, body, o)
    const tail = create(sy.UserTailSchema, { entries: [entry], pos: ++this.#state.pos })
    this.#push([account], create(sy.UpdateSchema, { what: { case: 'user', value: tail } }))
    return entry
  }

  #write(room: Room, kind: en.Kind, body: Uint8Array, o: Origin): en.Entry {
    const entry = this.#append(room, kind, body, o)
    room.pos = ++this.#state.pos
    // What members see of it is what it says now; a later edit replaces the body in place.
    const tail = create(sy.ChatTailSchema, {
      chat: room.id,
      entries: [{ ...entry }],
      pos: room.pos,
    })
    const target = o.target ? room.entries[o.target - 1] : undefined
    if (target && isMend(entry)) {
      const redacted = kind === Kind.DELETE
      const current = redacted ? new Uint8Array(0) : body
      const overlay = create(en.OverlaySchema, { by: entry.seq, redacted, body: current, atMs: entry.atMs })
      room.entries[target.seq - 1] = create(en.EntrySchema, { ...target, body: new Uint8Array(0), overlay })
    }
    const members = [...room.members.values()].filter((m) => m.role === ch.Role.MEMBER)
    this.#push(
      members.map((m) => m.account),
      create(sy.UpdateSchema, { what: { case: 'chat', value: tail } }),
    )
    return entry
  }

  #push(accounts: number[], update: sy.Update): void {
    for (const gate of this.gates) gate.pushTo((who) => accounts.includes(Math.floor(who / 1000)), [update])
  }
}

function encode<T extends Parameters<typeof create>[0]>(schema: T, init: MessageInitShape<T>): Uint8Array {
  return toBinary(schema, create(schema, init))
}

/** Whom a message names. */
function spokenTo(e: en.Entry): number[] {
  if (e.envelope?.kind !== Kind.MESSAGE) return []
  return fromBinary(en.MessageSchema, e.overlay?.body ?? e.body).entities.map(({ account }) => account)
}

function isMend(e: en.Entry): boolean {
  return e.envelope?.kind === Kind.EDIT || e.envelope?.kind === Kind.DELETE
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function equal(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.from(a).equals(b)
}

function keyTime(key: Uint8Array): number {
  return Number.parseInt(hex(key.subarray(0, 6)), 16)
}
