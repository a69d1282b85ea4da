// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { THROUGH } from '../src/sync/history'
import { Live } from '../src/sync/live'
import { ChatSession } from '../src/sync/open'
import { People } from '../src/sync/present/people'
import { ErrorCode } from '../src/wire'
import { openTab, stored, type Tab } from './server/device'
import { Gate } from './server/gate'
import { until } from './server/node'
import { World } from './server/world'

vi.setConfig({ testTimeout: 30_000 })

let world: World
let gate: Gate
let tab: Tab
let chat: ChatSession
/** Where "@" was said to the reader, far from each other. */
let calls: number[]

const lines = (count: number) => {
  for (let i = 0; i < count; i++) world.say(7, 2, `line ${i}`)
}
const view = () => chat.view.get()
const seqs = () => view().messages.map(({ seq }) => seq)

beforeEach(async () => {
  world = new World()
  gate = await new Gate(world).up()
  world.gates.push(gate)
  for (const [id, name] of ['', 'Ada', 'Babak'].entries()) if (id > 0) world.addAccount(id, name)
  world.addChat(7, [1, 2])
  calls = []
  for (let i = 0; i < 2; i++) {
    lines(1200)
    calls.push(world.say(7, 2, 'you there?', { mention: 1 }))
  }
  lines(200)
  tab = await openTab(gate, 1)
  await until('caught up', () => tab.account.chat(7)?.head.seq === world.head(7))
  const live = new Live(1000)
  const people = new People(tab.account.mirror, live, 1, () => {})
  const context = { account: tab.account, people, live, closed: () => {} }
  const asks = { requests: async () => 0, suggest: async () => [], members: async () => [] }
  chat = new ChatSession({ ...context, ...asks }, 7, null)
  await until('drawn', () => view().state === 'ready' && view().messages.length > 0)
})

afterEach(async () => {
  chat.close()
  await tab.account.close()
  await gate.down()
})

test('who goes to what was deleted, far from what is stored, stays where they were', async () => {
  const [, gone = 0] = calls
  world.remove(7, 2, gone)
  const here = seqs()
  expect(here).not.toContain(gone)
  expect(await chat.history.loadAround(gone)).toBe(false)
  await chat.redraw()
  expect(seqs()).toEqual(here)
  expect(await chat.history.loadAround(gone + 1)).toBe(true)
})

test('who goes to what cannot be fetched stays where they were', async () => {
  const here = seqs()
  gate.fail('Messages/Page', ErrorCode.INTERNAL)
  await expect(chat.history.loadAround(calls[1] ?? 0)).rejects.toThrow()
  await chat.redraw()
  expect(seqs()).toEqual(here)
})

test('messages that speak to the reader are counted and found wherever they lie', async () => {
  const [first = 0, second = 0] = calls
  expect((await stored(tab, 7)).some(({ seq }) => calls.includes(seq))).toBe(false)
  expect(view()).toMatchObject({ mentions: [], mentionsAway: 2 })
  expect(await chat.findMention(null)).toBe(first)
  expect(view()).toMatchObject({ mentions: [first], mentionsAway: 1 })
  expect(await chat.history.loadAround(first)).toBe(true)
  // Not past one that is known.
  expect(await chat.findMention(first)).toBeNull()
  expect(await chat.findMention(null)).toBe(second)
  expect(view()).toMatchObject({ mentions: [first, second], mentionsAway: 0 })
})

test('that the reader went to the newest message takes away none that was not seen', async () => {
  await chat.history.loadLatest()
  chat.history.markRead(world.head(7))
  await until('all is read', () => view().unread === 0 && tab.account.chat(7)?.mentions === 0)
  expect(view()).toMatchObject({ mentions: [], mentionsAway: 2 })
  expect(await chat.findMention(null)).toBe(calls[0])
})

test('of one that was deleted meanwhile no count stays once it was looked for', async () => {
  const [first = 0, second = 0] = calls
  chat.history.markRead(world.head(7))
  await until('all is read', () => tab.account.chat(7)?.mentions === 0)
  for (const seq of [first, second]) world.remove(7, 2, seq)
  expect(await chat.findMention(null)).toBeNull()
  expect(view()).toMatchObject({ mentions: [], mentionsAway: 0 })
})

test('what a draft answers is there, however far it lies', async () => {
  const [, far = 0] = calls
  expect(view().answered).toBeNull()
  chat.write.setDraft({ body: { text: 'yes', entities: [] }, replyTo: far, quote: '' })
  await until('it is fetched', () => view().answered?.seq === far)
  expect(seqs()).not.toContain(far)
  expect(view().answered?.content).toMatchObject({ kind: 'text', body: { text: 'you there?' } })
})

test('one that was read in the middle of what is not stored is not counted twice', async () => {
  const [first = 0] = calls
  await chat.findMention(null)
  await chat.history.loadAround(first)
  gate.fail('Sync/MarkRead', ErrorCode.UNAVAILABLE)
  chat.history.markRead(first + 1)
  await until('read', () => (tab.account.chat(7)?.readTo ?? 0) > first)
  await chat.redraw()
  expect(view()).toMatchObject({ mentions: [first], mentionsAway: 1 })
})

test('nothing more is read for who has left the chat', async () => {
  const before = (await stored(tab, 7)).length
  const found = chat.findMention(null)
  chat.close()
  expect(await found).toBeNull()
  // What was on its way then may have come.
  expect((await stored(tab, 7)).length).toBeLessThanOrEqual(before + THROUGH)
})
