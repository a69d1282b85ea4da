// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, Writer } from '../db'
import type {
  ChatPrefs,
  ChatRecord,
  DraftBody,
  Entry,
  Head,
  ReadMark,
  UserBody,
  UserRecord,
} from '../model/entry'
import { foldOwn, foldOwnChat, lastSent, type OwnChat, reads } from '../model/fold'
import type { AccountId, ChatId, Seq } from '../model/id'
import { readUserBody } from '../wire'
import { applyRead, countUnread } from './apply'

/** A row of the chat list as the server gives it, true for its head. */
export interface ServerChat {
  readonly info: ChatRecord
  readonly head: Head
  readonly last: Entry | null
  readonly unread: number
  readonly mentions: number
  readonly firstUnread: Seq
  readonly read: ReadMark
  readonly peerRead: Seq
  readonly draft: DraftBody
  readonly prefs: ChatPrefs
}

export const NO_PREFS: ChatPrefs = { mutedUntil: 0, archived: false, pinRank: 0, markedUnread: false }
export const NO_DRAFT: DraftBody = { text: '', entities: [], reply: 0, quote: '', at: 0 }

/** Stores what the server says of a chat. What came live since stays; what was not told yet stays too. */
export async function applyServerChat(w: Writer, me: AccountId, chat: ServerChat): Promise<void> {
  const known = await w.chat(chat.info.id)
  if (!known) {
    await w.putChat({
      ...chat,
      id: chat.info.id,
      readTo: chat.read.seq,
      draftDirty: false,
      asOf: chat.head.seq,
      ranges: [],
      floor: 0,
    })
    return
  }
  const row: ChatRow = {
    ...known,
    peerRead: Math.max(known.peerRead, chat.peerRead),
    draft: known.draftDirty ? known.draft : chat.draft,
    prefs: chat.prefs,
  }
  if (known.head.seq > chat.head.seq) {
    await w.putChat(await applyRead(w, row, chat.read.seq, me, chat.read))
    return
  }
  const { me: was } = known.info
  if (reads(was.role) && !reads(chat.info.me.role)) {
    await forget(w, { ...row, info: chat.info, head: chat.head, last: null })
    return
  }
  if (chat.info.me.from > was.from) await w.dropEntries(row.id, 0) // deleted, and back since
  const readTo = Math.max(known.readTo, chat.read.seq)
  const { head, last, read, unread, mentions, firstUnread } = chat
  const stranger = chat.info.stranger ?? known.info.stranger
  const info = { ...chat.info, stranger, sent: lastSent(known.info.sent, chat.info.sent) }
  const stored = info.me.from > was.from ? { ranges: [], floor: 0, asOf: head.seq } : {}
  const news: ChatRow = { ...row, ...stored, info, head, last, read, readTo, unread, mentions, firstUnread }
  await w.putChat(readTo > chat.read.seq ? await recounted(w, news, me) : news)
}

/** The person has read further than the server knows: its counts are too high. */
async function recounted(w: Writer, row: ChatRow, me: AccountId): Promise<ChatRow> {
  const counted = await countUnread(w, row, row.readTo, me)
  if (counted) return { ...row, ...counted }
  const between = row.head.seq - row.readTo
  return { ...row, unread: Math.min(row.unread, between), mentions: Math.min(row.mentions, between) }
}

/** What the user log's growth asks of the caller. */
export interface UserAsk {
  /** A gap, or a chat that is not here yet: sync. */
  readonly stale: boolean
  /** A device came or went. */
  readonly devices: boolean
}

/** Applies growth of the user log. Entries may come twice or late; a gap asks for a sync. */
export async function applyUserEntries(
  w: Writer,
  me: AccountId,
  entries: readonly Entry[],
): Promise<UserAsk> {
  const cursor = (await w.value('cursor')) ?? { incarnation: '', pos: '0', userSeq: 0 }
  let user = await w.value('user')
  if (!user) return { stale: true, devices: false }
  let { userSeq } = cursor
  let stale = false
  let devices = false
  for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) {
    if (entry.seq <= userSeq) continue
    if (entry.seq !== userSeq + 1) return { stale: true, devices }
    userSeq = entry.seq
    const body = readUserBody(entry)
    user = foldOwn(user, body)
    devices ||= body.kind === 'device'
    stale = (await applyToChat(w, me, body)) || stale
    await w.putValue('cursor', { ...cursor, userSeq })
    await w.putValue('user', user)
  }
  return { stale, devices }
}

/** Applies what an entry says of one chat; true when the chat has to be fetched. */
async function applyToChat(w: Writer, me: AccountId, body: UserBody): Promise<boolean> {
  if (!('chat' in body)) return false
  const row = await w.chat(body.chat)
  if (!row) return body.kind === 'myChat' && reads(body.member.role)
  const was = ownSideOf(row)
  const now = foldOwnChat(was, body)
  if (now === was) return false
  const info = { ...row.info, me: now.member }
  const [wasIn, nowIn] = [reads(was.member.role), reads(now.member.role)]
  // Out, or deleted and back since: nothing of before is shown again.
  if ((wasIn && !nowIn) || now.member.from > was.member.from) {
    await forget(w, { ...row, info, last: null })
    return nowIn
  }
  // What is typed here and not told yet is the newer one.
  const draft = row.draftDirty ? row.draft : now.draft
  const next = { ...row, info, draft, prefs: now.prefs }
  await w.putChat(now.read === was.read ? next : await applyRead(w, next, now.read.seq, me, now.read))
  return nowIn && !wasIn
}

function ownSideOf(row: ChatRow): OwnChat {
  const { info, read, draft, prefs } = row
  return { type: info.type, peer: info.peer, member: info.me, read, draft, prefs }
}

async function forget(w: Writer, row: ChatRow): Promise<void> {
  await w.dropEntries(row.id, 0)
  await w.putChat({ ...row, ranges: [], floor: 0, unread: 0, mentions: 0 })
}

/** The user log as the server folded it, where the cursor was too old or there was none. */
export async function applyUserState(w: Writer, user: UserRecord, userSeq: Seq): Promise<void> {
  const cursor = (await w.value('cursor')) ?? { incarnation: '', pos: '0', userSeq: 0 }
  await w.putValue('user', user)
  await w.putValue('cursor', { ...cursor, userSeq: Math.max(userSeq, cursor.userSeq) })
}

/** Chats that the server did not name in a full catch-up are not this account's any more. */
export async function dropStrangers(w: Writer, present: ReadonlySet<ChatId>): Promise<void> {
  for (const row of await w.chats()) {
    if (!present.has(row.id) && reads(row.info.me.role)) await w.dropChat(row.id)
  }
}
