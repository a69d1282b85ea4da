// SPDX-License-Identifier: AGPL-3.0-or-later
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import type {
  ChatBody,
  Entry,
  EntryKind,
  ForwardBody,
  ImportedFrom,
  MessageBody,
  Photo,
  ReplyBody,
  UserBody,
} from '../model/entry'
import {
  contactOf,
  draftOf,
  invitationOf,
  memberOf,
  personalLinkOf,
  photoOf,
  prefsChangeOf,
  privacyOf,
  readOf,
  standingOf,
  typeOf,
} from './convert'
import { entitiesOf } from './entity'
import { ChatCreatedSchema, ChatInfoChangeSchema, MemberChangeSchema } from './gen/zolal/v1/chat_pb'
import * as entry from './gen/zolal/v1/entry_pb'
import { PhotoSchema } from './gen/zolal/v1/media_pb'
import * as people from './gen/zolal/v1/people_pb'
import * as sync from './gen/zolal/v1/sync_pb'
import { toHex } from './hex'
import { mediaOf, previewOf } from './media'

/** Reads bodies of entries. A body that does not decode is 'unknown': it is drawn as such and kept. */

function tryDecode<T extends DescMessage>(schema: T, bytes: Uint8Array): MessageShape<T> | null {
  try {
    return fromBinary(schema, bytes)
  } catch {
    return null
  }
}

function replyOf(r: entry.Reply | undefined): ReplyBody | null {
  if (!r) return null
  return {
    seq: r.seq,
    quote: r.quote,
    quoteEntities: entitiesOf(r.quoteEntities),
    quoteOffset: r.quoteOffset,
    author: r.author,
  }
}

function forwardOf(f: entry.Forward | undefined): ForwardBody | null {
  if (!f) return null
  const { name, account, chat, seq, signature } = f
  return { name, account, chat, seq, at: Number(f.atMs), signature }
}

function importedOf(i: entry.ImportedFrom | undefined): ImportedFrom | null {
  if (!i) return null
  const { author, authorId, viaBot } = i
  return { author, authorId, viaBot, number: Number(i.number), edited: Number(i.editedMs) }
}

/** Whom a message speaks to, by the server's own rule: a forwarded one was meant for others. */
function speaksTo(m: entry.Message): number[] {
  if (m.forward) return []
  const { MENTION, TEXT_MENTION } = entry.EntityKind
  const mentioned = m.entities.filter((e) => e.kind === MENTION || e.kind === TEXT_MENTION)
  return [m.reply?.author ?? 0, ...mentioned.map((e) => e.account)].filter((account) => account !== 0)
}

/** Reads the body of a message or of an edit; null when it does not decode. */
export function readMessage(bytes: Uint8Array): MessageBody | null {
  const m = tryDecode(entry.MessageSchema, bytes)
  if (!m) return null
  return {
    text: m.text,
    entities: entitiesOf(m.entities),
    reply: replyOf(m.reply),
    forward: forwardOf(m.forward),
    signature: m.signature,
    imported: importedOf(m.imported),
    attachments: m.attachments.map(({ kind, name, mime, bytes, width, height, seconds, emoji }) => {
      return { kind, name, mime, bytes: Number(bytes), width, height, seconds, emoji }
    }),
    media: mediaOf(m.media),
    album: toHex(m.album),
    preview: previewOf(m.preview),
    speaksTo: speaksTo(m),
    wording: m.wording ? { code: m.wording.code, values: { ...m.wording.values } } : null,
  }
}

/** An entry as far as its body is read of it; what only names a body may leave out where it stands. */
type Bodied = Pick<Entry, 'kind' | 'body'> & Partial<Pick<Entry, 'seq' | 'at' | 'target'>>

type Readers<B> = Partial<Record<EntryKind, (bytes: Uint8Array, e: Bodied) => B | null>>

function readPhoto(bytes: Uint8Array, { seq = 0, at = 0 }: Bodied): Photo | null {
  const p = tryDecode(PhotoSchema, bytes)
  return p && { ...photoOf(p), seq, at }
}

const chatReaders: Readers<ChatBody> = {
  message: (bytes) => {
    const message = readMessage(bytes)
    return message && { kind: 'message', message }
  },
  edit: (bytes) => {
    const message = readMessage(bytes)
    return message && { kind: 'edit', message }
  },
  service: (bytes) => {
    const s = tryDecode(entry.ServiceLineSchema, bytes)
    if (!s) return null
    return {
      kind: 'service',
      service: { action: s.action, values: { ...s.values }, imported: importedOf(s.imported) },
    }
  },
  chatCreated: (bytes) => {
    const c = tryDecode(ChatCreatedSchema, bytes)
    if (!c) return null
    const { title, about, owner, accounts, defaults, imported } = c
    return {
      kind: 'chatCreated',
      created: {
        title,
        about,
        owner,
        accounts,
        defaults,
        imported,
        type: typeOf(c.type),
        numberBase: Number(c.numberBase),
      },
    }
  },
  chatInfo: (bytes) => {
    const c = tryDecode(ChatInfoChangeSchema, bytes)
    if (!c) return null
    const { $typeName: _name, $unknown: _unknown, ...change } = c
    return { kind: 'chatInfo', change }
  },
  member: (bytes) => {
    const c = tryDecode(MemberChangeSchema, bytes)
    if (!c) return null
    return {
      kind: 'member',
      change: { member: memberOf(c.member), before: standingOf(c.before), reason: c.reason },
    }
  },
  chatPhoto: (bytes, e) => {
    const photo = readPhoto(bytes, e)
    return photo && { kind: 'chatPhoto', photo }
  },
  chatPhotoRemoved: () => ({ kind: 'chatPhotoRemoved' }),
  delete: () => ({ kind: 'delete' }),
  pin: () => ({ kind: 'pin' }),
  unpin: () => ({ kind: 'unpin' }),
  chatWide: () => ({ kind: 'chatWide' }),
  chatDeleted: () => ({ kind: 'chatDeleted' }),
}

const userReaders: Readers<UserBody> = {
  profile: (bytes) => {
    const p = tryDecode(sync.ProfileSchema, bytes)
    return p && { kind: 'profile', profile: { name: p.name, username: p.username, about: p.about } }
  },
  myChat: (bytes) => {
    const m = tryDecode(sync.MyChatSchema, bytes)
    if (!m) return null
    const { chat, peer } = m
    return { kind: 'myChat', chat, peer, type: typeOf(m.type), member: memberOf(m.member) }
  },
  read: (bytes) => {
    const r = tryDecode(sync.ReadMarkSchema, bytes)
    return r && { kind: 'read', chat: r.chat, mark: readOf(r) }
  },
  draft: (bytes) => {
    const d = tryDecode(sync.DraftSchema, bytes)
    return d && { kind: 'draft', chat: d.chat, draft: draftOf(d) }
  },
  chatPrefs: (bytes) => {
    const p = tryDecode(sync.ChatPrefsSchema, bytes)
    return p && { kind: 'chatPrefs', chat: p.chat, prefs: prefsChangeOf(p) }
  },
  block: (bytes) => {
    const b = tryDecode(sync.BlockSchema, bytes)
    return b && { kind: 'block', account: b.account, blocked: b.blocked }
  },
  privacy: (bytes) => {
    const p = tryDecode(sync.PrivacySchema, bytes)
    return p && { kind: 'privacy', privacy: privacyOf(p) }
  },
  device: (bytes) => {
    const d = tryDecode(sync.DeviceNoticeSchema, bytes)
    return d && { kind: 'device', device: d.device?.id ?? 0, removed: d.removed, reason: d.reason }
  },
  invitation: (bytes) => {
    const i = tryDecode(sync.InvitationSchema, bytes)
    return i && { kind: 'invitation', invitation: invitationOf(i) }
  },
  contact: (bytes) => {
    const c = tryDecode(people.ContactSchema, bytes)
    return c && { kind: 'contact', contact: contactOf(c), removed: c.removed }
  },
  personalLink: (bytes) => {
    const l = tryDecode(people.PersonalLinkSchema, bytes)
    return l && { kind: 'personalLink', link: personalLinkOf(l) }
  },
  accountPhoto: (bytes, e) => {
    const photo = readPhoto(bytes, e)
    return photo && { kind: 'accountPhoto', photo }
  },
  accountPhotoRemoved: (_bytes, { target = 0 }) => ({ kind: 'accountPhotoRemoved', target }),
}

/** Kinds whose body may have been erased: no bytes of it mean no body, not an empty one. */
const erasable: ReadonlySet<EntryKind> = new Set([
  'message',
  'edit',
  'service',
  'draft',
  'contact',
  'chatPhoto',
  'accountPhoto',
])

function isErased(e: Pick<Entry, 'kind' | 'body'>): boolean {
  return e.body.length === 0 && erasable.has(e.kind)
}

/** The body of a chat entry as it was written; not today's version. */
export function readChatBody(e: Bodied): ChatBody {
  return (isErased(e) ? null : chatReaders[e.kind]?.(e.body, e)) ?? { kind: 'unknown' }
}

/** The body of a user-log entry. */
export function readUserBody(e: Bodied): UserBody {
  return (isErased(e) ? null : userReaders[e.kind]?.(e.body, e)) ?? { kind: 'unknown' }
}
