// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatActions, DirectActions, JoinTarget, SearchView } from '../../model'
import type { ChatPrefs, ChatRecord } from '../../model/entry'
import { isIn, reads } from '../../model/fold'
import type { ChatId } from '../../model/id'
import { Chats, call, chatOf, ErrorCode, personOf, Refusal, Sync } from '../../wire'
import type { Account } from '../account'
import { applyChatInfo } from '../history'
import { privateName } from '../present/people'
import { type Asker, acting, resolve, settleChat, signedIn } from './asking'

/** The largest time: muted for ever. */
const FOR_EVER = 9_223_372_036_854_775_807n
/** How long the answer to a forward is waited for before it goes on in the background. */
const OUTCOME_MS = 8_000
/** Names the server gives out; anything else need not be asked for. */
const NAME = /^@?[A-Za-z][A-Za-z0-9_]{3,31}$/

/** What a chat is to somebody who has not joined it. */
export function targetOf(info: ChatRecord, how: { approval: boolean; readable: boolean }): JoinTarget {
  const { role } = info.me
  return {
    chat: info.id || null,
    kind: info.type === 'channel' ? 'channel' : 'group',
    title: info.title,
    about: info.about,
    members: info.members || null,
    ...how,
    state: isIn(role) ? 'joined' : role === 'requested' ? 'requested' : 'open',
  }
}

async function search(asker: Asker, words: string): Promise<SearchView> {
  const account = signedIn(asker)
  const none: SearchView = { people: [], chats: [] }
  if (!NAME.test(words.trim())) return none
  try {
    const { person, chat, approval } = await resolve(account, words)
    if (person) asker.portraits?.note('account', person.id, personOf(person).photo)
    const found = chat && chatOf(chat)
    if (found?.photo) asker.portraits?.note('chat', found.id, { ...found.photo, open: true })
    const called = person && (privateName(account.mirror.user, person.id) || person.name)
    const people = person ? [{ account: person.id, name: called ?? '', username: person.username }] : []
    const chats = found ? [targetOf(found, { approval, readable: true })] : []
    return { people, chats }
  } catch (error) {
    if (error instanceof Refusal && unknown.has(error.code)) return none
    throw error
  }
}

const unknown: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.NOT_FOUND,
  ErrorCode.NAME_INVALID,
  ErrorCode.BAD_REQUEST,
])

/** For ever is more than a number holds exactly. */
const wireTime = (at: number) => (at >= Number(FOR_EVER) ? FOR_EVER : BigInt(at))

/** Changes wishes for one chat: at once here, then on the server; taken back when it refuses. */
async function setPrefs(account: Account, chat: ChatId, change: Partial<ChatPrefs>): Promise<void> {
  const before = account.chat(chat)?.prefs
  const put = (prefs: Partial<ChatPrefs>) =>
    account.db.write(async (w) => {
      const row = await w.chat(chat)
      if (row) await w.putChat({ ...row, prefs: { ...row.prefs, ...prefs } })
    })
  await put(change)
  const { mutedUntil, ...rest } = change
  const until = mutedUntil === undefined ? {} : { mutedUntilMs: wireTime(mutedUntil) }
  try {
    const prefs = { chat, ...rest, ...until }
    await call(account.tabs, Sync.method.setPrefs, { key: account.keys.make(), prefs })
  } catch (error) {
    if (before) await put(before)
    throw error
  }
}

export function chatActions(asker: Asker): ChatActions {
  const prefs = (chat: ChatId, change: Partial<ChatPrefs>) =>
    acting(() => setPrefs(signedIn(asker), chat, change))
  return {
    openDirect: (other) =>
      acting(async () => {
        const account = signedIn(asker)
        const known = [...account.mirror.chats.values()].find((row) => row.info.peer === other)
        if (known && reads(known.info.me.role)) return known.id
        const key = account.keys.make()
        const info = await call(account.tabs, Chats.method.openDirect, { key, account: other })
        await account.db.write((w) => applyChatInfo(w, info))
        return settleChat(account, info.id)
      }),
    direct: directActions(asker),
    search: (words) => acting(() => search(asker, words)),
    setPinned: (chat, pinned) => {
      const ranks = [...(asker.current?.mirror.chats.values() ?? [])].map((row) => row.prefs.pinRank)
      return prefs(chat, { pinRank: pinned ? Math.max(0, ...ranks) + 1 : 0 })
    },
    setArchived: (chat, archived) => prefs(chat, { archived }),
    setMuted: (chat, mutedUntil) => prefs(chat, { mutedUntil }),
    setMarkedUnread: (chat, markedUnread) => prefs(chat, { markedUnread }),
    setBlocked: (other, blocked) =>
      acting(async () => {
        const account = signedIn(asker)
        const block = { account: other, blocked }
        await call(account.tabs, Sync.method.setBlock, { key: account.keys.make(), block })
      }),
    forward: (from, messages, to, withSource) =>
      acting(async () => {
        const { outbox, state } = signedIn(asker)
        for (let i = 0; i < messages.length; i += 100) {
          const seqs = messages.slice(i, i + 100)
          const n = await outbox.add(to, { kind: 'forward', from, seqs, hideSource: !withSource })
          // Refused with a reason while somebody looks; without a connection it waits.
          if (state === 'online') await outbox.outcome(n, OUTCOME_MS)
        }
      }),
  }
}

function directActions(asker: Asker): DirectActions {
  return {
    accept: (chat) =>
      acting(async () => {
        const account = signedIn(asker)
        await call(account.tabs, Chats.method.answerInvitation, {
          chat,
          key: account.keys.make(),
          accept: true,
        })
      }),
    remove: (chat) =>
      acting(async () => {
        const account = signedIn(asker)
        await call(account.tabs, Chats.method.leave, { chat, key: account.keys.make() })
      }),
  }
}
