// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, EntryRow, Writer } from '../db'
import type { ChatBody, ChatRecord, Entry, Head, Person, ReadMark } from '../model/entry'
import { currentBody, foldSettings, isUnread, lastSent, versionBy, withVersion } from '../model/fold'
import type { AccountId, ChatId, Seq } from '../model/id'
import { covers } from '../model/ranges'
import { readChatBody } from '../wire'
import { asOfAfter, runsOf, storeEntries, withRun } from './entries'

/** What the caller has to ask the server, because the log that came does not say it. */
export interface Ask {
  /** The row of this chat misses something: sync. */
  readonly stale: boolean
}

/** Growth of one chat log, as it comes live or in answer to a read. */
export interface Growth {
  readonly chat: ChatId
  readonly entries: readonly Entry[]
}

/** What a list of chats shows last. */
export function isSpoken(entry: Entry): boolean {
  return entry.kind === 'message' || entry.kind === 'service'
}

/** Applies growth; entries may come twice, late, or with a gap before them. */
export async function applyGrowth(w: Writer, me: AccountId, growth: Growth): Promise<Ask> {
  const row = await w.chat(growth.chat)
  if (!row) return { stale: true }
  let next: ChatRow = row
  let stale = false
  for (const run of runsOf(growth.entries)) {
    next = await storeRun(w, next, run)
    const news = run.filter((e) => e.seq > next.head.seq)
    if (news[0] && news[0].seq !== next.head.seq + 1) stale = true
    for (const entry of news) {
      const folded = await foldRow(w, next, entry, me)
      next = folded.row
      stale ||= folded.stale
    }
  }
  await w.putChat(next)
  return { stale }
}

async function storeRun(w: Writer, row: ChatRow, run: readonly Entry[]): Promise<ChatRow> {
  await storeEntries(w, row.id, run)
  const ranges = withRun(row.ranges, run)
  return { ...row, ranges, asOf: asOfAfter(row, ranges, run.at(-1)?.seq ?? 0) }
}

interface FoldedRow {
  readonly row: ChatRow
  readonly stale: boolean
}

/** Folds one new entry into the row of its chat. */
async function foldRow(w: Writer, row: ChatRow, entry: Entry, me: AccountId): Promise<FoldedRow> {
  const body = readChatBody(entry)
  const head: Head = { seq: entry.seq, ord: entry.ord, chain: entry.chain }
  const settings = withMe(foldSettings(row.info, entry, body), body, me)
  // Whatever the other writes, and that it accepts, says that it does.
  const waiting = settings.waiting && entry.author !== settings.peer
  const next = { ...row, head, info: { ...withSent(settings, entry, me), waiting } }
  if (isSpoken(entry)) return { row: withLine(next, entry, body, me), stale: false }
  if (entry.kind === 'edit') return { row: { ...next, last: mended(row.last, entry) }, stale: false }
  if (entry.kind === 'delete') return withDeletion(w, next, entry, me)
  return { row: next, stale: false }
}

/** One's own standing; of two the higher version stands. */
function withMe(info: ChatRecord, body: ChatBody, me: AccountId): ChatRecord {
  if (body.kind !== 'member') return info
  const { member } = body.change
  return member.account === me && member.version > info.me.version ? { ...info, me: member } : info
}

/** When one last wrote, as the server counts it: whatever became of the message since. */
function withSent(info: ChatRecord, entry: Entry, me: AccountId): ChatRecord {
  return entry.counted && entry.author === me ? { ...info, sent: lastSent(info.sent, entry.at) } : info
}

function mended(last: Entry | null, mend: Entry): Entry | null {
  return last?.seq === mend.target ? withVersion(last, versionBy(mend)) : last
}

function withLine(row: ChatRow, entry: Entry, body: ChatBody, me: AccountId): ChatRow {
  if (!isUnread(entry, me, row.readTo)) return { ...row, last: entry }
  const mention = body.kind === 'message' && body.message.speaksTo.includes(me)
  return {
    ...row,
    last: entry,
    unread: row.unread + 1,
    mentions: row.mentions + Number(mention),
    firstUnread: row.firstUnread || entry.seq,
  }
}

async function withDeletion(w: Writer, row: ChatRow, mend: Entry, me: AccountId): Promise<FoldedRow> {
  let last = row.last
  let stale = false
  if (last?.seq === mend.target) {
    last = await lineBefore(w, row, mend.target)
    stale = last === null
  }
  if (mend.target <= row.readTo) return { row: { ...row, last }, stale }
  // An unread message left: count again what is known, and ask where not all of it is.
  const counted = await countUnread(w, row, row.readTo, me)
  if (!counted) return { row: { ...row, last, unread: Math.max(0, row.unread - 1) }, stale: true }
  return { row: { ...row, last, ...counted }, stale }
}

/** The last stored line before a number that is not deleted; null where what is stored does not tell. */
async function lineBefore(w: Writer, row: ChatRow, seq: Seq): Promise<Entry | null> {
  for (let to = seq - 1; to > 0; to -= 50) {
    const from = Math.max(1, to - 49)
    if (!covers(row.ranges, from, to)) return null
    const lines = (await w.entries(row.id, from, to)).filter((e) => isSpoken(e) && !e.overlay?.redacted)
    const line = lines.at(-1)
    if (line) return line
  }
  return null
}

/** Whether an entry after a read mark speaks to the reader. */
export function speaksTo(me: AccountId, entry: Entry, readTo: Seq): boolean {
  if (entry.kind !== 'message' || !isUnread(entry, me, readTo)) return false
  const body = readChatBody({ kind: 'message', body: currentBody(entry) })
  return body.kind === 'message' && body.message.speaksTo.includes(me)
}

export interface UnreadCount {
  readonly unread: number
  readonly mentions: number
  readonly firstUnread: Seq
}

/** Counts what is unread after a number; null where not every entry since is stored. */
export async function countUnread(
  w: Writer,
  row: ChatRow,
  readTo: Seq,
  me: AccountId,
): Promise<UnreadCount | null> {
  if (readTo >= row.head.seq) return { unread: 0, mentions: 0, firstUnread: 0 }
  if (!covers(row.ranges, readTo + 1, row.head.seq) || row.asOf < row.head.seq) return null
  const rows = await w.entries(row.id, readTo + 1, row.head.seq)
  const unread = rows.filter((e) => isUnread(e, me, readTo))
  const mentions = unread.filter((e) => speaksTo(me, e, readTo)).length
  return { unread: unread.length, mentions, firstUnread: unread[0]?.seq ?? 0 }
}

/** Moves the read mark of a row forward, never back. `mark` is the server's word, if it is that. */
export async function applyRead(
  w: Writer,
  row: ChatRow,
  to: Seq,
  me: AccountId,
  mark: ReadMark | null,
): Promise<ChatRow> {
  const read = mark && mark.seq > row.read.seq ? mark : row.read
  const readTo = Math.max(to, row.readTo)
  if (readTo === row.readTo && read === row.read) return row
  const counted = await countUnread(w, row, readTo, me)
  if (counted) return { ...row, read, readTo, ...counted }
  // Without the entries in between only the count of all of them is known: an upper bound. The server's mark
  // tells it, and so does the entry that was read, where it is here.
  const told = mark && mark.seq >= readTo ? mark.ord : undefined
  const ord = told ?? (await w.entry(row.id, readTo))?.ord
  const most = ord === undefined ? row.unread : Math.max(0, row.head.ord - ord)
  const passed = row.mentions > 0 ? await w.entries(row.id, row.readTo + 1, readTo) : []
  const met = passed.filter((e) => speaksTo(me, e, row.readTo)).length
  const mentions = Math.max(0, Math.min(row.mentions - met, most))
  return { ...row, read, readTo, unread: Math.min(row.unread, most), mentions, firstUnread: readTo + 1 }
}

/** A page of history, or entries read forward: contiguous, and true for `head`. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly head: Head
  /** Nothing comes before the first entry. */
  readonly reachesStart: boolean
}

/**
 * Stores a page. False when it cannot be used: it was read before changes that were since fetched without
 * their entries, so it might bring back a version that is gone. Ask again.
 */
export async function applyPage(w: Writer, chat: ChatId, page: Page): Promise<boolean> {
  const row = await w.chat(chat)
  if (!row) return false
  const old = page.head.seq < row.asOf && !covers(row.ranges, page.head.seq + 1, row.asOf)
  if (old) return false
  const first = page.entries[0]
  if (!first) {
    if (page.reachesStart && row.floor === 0) await w.putChat({ ...row, floor: page.head.seq + 1 })
    return true
  }
  await storeEntries(w, chat, page.entries)
  const ranges = withRun(row.ranges, page.entries)
  const floor = page.reachesStart ? first.seq : row.floor
  const last = row.last ?? lineOf(page, row)
  await w.putChat({ ...row, ranges, floor, last, asOf: asOfAfter(row, ranges, page.head.seq) })
  return true
}

/** The last line of a page that reaches the head: a chat that was just joined is described without one. */
function lineOf(page: Page, row: ChatRow): Entry | null {
  if (Math.min(page.head.seq, page.entries.at(-1)?.seq ?? 0) < row.head.seq) return null
  return page.entries.findLast((e) => isSpoken(e) && !e.overlay?.redacted) ?? null
}

/** Stores today's version of entries that were changed, as they are at `asOf`. */
export async function applyMended(
  w: Writer,
  chat: ChatId,
  entries: readonly Entry[],
  asOf: Seq,
): Promise<void> {
  const row = await w.chat(chat)
  if (!row) return
  const known: Entry[] = []
  for (const entry of entries) if (await w.entry(chat, entry.seq)) known.push(entry)
  if (known.length > 0) await storeEntries(w, chat, known)
  await w.putChat({ ...row, asOf: Math.max(row.asOf, asOf) })
}

/** Forgets the stored entries of a chat: too much has changed to mend them one by one. */
export async function forgetEntries(w: Writer, chat: ChatId, asOf: Seq): Promise<void> {
  const row = await w.chat(chat)
  if (!row) return
  await w.dropEntries(chat, 0)
  await w.putChat({ ...row, ranges: [], asOf, floor: 0 })
}

/** Stores people as the server shows them. Presence is fleeting and not stored. */
export async function applyPeople(w: Writer, people: readonly Person[]): Promise<void> {
  for (const { online: _online, ...person } of people) {
    const known = await w.person(person.id)
    if (JSON.stringify(known) !== JSON.stringify(person)) await w.putPerson(person)
  }
}

/** Stores the tallies of entries that are here. */
export async function applyTally(
  w: Writer,
  chat: ChatId,
  seq: Seq,
  change: Partial<EntryRow>,
): Promise<void> {
  const row = await w.entry(chat, seq)
  if (row) await w.putEntry({ ...row, ...change })
}
