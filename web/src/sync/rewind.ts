// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, ChatRow, FileRow, OwnRow, Writer } from '../db'
import type { ChatId, Seq } from '../model/id'
import { cutAbove } from '../model/ranges'
import { type Caller, call, ErrorCode, fromHex, Refusal, Sync } from '../wire'
import { rebased } from './outbox'

/** Samples in one question. */
const SAMPLES = 64
/** Chats asked about at once. */
const AT_ONCE = 4

interface Sample {
  readonly seq: Seq
  readonly chain: string
}

/**
 * The server is another life of itself: it was restored from a backup. Finds for every chat the last entry
 * both sides share, drops what lies beyond it, and puts what this device had written there back into the
 * outbox, under the same keys. Interrupted, it is simply done again: the cursor keeps the old incarnation
 * until the end, and each chat is cut in one transaction with what is offered again.
 */
export async function rewind(db: AccountDb, caller: Caller, incarnation: string): Promise<void> {
  const queue = await db.read((r) => r.chats())
  const worker = async () => {
    for (let row = queue.pop(); row; row = queue.pop()) {
      const { id } = row
      const common = await commonOf(db, caller, row)
      await db.write((w) => cut(w, id, common), 'strict')
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  await db.write((w) => w.putValue('cursor', { incarnation, pos: '0', userSeq: 0 }), 'strict')
}

/** The greatest stored entry that the server has too; 0 if there is none. */
async function commonOf(db: AccountDb, caller: Caller, row: ChatRow): Promise<Seq> {
  const known = await samplesOf(db, row)
  // Entries below `low` are shared, those from `high` on are not; each question narrows what lies between.
  let low = 0
  let high = known.length
  while (low < high) {
    const places = spread(low, high)
    const samples = places.map((i) => known[i]).filter((s) => s !== undefined)
    const common = await ask(caller, row.id, samples)
    const matched = samples.filter((s) => s.seq <= common).length
    const [last, next] = [places[matched - 1], places[matched]]
    if (last !== undefined) low = last + 1
    if (next !== undefined) high = next
  }
  return known[low - 1]?.seq ?? 0
}

/** Everything of a chat whose chain is known, ascending: its entries and its head. */
async function samplesOf(db: AccountDb, row: ChatRow): Promise<Sample[]> {
  const rows = await db.read((r) => r.entries(row.id, 1, Number.MAX_SAFE_INTEGER))
  const samples = new Map(rows.map((e) => [e.seq, e.chain]))
  if (row.head.seq > 0) samples.set(row.head.seq, row.head.chain)
  return [...samples]
    .map(([seq, chain]) => ({ seq, chain }))
    .filter((s) => s.chain !== '')
    .sort((a, b) => a.seq - b.seq)
}

/** Up to 64 places from `low` to below `high`, ascending: evenly spread, both ends among them. */
function spread(low: number, high: number): number[] {
  const count = Math.min(SAMPLES, high - low)
  if (count === 1) return [low]
  return Array.from({ length: count }, (_, i) => low + Math.round((i * (high - 1 - low)) / (count - 1)))
}

/** The restored server does not have this chat, or not this account in it. */
const gone: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.NOT_FOUND,
  ErrorCode.NOT_MEMBER,
  ErrorCode.FORBIDDEN,
  ErrorCode.BANNED,
  ErrorCode.CHAT_DELETED,
])

async function ask(caller: Caller, chat: ChatId, ascending: readonly Sample[]): Promise<Seq> {
  const samples = [...ascending].reverse().map(({ seq, chain }) => ({ seq, chain: fromHex(chain) }))
  try {
    return (await call(caller, Sync.method.common, { chat, samples })).seq
  } catch (error) {
    if (error instanceof Refusal && gone.has(error.code)) return 0
    throw error
  }
}

async function cut(w: Writer, chat: ChatId, common: Seq): Promise<void> {
  const row = await w.chat(chat)
  if (!row) return
  await offerAgain(w, chat, common)
  await w.dropEntries(chat, common)
  const kept = await w.entries(chat, 1, common)
  // What an entry beyond replaced is not here any more: those who need it fetch it again.
  const torn = kept.some((e) => (e.overlay?.by ?? 0) > common)
  if (torn) await w.dropEntries(chat, 0)
  const { info, read, last } = row
  await w.putChat({
    ...row,
    ranges: torn ? [] : cutAbove(row.ranges, common),
    asOf: Math.min(row.asOf, common),
    readTo: Math.min(row.readTo, common),
    peerRead: Math.min(row.peerRead, common),
    read: read.seq > common ? { seq: 0, ord: 0 } : read,
    head: { seq: common, ord: 0, chain: '' },
    last: last && (last.seq > common || (last.overlay?.by ?? 0) > common) ? null : last,
    info: { ...info, facts: 0, sent: 0, me: { ...info.me, version: 0 } },
  })
}

/** What this device wrote beyond `common` waits again, before anything that waits already. */
async function offerAgain(w: Writer, chat: ChatId, common: Seq): Promise<void> {
  const own = (await w.ownWrites(chat, common)).sort((a, b) => (a.key < b.key ? -1 : 1))
  const waiting = (await w.outbox()).filter((item) => item.chat === chat)
  for (const { key } of own) await w.dropOwn(key)
  const files = new Map<OwnRow['item'], FileRow[]>()
  for (const item of waiting) {
    files.set(item, await w.filesOf(item.n))
    await w.dropOutbox(item.n)
  }
  const items = [...own.map((row) => row.item), ...waiting.filter((item) => item.state !== 'sent')]
  for (const item of items) {
    const again = rebased({ ...item, n: 0 }, common)
    if (!again) continue
    const { n: _n, ...fresh } = again
    const state = item.state === 'failed' || item.state === 'uploading' ? item.state : 'waiting'
    const n = await w.addOutbox({ ...fresh, state, seqs: [], notBefore: 0 })
    for (const file of files.get(item) ?? []) await w.putFile({ ...file, item: n })
  }
}
