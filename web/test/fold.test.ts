// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { readdirSync, readFileSync } from 'node:fs'
import {
  type DescMessage,
  enumToJson,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import { AccountDb, type ChatRow } from '../src/db'
import type { Entry, Photo } from '../src/model/entry'
import {
  currentBody,
  EMPTY_ROOM,
  foldOwn,
  foldOwnChat,
  foldRoom,
  isPlaced,
  isUnread,
  NO_SETTINGS,
  type OwnChat,
  type OwnState,
  type Settings,
} from '../src/model/fold'
import { applyGrowth } from '../src/sync/apply'
import { storeEntries } from '../src/sync/entries'
import { applyUserEntries, NO_DRAFT, NO_PREFS } from '../src/sync/userlog'
import {
  contactOf,
  draftOf,
  entryOf,
  invitationOf,
  memberOf,
  personalLinkOf,
  prefsOf,
  privacyOf,
  readChatBody,
  readOf,
  readUserBody,
} from '../src/wire'
import * as ch from '../src/wire/gen/zolal/v1/chat_pb'
import * as en from '../src/wire/gen/zolal/v1/entry_pb'
import * as me from '../src/wire/gen/zolal/v1/media_pb'
import * as pe from '../src/wire/gen/zolal/v1/people_pb'
import * as sy from '../src/wire/gen/zolal/v1/sync_pb'

const { Kind } = en

/** The message that is the body of each kind. */
const bodies: Partial<Record<en.Kind, DescMessage>> = {
  [Kind.CHAT_CREATED]: ch.ChatCreatedSchema,
  [Kind.MESSAGE]: en.MessageSchema,
  [Kind.EDIT]: en.MessageSchema,
  [Kind.DELETE]: en.RedactionSchema,
  [Kind.MEMBER]: ch.MemberChangeSchema,
  [Kind.CHAT_INFO]: ch.ChatInfoChangeSchema,
  [Kind.SERVICE]: en.ServiceLineSchema,
  [Kind.PROFILE]: sy.ProfileSchema,
  [Kind.MY_CHAT]: sy.MyChatSchema,
  [Kind.READ]: sy.ReadMarkSchema,
  [Kind.DRAFT]: sy.DraftSchema,
  [Kind.CHAT_PREFS]: sy.ChatPrefsSchema,
  [Kind.BLOCK]: sy.BlockSchema,
  [Kind.PRIVACY]: sy.PrivacySchema,
  [Kind.DEVICE]: sy.DeviceNoticeSchema,
  [Kind.INVITATION]: sy.InvitationSchema,
  [Kind.CONTACT]: pe.ContactSchema,
  [Kind.PERSONAL_LINK]: pe.PersonalLinkSchema,
  [Kind.SPENT]: sy.SpentSchema,
  [Kind.ACCOUNT_PHOTO]: me.PhotoSchema,
  [Kind.CHAT_PHOTO]: me.PhotoSchema,
}

function bytesOf(kind: en.Kind, body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array(0)
  if (typeof body === 'string') return new Uint8Array(Buffer.from(body, 'base64'))
  const schema = bodies[kind]
  if (!schema) throw new Error(`no body for kind ${kind}`)
  return toBinary(schema, fromJson(schema, body as JsonObject))
}

function jsonOf(kind: en.Kind, body: Uint8Array): unknown {
  const schema = bodies[kind]
  return schema && body.length > 0 ? toJson(schema, fromBinary(schema, body)) : null
}

/** An entry of a vector as it travels, read as this side reads it. */
function recordOf(json: JsonObject): Entry {
  const { body, overlay, ...plain } = json
  const wire = fromJson(en.EntrySchema, plain)
  const kind = wire.envelope?.kind ?? Kind.UNSPECIFIED
  wire.body = bytesOf(kind, body)
  if (overlay) {
    const { body: now, ...rest } = overlay as JsonObject
    wire.overlay = fromJson(en.OverlaySchema, rest)
    wire.overlay.body = bytesOf(kind, now)
  }
  return entryOf(fromBinary(en.EntrySchema, toBinary(en.EntrySchema, wire)))
}

interface Vector {
  readonly name: string
  readonly me: number
  readonly read?: number
  readonly entries: JsonObject[]
  readonly state: JsonObject
}

function vectors(folder: string): Vector[] {
  const dir = new URL(`../../testdata/vectors/${folder}/`, import.meta.url)
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'))
  return files.map((name) => JSON.parse(readFileSync(new URL(name, dir), 'utf8')) as Vector)
}

function lineJson(line: Entry): unknown {
  const redacted = line.overlay?.redacted ?? false
  const { seq, at, author, counted, silent } = line
  return {
    seq,
    at,
    author,
    kind: line.kind === 'unknown' ? line.code : enumToJson(en.KindSchema, line.code),
    counted,
    silent,
    by: line.overlay?.by ?? 0,
    edited: line.overlay?.at ?? 0,
    redacted,
    body: redacted ? null : jsonOf(line.code, currentBody(line)),
  }
}

function settingsJson({ pinned: _pinned, type, photo, ...settings }: Settings): unknown {
  return { ...settings, type: type === 'unknown' ? '' : type, ...(photo ? { photo } : {}) }
}

function unreadJson(lines: readonly Entry[], me: number, read: number): unknown {
  const unread = lines.filter((line) => isUnread(line, me, read))
  const speaking = unread.filter((line) => {
    const body = readChatBody({ kind: line.kind, body: currentBody(line) })
    return body.kind === 'message' && body.message.speaksTo.includes(me)
  })
  return { unread: unread.length, speaking: speaking.map((line) => line.seq) }
}

const chatVectors = vectors('fold')
const ownVectors = vectors('own')

test('there are vectors', () => {
  expect(chatVectors.length).toBeGreaterThan(30)
  expect(ownVectors.length).toBeGreaterThan(10)
})

describe('chat logs fold as on the server', () => {
  test.each(chatVectors)('$name', ({ me, read = 0, entries, state }) => {
    let room = EMPTY_ROOM
    for (const entry of entries.map(recordOf)) {
      const before = JSON.stringify(room)
      const next = foldRoom(room, entry, readChatBody(entry))
      expect(JSON.stringify(room), 'what was given is not changed').toBe(before)
      room = next
    }
    const { head, ord, gap, chat, lines } = room
    const folded = {
      head: { seq: head, ord },
      gap,
      chat: settingsJson(chat),
      pinned: chat.pinned,
      lines: lines.map(lineJson),
    }
    expect({ ...folded, ...(unreadJson(lines, me, read) as object) }).toEqual(state)
  })
})

const emptyRow: ChatRow = {
  id: 7,
  info: {
    ...NO_SETTINGS,
    id: 7,
    me: memberOf(undefined),
    peer: 0,
    facts: 0,
    operatorCanRead: true,
    waiting: false,
    stranger: null,
  },
  head: { seq: 0, ord: 0, chain: '' },
  last: null,
  read: { seq: 0, ord: 0 },
  readTo: 0,
  unread: 0,
  mentions: 0,
  firstUnread: 0,
  peerRead: 0,
  draft: NO_DRAFT,
  draftDirty: false,
  prefs: NO_PREFS,
  asOf: 0,
  ranges: [],
  floor: 0,
}

let databases = 0

describe('what is stored of a chat log is what it adds up to', () => {
  test.each(chatVectors)('$name', async ({ me, read = 0, entries, state }) => {
    const db = await AccountDb.open(`fold ${++databases}`)
    await db.write((w) => w.putChat({ ...emptyRow, readTo: read }))
    let stale = false
    for (const entry of entries.map(recordOf)) {
      const ask = await db.write((w) => applyGrowth(w, me, { chat: 7, entries: [entry] }))
      stale ||= ask.stale
    }
    const [row, rows] = await db.read((r) => Promise.all([r.chat(7), r.entries(7, 0, 1_000_000)]))
    db.close()
    const lines = rows.filter(isPlaced)
    const { gap, ...rest } = state
    expect({
      head: { seq: row?.head.seq, ord: row?.head.ord },
      chat: settingsOnly(row),
      pinned: row?.info.pinned,
      lines: lines.map(lineJson),
      ...(unreadJson(lines, me, read) as object),
    }).toEqual(rest)
    if (gap) expect(stale).toBe(true)
    // Whatever became of it since: slow mode counts from there.
    const own = rows.filter((entry) => entry.counted && entry.author === me)
    expect(row?.info.sent ?? 0).toBe(Math.max(0, ...own.map(({ at }) => at)))
  })
})

function settingsOnly(row: ChatRow | undefined): unknown {
  if (!row) return null
  const { id: _id, me: _me, peer: _peer, facts: _facts, operatorCanRead: _read, ...more } = row.info
  const { waiting: _waiting, stranger: _stranger, sent: _sent, ...settings } = more
  return settingsJson(settings)
}

const nobody: Required<OwnState> = {
  profile: { name: '', username: '', about: '' },
  privacy: privacyOf(undefined),
  blocked: [],
  invitations: [],
  contacts: [],
  personalLink: null,
  photos: [],
}

const noChat: OwnChat = {
  type: 'unknown',
  peer: 0,
  member: memberOf(undefined),
  read: { seq: 0, ord: 0 },
  draft: NO_DRAFT,
  prefs: NO_PREFS,
}

function wantedOwn(state: JsonObject): Required<OwnState> {
  const profile = fromJson(sy.ProfileSchema, state['profile'] ?? {})
  const { name, username, about } = profile
  return {
    profile: { name, username, about },
    privacy: privacyOf(fromJson(sy.PrivacySchema, state['privacy'] ?? {})),
    blocked: state['blocked'] as number[],
    invitations: (state['invitations'] as JsonObject[]).map((i) =>
      invitationOf(fromJson(sy.InvitationSchema, i)),
    ),
    contacts: ((state['contacts'] ?? []) as JsonObject[]).map((c) =>
      contactOf(fromJson(pe.ContactSchema, c)),
    ),
    personalLink: state['personal']
      ? personalLinkOf(fromJson(pe.PersonalLinkSchema, state['personal']))
      : null,
    photos: (state['photos'] ?? []) as unknown as Photo[],
  }
}

function wantedChat(json: JsonObject): OwnChat {
  return {
    type: (json['type'] || 'unknown') as OwnChat['type'],
    peer: json['peer'] as number,
    member: memberOf(fromJson(ch.MemberStateSchema, json['member'] ?? {})),
    read: readOf(fromJson(sy.ReadMarkSchema, json['read'] ?? {})),
    draft: draftOf(fromJson(sy.DraftSchema, json['draft'] ?? {})),
    prefs: prefsOf(fromJson(sy.ChatPrefsSchema, json['prefs'] ?? {})),
  }
}

describe('user logs fold as on the server', () => {
  test.each(ownVectors)('$name', ({ entries, state }) => {
    let own: OwnState = nobody
    let head = 0
    let gap = false
    const chats: Record<string, OwnChat> = {}
    for (const entry of entries.map(recordOf)) {
      if (entry.seq <= head) continue
      gap ||= entry.seq !== head + 1
      head = entry.seq
      const body = readUserBody(entry)
      own = foldOwn(own, body)
      // An invitation is not yet a side of one's own.
      if (!('chat' in body)) continue
      chats[body.chat] = foldOwnChat(chats[body.chat] ?? noChat, body)
    }
    expect({ head, gap }).toEqual({ head: state['head'], gap: state['gap'] })
    expect(own).toEqual(wantedOwn(state))
    const wanted = Object.entries(state['chats'] as Record<string, JsonObject>)
    expect(chats).toEqual(Object.fromEntries(wanted.map(([id, json]) => [id, wantedChat(json)])))
  })
})

describe('what is stored of a user log is what it adds up to', () => {
  test.each(ownVectors.filter((v) => !v.state['gap']))('$name', async ({ me, entries, state }) => {
    const db = await AccountDb.open(`own ${++databases}`)
    const wanted = Object.entries(state['chats'] as Record<string, JsonObject>)
    await db.write(async (w) => {
      await w.putValue('user', { account: me, operator: false, ...nobody })
      for (const [id] of wanted) {
        await w.putChat({ ...emptyRow, id: Number(id), info: { ...emptyRow.info, id: Number(id) } })
      }
    })
    for (const entry of entries.map(recordOf)) await db.write((w) => applyUserEntries(w, me, [entry]))
    const [user, cursor, rows] = await db.read((r) =>
      Promise.all([r.value('user'), r.value('cursor'), r.chats()]),
    )
    db.close()
    expect(cursor?.userSeq ?? 0).toBe(state['head'])
    expect(user).toEqual({ account: me, operator: false, ...wantedOwn(state) })
    for (const [id, json] of wanted) {
      const { member, read, draft, prefs } = wantedChat(json)
      const row = rows.find((r) => r.id === Number(id))
      expect(row && { member: row.info.me, read: row.read, draft: row.draft, prefs: row.prefs }).toEqual({
        member,
        read,
        draft,
        prefs,
      })
    }
  })
})

test('what is known to be one’s own stays so when its entry comes again without author and key', async () => {
  const db = await AccountDb.open(`own ${++databases}`)
  const post: Entry = {
    ...{ seq: 3, ord: 1, at: 5, author: 0, key: '', kind: 'message', code: 1, counted: true, target: 0 },
    ...{ silent: false, body: new Uint8Array(0), chain: '', overlay: null, tally: null },
  }
  await db.write(async (w) => {
    await storeEntries(w, 7, [post])
    const row = await w.entry(7, 3)
    if (row) await w.putEntry({ ...row, own: true, key: 'ab' })
    await storeEntries(w, 7, [post])
  })
  expect(await db.read((r) => r.entry(7, 3))).toMatchObject({ author: 0, own: true, key: 'ab' })
  db.close()
})
