// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, EntryRow } from '../../db'
import type { FoundPage, FoundView, PersonRef, PublicView, SearchActions, SearchAsk } from '../../model'
import type { Entry } from '../../model/entry'
import { currentBody, reads } from '../../model/fold'
import { Query, type WordRange } from '../../model/words'
import { call, chatOf, entryOf, readChatBody, Silence } from '../../wire'
import { Search, type WireChatInfo, WireChatType } from '../../wire/search'
import type { Account } from '../account'
import { privateName } from '../present/people'
import { startOf } from '../window'
import { type Asker, acting, signedIn } from './asking'
import { targetOf } from './chats'
import { sharedIn } from './shared'

const PAGE = 30
/** Of searches on this device: entries looked through in one chat, and messages found. */
const LOOKED = 5000
const FOUND_HERE = 50
const RECENT = 8

/** Finding messages and public chats: by the server, or without network in what this device holds. */
export function searchActions(asker: Asker): SearchActions {
  return {
    messages: (ask) =>
      acting(async () => {
        const account = signedIn(asker)
        if (account.state !== 'online') return searchHere(account, ask)
        try {
          return await searchThere(account, ask)
        } catch (error) {
          if (error instanceof Silence) return searchHere(account, ask)
          throw error
        }
      }),
    shared: (ask) => acting(() => sharedIn(signedIn(asker), ask)),
    publicChats: (text) =>
      acting(async () => {
        const account = signedIn(asker)
        if (account.state !== 'online' || new Query(text).empty) return []
        const { chats } = await call(account.tabs, Search.method.public, { text, limit: 20 })
        return chats.map((info) => publicOf(asker, info))
      }),
    directory: ({ kind, after }) =>
      acting(async () => {
        const account = signedIn(asker)
        const type = kind === 'channel' ? WireChatType.CHANNEL : WireChatType.GROUP
        const page = { type, cursor: Uint8Array.from(after ?? []), limit: PAGE }
        const { chats, cursor } = await call(account.tabs, Search.method.directory, page)
        return {
          chats: chats.flatMap(({ chat, lastMs }) =>
            chat ? [{ ...publicOf(asker, chat), lastAt: Number(lastMs) || null }] : [],
          ),
          next: cursor.length > 0 ? cursor : null,
        }
      }),
    recent: async () => (await asker.current?.db.read((r) => r.value('searches'))) ?? [],
    remember: async (text) => {
      const said = text.trim()
      if (said === '') return
      await asker.current?.db.write(async (w) => {
        const before = (await w.value('searches')) ?? []
        await w.putValue('searches', [said, ...before.filter((other) => other !== said)].slice(0, RECENT))
      })
    },
    forget: async () => {
      await asker.current?.db.write((w) => w.putValue('searches', []))
    },
  }
}

/** A public chat as one who is not in it sees it. */
function publicOf(asker: Asker, info: WireChatInfo): PublicView {
  const chat = chatOf(info)
  if (chat.photo) asker.portraits?.note('chat', chat.id, { ...chat.photo, open: true })
  return { ...targetOf(chat, { approval: chat.joinApproval, readable: true }), name: chat.name }
}

async function searchThere(account: Account, ask: SearchAsk): Promise<FoundPage> {
  const answer = await call(account.tabs, Search.method.messages, {
    text: ask.text,
    chat: ask.chat ?? 0,
    author: ask.author ?? 0,
    sinceMs: BigInt(ask.since ?? 0),
    untilMs: BigInt(ask.until ?? 0),
    cursor: Uint8Array.from(ask.after ?? []),
    limit: PAGE,
  })
  const names = new Map(answer.people.map((person) => [person.id, person.name]))
  const found = answer.found.flatMap(({ chat, entry, ranges }) => {
    const at = ranges.map(({ offset, length }) => ({ start: offset, end: offset + length }))
    const view = entry && viewOf(account, { chat, entry: entryOf(entry), ranges: at, names })
    return view ? [view] : []
  })
  return {
    found,
    next: answer.cursor.length > 0 ? answer.cursor : null,
    total: ask.chat ? answer.total : null,
    percent: answer.indexing ? answer.indexedPercent : 100,
    here: false,
  }
}

interface Hit {
  readonly chat: number
  readonly entry: Entry
  /** null: wherever the query says. */
  readonly ranges: readonly WordRange[]
  readonly names: ReadonlyMap<number, string>
}

function viewOf(account: Account, { chat, entry, ranges, names }: Hit): FoundView | null {
  const body = readChatBody({ kind: entry.kind, body: currentBody(entry) })
  if (body.kind !== 'message' || entry.overlay?.redacted) return null
  const label = body.message.signature || body.message.imported?.author || ''
  return {
    chat,
    seq: entry.seq,
    at: entry.at,
    author: entry.author
      ? personOf(account, entry.author, names)
      : label
        ? { account: null, name: label }
        : null,
    own: entry.author === account.me || entry.own === true,
    text: body.message.text,
    ranges,
  }
}

/** Somebody as the reader calls them. */
function personOf(account: Account, id: number, names: ReadonlyMap<number, string>): PersonRef {
  const { mirror } = account
  const name = privateName(mirror.user, id) || mirror.people.get(id)?.name || names.get(id) || ''
  return { account: id, name }
}

/** Looks through what is stored here, chat by chat, the newest first. */
async function searchHere(account: Account, ask: SearchAsk): Promise<FoundPage> {
  const query = new Query(ask.text)
  const found: FoundView[] = []
  if (!query.empty || ask.author) {
    for (const row of account.mirror.chats.values()) {
      if (ask.chat ? row.id === ask.chat : reads(row.info.me.role)) {
        found.push(...(await foundIn(account, row, ask, query)))
      }
    }
  }
  found.sort((a, b) => b.at - a.at || b.chat - a.chat || b.seq - a.seq)
  const most = ask.chat ? found.length : FOUND_HERE
  const total = ask.chat ? found.length : null
  return { found: found.slice(0, most), next: null, total, percent: 100, here: true }
}

async function foundIn(account: Account, row: ChatRow, ask: SearchAsk, query: Query): Promise<FoundView[]> {
  const last = row.ranges.at(-1)?.[1] ?? 0
  const from = Math.max(startOf(row), last - LOOKED)
  const entries = await account.db.read((r) => r.entries(row.id, from, last))
  return entries.flatMap((entry: EntryRow) => {
    if (entry.kind !== 'message' || (ask.author && entry.author !== ask.author)) return []
    if (entry.at < (ask.since ?? 0) || (ask.until && entry.at >= ask.until)) return []
    const view = viewOf(account, { chat: row.id, entry, ranges: [], names: new Map() })
    const ranges = view && query.match(view.text)
    return view && ranges ? [{ ...view, ranges }] : []
  })
}
