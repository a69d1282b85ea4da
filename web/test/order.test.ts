// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { expect, test, vi } from 'vitest'
import { AccountDb, type OutboxRow } from '../src/db'
import { NO_MEDIA } from '../src/model/media'
import { Mirror } from '../src/sync/mirror'
import { Outbox, withFiles } from '../src/sync/outbox'
import { Sender } from '../src/sync/sender'
import { Uploader } from '../src/sync/upload'
import { type Caller, KeyMaker, Messages, reread } from '../src/wire'
import { Browser } from './server/env'
import { NodeNet } from './server/node'

const CHAT = 5
const { send } = Messages.method
const env = new Browser('order', 'http://127.0.0.1:1').tab()
const never = new Promise<never>(() => {})

async function device(name: string) {
  const db = await AccountDb.open(name)
  const mirror = await Mirror.open(db, () => {})
  const keys = new KeyMaker(() => Date.now())
  const makeKey = () => keys.make()
  const box = new Outbox(db, mirror, { makeKey, device: 1, now: Date.now })
  const put = (text: string, album = '', together = '') =>
    box.add(CHAT, {
      ...{ kind: 'message', replyTo: null, quote: null, silent: false, readTo: 0, album, together },
      body: { text, entities: [] },
      media: { ...NO_MEDIA, kind: album ? 'photo' : 'file', file: new Blob([text]) },
    })
  return { db, mirror, makeKey, box, put }
}

/** The sender of a device, and what it sent: the server hears it and never answers. */
function sending({ db, mirror, makeKey }: Awaited<ReturnType<typeof device>>) {
  const sent: string[] = []
  const caller: Caller = {
    request: (_, payload) => {
      sent.push(reread(send, payload).text)
      return never
    },
  }
  const events = { rewound: () => {}, missing: () => {} }
  const sender = new Sender(db, mirror, caller, { env, device: 1, now: Date.now, makeKey }, events)
  return { sent, sender }
}

/** A device on which a text waits, and its sender. */
async function hello(name: string) {
  const own = await device(name)
  const { db, mirror, box } = own
  const write = { kind: 'message', replyTo: null, quote: null, silent: false, readTo: 0 } as const
  const n = await box.add(CHAT, { ...write, body: { text: 'hello', entities: [] } })
  await mirror.settled()
  return { db, n, ...sending(own) }
}

const uploaded = (item: OutboxRow): OutboxRow => ({
  ...item,
  files: (item.files ?? []).map((file) => ({ ...file, id: `id-${item.n}` })),
})

test('what is about to go when the sender is closed stays, and goes when it is opened again', async () => {
  const { db, n, sent, sender } = await hello('order-0')
  const closes = new Promise<void>((closed) => {
    const read: AccountDb['read'] = db.read.bind(db)
    vi.spyOn(db, 'read').mockImplementationOnce(async (work) => {
      sender.close()
      const item = await read(work)
      setTimeout(closed)
      return item
    })
  })
  sender.open()
  await closes
  // What it would have written by then is written before this is.
  await db.write(async () => {})
  expect((await db.read((r) => r.outboxItem(n)))?.unsure).toBe(false)
  expect(sent).toEqual([])
  sender.open()
  await vi.waitFor(() => expect(sent).toEqual(['hello']))
  sender.close()
  db.close()
})

test('a database that fails is not asked again at once, and what waits goes when it answers', async () => {
  const { db, sent, sender } = await hello('order-3')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const asked = vi.spyOn(db, 'read')
  for (let n = 0; n < 9; n++) asked.mockRejectedValueOnce(new Error('no database'))
  sender.open()
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  expect(asked).toHaveBeenCalledTimes(1)
  while (sent.length === 0) {
    vi.runOnlyPendingTimers()
    await new Promise(setImmediate)
  }
  expect(sent).toEqual(['hello'])
  vi.useRealTimers()
  sender.close()
  db.close()
})

test('an upload whose database fails is not tried again at once, and goes on when it answers', async () => {
  const { db, mirror, put } = await device('order-4')
  const [empty, begun] = [await put('uploaded'), await put('not uploaded')]
  await db.write(async (w) => w.putOutbox(uploaded((await w.outboxItem(empty)) as OutboxRow)))
  await mirror.settled()
  const net = new NodeNet()
  net.off = true
  const told = { tell: () => {}, ended: () => {}, address: () => env.home }
  const uploader = new Uploader(db, mirror, env.pace, { net, token: '', ...told })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const [asked, written] = [vi.spyOn(db, 'read'), vi.spyOn(db, 'write')]
  // Nothing is known of what is to be taken off the server.
  asked.mockResolvedValueOnce([])
  for (let n = 0; n < 9; n++) {
    asked.mockRejectedValueOnce(new Error('no database'))
    written.mockRejectedValueOnce(new Error('no database'))
  }
  uploader.open()
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  expect(written.mock.calls.length).toBeLessThan(4)
  const stateOf = (n: number) => mirror.outbox.find((item) => item.n === n)?.state
  while (stateOf(empty) !== 'waiting') {
    vi.runOnlyPendingTimers()
    await new Promise(setImmediate)
  }
  expect(stateOf(begun)).toBe('uploading')
  vi.useRealTimers()
  uploader.stop()
  db.close()
})

test('what was uploaded is not uploaded again by whoever looks before it is read', async () => {
  const { db, mirror, put } = await device('order-5')
  const n = await put('once')
  await mirror.settled()
  const asked: string[] = []
  const net = new NodeNet()
  // All that is asked about is there already.
  vi.spyOn(net, 'fetch').mockImplementation(async (_, init) => {
    asked.push(init?.method ?? 'GET')
    const size = (await db.read((r) => r.file(n, 'original')))?.blob.size ?? 0
    const headers = { Zolal: 'v1', Location: '/upload/one', 'Upload-Offset': `${size}` }
    return new Response(null, { status: 201, headers })
  })
  const told = { tell: () => {}, ended: () => {}, address: () => env.home }
  const uploader = new Uploader(db, mirror, env.pace, { net, token: '', ...told })
  const settled = mirror.settled.bind(mirror)
  vi.spyOn(mirror, 'settled').mockImplementation(() => {
    uploader.look()
    return settled()
  })
  uploader.open()
  await vi.waitFor(() => expect(mirror.outbox[0]?.state).toBe('waiting'))
  expect(asked).toEqual(['POST', 'HEAD'])
  uploader.stop()
  db.close()
})

test('of an album the first goes first, though the mirror has read only the last of it', async () => {
  const own = await device('order-1')
  const { db, mirror, put } = own
  const items = [await put('first', 'aa'), await put('second', 'aa'), await put('third', 'aa')]
  await mirror.settled()
  // What is committed from here on is told by hand: a row is read when the commit after it is there already.
  mirror.close()
  await db.write(async (w) => {
    for (const item of await w.outbox()) await w.putOutbox(withFiles(uploaded(item)))
  })
  const told = { chats: [], entries: [], people: [], values: [] }
  mirror.take({ ...told, outbox: items.slice(2) })
  await mirror.settled()
  expect(mirror.outbox.map(({ state }) => state)).toEqual(['uploading', 'uploading', 'waiting'])

  const { sent, sender } = sending(own)
  sender.open()
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  expect(sent).toEqual(['first'])
  sender.close()
  db.close()
})

test('a file that is uploaded sooner does not overtake the album that was sent with it', async () => {
  const { db, mirror, box, put } = await device('order-2')
  const album = [await put('picture', 'aa', 'one'), await put('other picture', 'aa', 'one')]
  const file = await put('report', '', 'one')
  const alone = await put('by itself')
  const stateOf = (n: number) => mirror.outbox.find((item) => item.n === n)?.state
  const gone: number[] = []
  mirror.subscribe((change) => {
    for (const n of change.outbox) if (stateOf(n) === 'waiting' && !gone.includes(n)) gone.push(n)
    uploader.look()
  })
  const finish = (...those: number[]) =>
    db.write(async (w) => {
      for (const n of those) await w.putOutbox(uploaded((await w.outboxItem(n)) as OutboxRow))
    })
  // What is not uploaded yet never is: the test says when it would be.
  const unplugged = new NodeNet()
  unplugged.off = true
  const uploader = new Uploader(db, mirror, env.pace, {
    net: unplugged,
    token: '',
    address: () => env.home,
    tell: () => {},
    ended: () => {},
  })
  await finish(file, alone)
  uploader.open()
  await vi.waitFor(() => expect(stateOf(alone)).toBe('waiting'))
  await finish(...album)
  await vi.waitFor(() => expect(stateOf(file)).toBe('waiting'))
  expect(gone).toEqual([alone, ...album, file])

  // Nor does it wait for what a person has stopped, or for what waits with that.
  const [stopped, held] = [await put('stopped', 'bb', 'two'), await put('held', 'bb', 'two')]
  const after = await put('after', '', 'two')
  await finish(held, after)
  await vi.waitFor(() => expect(mirror.outbox.find(({ n }) => n === after)?.files?.[0]?.id).not.toBe(''))
  expect([held, after].map(stateOf)).toEqual(['uploading', 'uploading'])
  await box.pause(stopped, true)
  await vi.waitFor(() => expect(stateOf(after)).toBe('waiting'))
  expect([stopped, held].map(stateOf)).toEqual(['uploading', 'uploading'])
  uploader.stop()
  db.close()
})
