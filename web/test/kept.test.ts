// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AppModel, type MediaView, type MessageView, type SessionView, Source } from '../src/model'
import { tenthOf } from '../src/ui/media/coming.svelte'
import { picturesOf } from '../src/ui/media/kept'
import { OwnAddress } from '../src/ui/media/own'

let live: Set<string>

beforeEach(() => {
  live = new Set()
  let made = 0
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    live.add(`blob:${++made}`)
    return `blob:${made}`
  })
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void live.delete(url))
})
afterEach(() => vi.restoreAllMocks())

const blob = new Blob(['a picture'])
const signedIn = (account: number) => ({ kind: 'signedIn', me: { account } }) as SessionView
const model = () => ({ session: new Source<SessionView>(signedIn(1)) }) as unknown as AppModel

const message = (key: string, seq: number | null, editedAt: number | null = null) =>
  ({ key, seq, editedAt }) as MessageView
const medium = (chat: number, seq: number, hash = 'aa') =>
  ({ hash, place: { at: 'server', chat, seq, open: false } }) as MediaView
const waiting = { hash: '', place: { at: 'outbox', item: 4 } } as MediaView

test('a picture is that of its message in its chat, in the form it was drawn in', () => {
  const pictures = picturesOf(model())
  const url = pictures.keep(message('12', 12), medium(1, 12), blob)
  expect(pictures.at(message('12', 12), medium(1, 12))).toBe(url)
  expect(pictures.at(message('12', 12), medium(2, 12))).toBeNull()
  expect(pictures.at(message('12', 12), medium(1, 12), 'tile')).toBeNull()
  expect(pictures.keep(message('12', 12), medium(2, 12), blob)).not.toBe(url)
})

test('an edit that brings another picture shows that one, and what was there is let go', () => {
  const pictures = picturesOf(model())
  const url = pictures.keep(message('12', 12), medium(1, 12), blob)
  expect(pictures.at(message('12', 12, 5), medium(1, 12, 'bb'))).toBeNull()
  const next = pictures.keep(message('12', 12, 5), medium(1, 12, 'bb'), blob)
  expect(pictures.at(message('12', 12, 5), medium(1, 12, 'bb'))).toBe(next)
  expect(live.has(url)).toBe(false)
})

test('what was sent from here is what arrived, until it is edited', () => {
  const pictures = picturesOf(model())
  const url = pictures.keep(message('0af1', null), waiting, blob)
  expect(pictures.at(message('0af1', null), waiting)).toBe(url)
  expect(pictures.at(message('0af1', 13), medium(1, 13))).toBe(url)
  expect(pictures.at(message('0af1', 13, 5), medium(1, 13))).toBe(url)
  expect(pictures.at(message('0af1', 13, 6), medium(1, 13, 'bb'))).toBeNull()
})

test.each([
  ['signs out', { kind: 'signedOut' } as SessionView],
  ['gives way to another account', signedIn(2)],
])('nothing of an account stays when it %s', (_, session) => {
  const app = model()
  const pictures = picturesOf(app)
  pictures.keep(message('12', 12), medium(1, 12), blob)
  pictures.keep(message('13', 13), medium(1, 13), blob, 'film')
  ;(app.session as Source<SessionView>).set({ ...signedIn(1) })
  expect(live.size).toBe(2)
  ;(app.session as Source<SessionView>).set(session)
  expect(picturesOf(app).at(message('12', 12), medium(1, 12))).toBeNull()
  expect(live.size).toBe(0)
})

test('a page keeps no more pictures than it may: the oldest go', () => {
  const pictures = picturesOf(model())
  for (let seq = 1; seq <= 130; seq++) pictures.keep(message(String(seq), seq), medium(1, seq), blob)
  expect(live.size).toBe(120)
  expect(pictures.at(message('10', 10), medium(1, 10))).toBeNull()
  expect(pictures.at(message('11', 11), medium(1, 11))).not.toBeNull()
})

test('how far a file is, is read out in tenths', () => {
  const told = Array.from({ length: 101 }, (_, got) => tenthOf({ state: 'running', got, size: 100 }))
  expect(new Set(told)).toEqual(new Set([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]))
  expect(told.every((tenth, got) => tenth <= got)).toBe(true)
  expect(tenthOf({ state: 'running', got: 5, size: 0 })).toBe(0)
})

test('what comes after its showing has ended gets no address, and the next showing gets its own', () => {
  const own = new OwnAddress()
  const late = own.begin()
  const next = own.begin()
  expect(late(blob)).toBeNull()
  const url = next(blob)
  expect(url).not.toBeNull()
  expect(late(blob)).toBeNull()
  expect([...live]).toEqual([url])
  own.end()
  expect(next(blob)).toBeNull()
  expect(live.size).toBe(0)
})
