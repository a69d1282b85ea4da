// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, LoadedRow } from '../../db'
import type { Cleaning, KeptKind, KeptView } from '../../model'
import type { ChatId } from '../../model/id'
import { spentAs } from '../../wire/spent'
import type { Account } from '../account'
import { forgetEntries } from '../apply'
import type { Loads } from './loads'

/** So many entries of a chat are weighed; the rest is taken to be like them. */
const WEIGHED = 100
const SHELL = 'zolal-files'

/** What this device keeps that can be loaded again, by chat and kind. */
export async function keptOf(account: Account, loads: Loads): Promise<KeptView> {
  const byChat = new Map<ChatId, Partial<Record<KeptKind, number>>>()
  const add = (chat: ChatId, kind: KeptKind, bytes: number) => {
    if (bytes === 0) return
    const of = byChat.get(chat) ?? {}
    byChat.set(chat, { ...of, [kind]: (of[kind] ?? 0) + bytes })
  }
  for (const { chat, kind, got } of await loaded(loads)) add(chat, spentAs(kind), got)
  for (const row of account.mirror.chats.values()) add(row.id, 'messages', await weightOf(account, row))
  const chats = [...byChat].map(([chat, bytes]) => ({ chat, bytes }))
  const whole = ({ bytes }: { bytes: object }) =>
    Object.values(bytes).reduce((sum: number, each: number) => sum + each, 0)
  chats.sort((a, b) => whole(b) - whole(a))
  const { quota = null } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
  return { chats, app: await appSize(), room: quota }
}

/** Cleans what can be loaded again. Drafts, and what waits to be sent with its files, are no part of it. */
export async function clean(account: Account, loads: Loads, { kinds, chat }: Cleaning): Promise<void> {
  const those = (await loaded(loads)).filter(
    (row) => (chat === null || row.chat === chat) && kinds.includes(spentAs(row.kind)),
  )
  await loads.dropped(those)
  if (!kinds.includes('messages')) return
  for (const id of chat === null ? [...account.mirror.chats.keys()] : [chat]) {
    await account.db.write(async (w) => {
      const row = await w.chat(id)
      if (row) await forgetEntries(w, id, row.head.seq)
    })
  }
}

async function loaded(loads: Loads): Promise<LoadedRow[]> {
  return (await (await loads.db)?.all().catch(() => [])) ?? []
}

async function weightOf({ db }: Account, { id, ranges }: ChatRow): Promise<number> {
  const [, last = 0] = ranges.at(-1) ?? []
  const some = await db.read((r) => r.entries(id, Math.max(1, last - WEIGHED + 1), last))
  if (some.length === 0) return 0
  const count = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0)
  return Math.round((weigh(some) / some.length) * count)
}

/** About how many bytes a value takes. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return value.length * 2
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value)) return value.byteLength
  return Object.entries(value).reduce((sum, [name, each]) => sum + name.length + weigh(each), 0)
}

async function appSize(): Promise<number> {
  if (typeof caches === 'undefined' || !(await caches.has(SHELL))) return 0
  const cache = await caches.open(SHELL)
  let sum = 0
  for (const request of await cache.keys()) {
    const answer = await cache.match(request)
    sum += (await answer?.blob())?.size ?? 0
  }
  return sum
}
