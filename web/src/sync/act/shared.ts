// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, EntryRow } from '../../db'
import { AppError, type MessageView, type SharedAsk, type SharedKind, type SharedPage } from '../../model'
import type { Entry } from '../../model/entry'
import { currentBody } from '../../model/fold'
import type { AccountId } from '../../model/id'
import { isShared } from '../../model/search'
import { call, entryOf, readChatBody, toAppError } from '../../wire'
import { Search, SearchKind } from '../../wire/search'
import type { Account } from '../account'
import { Live } from '../live'
import { type MessageContext, messageViewOf } from '../present/message'
import { People } from '../present/people'
import { startOf } from '../window'

const PAGE = 48
/** Entries looked through on this device, where the server cannot be asked. */
const LOOKED = 5000

const kinds: Record<SharedKind, SearchKind> = {
  pictures: SearchKind.PICTURES,
  gifs: SearchKind.GIFS,
  files: SearchKind.FILES,
  links: SearchKind.LINKS,
  voice: SearchKind.VOICE,
  music: SearchKind.MUSIC,
}

/** What was shared in a chat: by the server, or where that cannot say, of what this device holds. */
export async function sharedIn(account: Account, ask: SharedAsk): Promise<SharedPage> {
  const row = account.mirror.chats.get(ask.chat)
  if (!row) throw new AppError('NOT_FOUND')
  try {
    if (account.state !== 'online') throw new AppError('OFFLINE')
    return await there(account, row, ask)
  } catch (error) {
    // What this device holds goes behind no page of the server's: it would be there twice.
    const silent = ['OFFLINE', 'SEARCH_OFF', 'UNKNOWN_METHOD'].includes(toAppError(error).code)
    if (silent && !ask.after) return here(account, row, ask)
    throw error
  }
}

async function there(account: Account, row: ChatRow, ask: SharedAsk): Promise<SharedPage> {
  const { found, cursor, total, people, indexing, indexedPercent } = await call(
    account.tabs,
    Search.method.messages,
    {
      chat: row.id,
      kind: kinds[ask.kind],
      sinceMs: BigInt(ask.since ?? 0),
      untilMs: BigInt(ask.until ?? 0),
      cursor: Uint8Array.from(ask.after ?? []),
      limit: PAGE,
    },
  )
  const names = new Map(people.map((person) => [person.id, person.name]))
  const entries = found.flatMap(({ entry }) => (entry ? [entryOf(entry)] : []))
  return {
    messages: viewsOf(account, row, await withOwn(account, row, entries), names),
    next: cursor.length > 0 ? cursor : null,
    total,
    percent: indexing ? indexedPercent : 100,
    here: false,
  }
}

/** Channels hide keys and authors: a post of one's own is known here as the one the chat shows. */
function withOwn({ db }: Account, { id }: ChatRow, entries: readonly Entry[]): Promise<Entry[]> {
  return db.read((r) => {
    return Promise.all(
      entries.map(async (entry) => {
        const known = await r.entry(id, entry.seq)
        return known?.own ? { ...entry, own: true, key: known.key } : entry
      }),
    )
  })
}

async function here(account: Account, row: ChatRow, ask: SharedAsk): Promise<SharedPage> {
  const last = row.ranges.at(-1)?.[1] ?? 0
  const rows = await account.db.read((r) => r.entries(row.id, Math.max(startOf(row), last - LOOKED), last))
  const carrying = rows.filter((entry) => {
    if (entry.kind !== 'message' || entry.overlay?.redacted) return false
    if (entry.at < (ask.since ?? 0) || (ask.until && entry.at >= ask.until)) return false
    const body = readChatBody({ kind: entry.kind, body: currentBody(entry) })
    return body.kind === 'message' && isShared(ask.kind, body.message)
  })
  const messages = viewsOf(account, row, carrying.reverse(), new Map())
  return { messages, next: null, total: messages.length, percent: 100, here: true }
}

/** People as they are called here, and by the names that came with an answer. */
class Named extends People {
  readonly #names: ReadonlyMap<AccountId, string>

  constructor({ mirror, me }: Account, names: ReadonlyMap<AccountId, string>) {
    super(mirror, new Live(0), me, () => {})
    this.#names = names
  }

  override publicName(account: AccountId): string {
    return super.publicName(account) || (this.#names.get(account) ?? '')
  }
}

function viewsOf(
  account: Account,
  row: ChatRow,
  entries: readonly Entry[],
  names: ReadonlyMap<AccountId, string>,
): MessageView[] {
  const context: MessageContext = {
    row,
    me: account.me,
    people: new Named(account, names),
    now: account.now(),
    find: () => undefined,
    editOf: () => undefined,
    isLeaving: () => false,
  }
  return entries.flatMap((entry) => {
    const one: EntryRow = { ...entry, chat: row.id }
    return messageViewOf(context, one) ?? []
  })
}
