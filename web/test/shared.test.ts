// SPDX-License-Identifier: AGPL-3.0-or-later
import { create, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import type { MessageView } from '../src/model'
import type { MessageBody } from '../src/model/entry'
import { isShared, SHARED } from '../src/model/search'
import type { Account } from '../src/sync/account'
import { sharedIn } from '../src/sync/act/shared'
import { byMonth } from '../src/ui/shared/months'
import { Kind } from '../src/wire/gen/zolal/v1/entry_pb'
import { Search } from '../src/wire/search'

const kindsOf = (body: object) => SHARED.filter((kind) => isShared(kind, body as MessageBody))

test('a message is shared as what it carries, and as a link where one is in its text', () => {
  const url = { kind: 'url', offset: 0, length: 3 }
  const link = { kind: 'textLink', offset: 0, length: 3, url: 'https://example.org' }
  const bold = { kind: 'bold', offset: 0, length: 3 }
  expect(kindsOf({ media: { kind: 'photo' }, entities: [] })).toEqual(['pictures'])
  expect(kindsOf({ media: { kind: 'video' }, entities: [url] })).toEqual(['pictures', 'links'])
  expect(kindsOf({ media: { kind: 'gif' }, entities: [] })).toEqual(['gifs'])
  expect(kindsOf({ media: { kind: 'file' }, entities: [] })).toEqual(['files'])
  expect(kindsOf({ media: { kind: 'voice' }, entities: [] })).toEqual(['voice'])
  expect(kindsOf({ media: { kind: 'audio' }, entities: [] })).toEqual(['music'])
  expect(kindsOf({ media: { kind: 'location' }, entities: [] })).toEqual([])
  expect(kindsOf({ media: null, entities: [link] })).toEqual(['links'])
  expect(kindsOf({ media: null, entities: [bold] })).toEqual([])
})

test('without the server there is what this device holds, once, behind no page of the server', async () => {
  const row = { id: 7, ranges: [], floor: 1, info: { me: { from: 1 } } }
  const mirror = { chats: new Map([[7, row]]) }
  const db = { read: async () => [] }
  const account = { state: 'offline', mirror, db, me: 1, now: () => 0 } as unknown as Account
  const ask = { chat: 7, kind: 'files' } as const
  expect(await sharedIn(account, ask)).toMatchObject({ here: true, next: null })
  await expect(sharedIn(account, { ...ask, after: new Uint8Array([1]) })).rejects.toMatchObject({
    code: 'OFFLINE',
  })
})

test('of a channel, which hides keys and authors, own posts are those that the chat shows', async () => {
  const { output } = Search.method.messages
  const found = [8, 5].map((seq) => ({ entry: { seq, envelope: { kind: Kind.MESSAGE, counted: true } } }))
  const answer = toBinary(output, create(output, { found, total: 2 }))
  const me = { role: 'owner', from: 1 }
  const row = { id: 7, ranges: [], floor: 1, info: { type: 'channel', name: '', pinned: [], me } }
  const stored = new Map([[8, { seq: 8, own: true, key: 'a0b1' }]])
  const reader = { entry: async (_: number, seq: number) => stored.get(seq) }
  const account = {
    state: 'online',
    mirror: { chats: new Map([[7, row]]), people: new Map(), outbox: [] },
    db: { read: (what: (r: typeof reader) => unknown) => what(reader) },
    tabs: { request: async () => answer },
    me: 1,
    now: () => 0,
  } as unknown as Account
  const { messages } = await sharedIn(account, { chat: 7, kind: 'links' })
  expect(messages.map(({ key, own }) => ({ key, own }))).toEqual([
    { key: 'a0b1', own: true },
    { key: '5', own: false },
  ])
})

test('what was shared stands under its month, the newest first', () => {
  const at = (...times: number[]) => times.map((time) => ({ at: time, key: String(time) }) as MessageView)
  const months = byMonth(at(25, 21, 14, 3), (time) => `m${Math.floor(time / 10)}`)
  expect(months.map(({ name, messages }) => [name, messages.map(({ at }) => at)])).toEqual([
    ['m2', [25, 21]],
    ['m1', [14]],
    ['m0', [3]],
  ])
  expect(byMonth([], String)).toEqual([])
})
