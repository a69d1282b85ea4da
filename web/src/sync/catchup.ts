// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, Cursor } from '../db'
import type { AccountId, ChatId } from '../model/id'
import {
  type AddressList,
  type Caller,
  call,
  chatOf,
  draftOf,
  entryOf,
  fromHex,
  headOf,
  personOf,
  prefsOf,
  readOf,
  Sync,
  type SyncResponse,
  toHex,
  userOf,
} from '../wire'
import { applyPeople } from './apply'
import { applyServerChat, applyUserEntries, applyUserState, dropStrangers, type ServerChat } from './userlog'

const START: Cursor = { incarnation: '', pos: '0', userSeq: 0 }

/** Chats in one answer: enough that nearly every account needs one request. */
const CHATS = 500
/** A catch-up of so many pages has something wrong with it. */
const PAGES = 10_000

export interface CatchUpResult {
  readonly addresses: AddressList | null
  /** The server's clock, and the local time the question was asked at. */
  readonly serverMs: number
  readonly askedAt: number
  /** Something moved while pages were read: once more. */
  readonly again: boolean
}

type ServerState = SyncResponse['chats'][number]

function serverChatOf(state: ServerState): ServerChat[] {
  if (!state.chat) return []
  return [
    {
      info: chatOf(state.chat),
      head: headOf(state.chat.head),
      last: state.last ? entryOf(state.last) : null,
      unread: state.unread,
      mentions: state.mentions,
      firstUnread: state.firstUnreadSeq,
      read: readOf(state.read),
      peerRead: state.peerReadSeq,
      draft: draftOf(state.draft),
      prefs: prefsOf(state.prefs),
    },
  ]
}

/**
 * Catches up by one request (more only where more chats moved than fit one answer). What an answer brings is
 * stored with the cursor in one transaction; the position moves only when all of it is here.
 */
export async function catchUp(db: AccountDb, caller: Caller, me: AccountId): Promise<CatchUpResult> {
  const [from = START, user] = await db.read((r) => Promise.all([r.value('cursor'), r.value('user')]))
  // An older version of the app passed over what it did not know: the state has it.
  const userSeq = user && !user.contacts ? 0 : from.userSeq
  const present = new Set<ChatId>()
  let pos = from.pos
  let skip = 0
  for (let page = 0; page < PAGES; page++) {
    const askedAt = Date.now()
    const response = await call(caller, Sync.method.sync, {
      incarnation: fromHex(from.incarnation),
      pos: BigInt(from.pos),
      userSeq,
      limit: CHATS,
      skip,
    })
    const incarnation = toHex(response.incarnation)
    if (from.incarnation !== '' && incarnation !== from.incarnation) {
      const { rewind } = await import('./rewind')
      await rewind(db, caller, incarnation)
      return catchUp(db, caller, me)
    }
    // Chats that move while pages are read come after the first page's position: the next sync has them.
    if (page === 0) pos = String(response.pos)
    const more = response.more && response.chats.length > 0
    await store(db, me, { response, incarnation, present, pos: more ? from.pos : pos })
    if (!more) {
      if (from.pos === '0') await db.write((w) => dropStrangers(w, present))
      const { addresses = null, serverMs } = response
      return { addresses, serverMs: Number(serverMs), askedAt, again: page > 0 }
    }
    skip += response.chats.length
  }
  throw new Error('a catch-up without end')
}

interface Received {
  readonly response: SyncResponse
  readonly incarnation: string
  readonly present: Set<ChatId>
  readonly pos: string
}

async function store(db: AccountDb, me: AccountId, received: Received): Promise<void> {
  const { response, incarnation, present, pos } = received
  await db.write(async (w) => {
    await applyPeople(w, response.people.map(personOf))
    for (const chat of response.chats.flatMap(serverChatOf)) {
      present.add(chat.info.id)
      await applyServerChat(w, me, chat)
    }
    for (const state of response.chats) {
      const people = [state.lastAuthor, state.chat?.peer].filter((p) => p !== undefined)
      await applyPeople(w, people.map(personOf))
    }
    if (response.state) await applyUserState(w, userOf(response.state), response.userHead?.seq ?? 0)
    else await applyUserEntries(w, me, response.userEntries.map(entryOf))
    const cursor = (await w.value('cursor')) ?? START
    await w.putValue('cursor', { ...cursor, incarnation, pos })
  })
}
