// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MediaDb } from '../src/db/media'
import { type LoadingView, type MediaView, type SessionView, Source } from '../src/model'
import { fetchedAs } from '../src/model/fetched'
import type { Account } from '../src/sync/account'
import { weigh } from '../src/sync/act/kept'
import { Loads } from '../src/sync/act/loads'
import { mediaActions } from '../src/sync/act/media'
import { spentAs } from '../src/wire/spent'

const closes: (() => void)[] = []
/** What the browser says that is used of its storage, and what there may be. */
const stored = (usage: number, quota: number) =>
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({ usage, quota }) } })

beforeEach(() => {
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('PerformanceObserver', undefined)
})
afterEach(() => {
  for (const close of closes.splice(0)) close()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** A server of one content, which is asked by HTTP. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('Zolal', 'v1')
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  closes.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/media/chat/1/2/original`
}

let databases = 0

/** A chat as far as it matters here: who one is in it, and since when. */
const chat = (more: object = {}, me: object = {}) => ({
  info: { deleted: false, name: '', ...more, me: { role: 'member', from: 1, ...me } },
})

const net = { fetch: globalThis.fetch, online: () => true, socket: () => new WebSocket('') }

function loads(address: string, db = `account-${databases++}`, room: object | null = chat()) {
  let renewed = 0
  const account = {
    db: { name: db, read: async () => undefined },
    mirror: { chats: new Map(room ? [[1, room]] : []), subscribe: () => () => {} },
  } as unknown as Account
  const options = { net, address: async () => address, renew: () => void renewed++ }
  return { loads: new Loads(account, options), account, db, renewed: () => renewed }
}

const content = Uint8Array.from({ length: 5_000_000 }, (_, i) => i % 251)
const medium = (hash = 'aa', size = content.length, seq = 2) =>
  ({
    kind: 'file',
    hash,
    size,
    mime: 'text/html',
    place: { at: 'server', chat: 1, seq, open: hash === 'open' },
  }) as MediaView

const ranged: RequestListener = ({ headers }, response) => {
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
  const rest = content.subarray(from)
  response.writeHead(from > 0 ? 206 : 200, {
    'Content-Length': rest.length,
    ...(from > 0 && { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` }),
  })
  response.end(rest)
}

const same = async (blob: Blob | null) =>
  blob !== null && Buffer.compare(Buffer.from(await blob.arrayBuffer()), Buffer.from(content)) === 0

test('what was cut goes on where it was, and is asked for once for all who want it', async () => {
  const asked: string[] = []
  const address = await serve((request, response) => {
    asked.push(request.headers.range ?? 'all')
    if (asked.length > 1) return ranged(request, response)
    response.writeHead(200, { 'Content-Length': content.length })
    response.write(content.subarray(0, 2_500_000), () => response.destroy())
  })
  const { loads: some } = loads(address)
  const seen: LoadingView[] = []
  const stop = some.watch(medium(), 'original', (view) => seen.push(view))
  const [one, other] = await Promise.all([some.load(medium(), 'original'), some.load(medium(), 'original')])
  expect(await same(one)).toBe(true)
  expect(other).toBe(one)
  // A page may show none of it, whatever the content says it is.
  expect(one?.type).toBe('application/octet-stream')
  expect(asked).toHaveLength(2)
  expect(Number(/^bytes=(\d+)-$/.exec(asked[1] ?? '')?.[1])).toBeGreaterThan(0)
  expect(seen.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1])).toEqual([
    'none',
    'running',
    'kept',
  ])
  expect(seen.every(({ got }, i) => got >= (seen[i - 1]?.got ?? 0))).toBe(true)
  stop()
})

test('what was sent from here is told to who sees it already, and goes with its message', async () => {
  const address = await serve((_request, response) => response.writeHead(500).end())
  const deleted = new Set<number>()
  const { loads: some, db, account } = loads(address)
  const reader = { entry: async (_: number, seq: number) => ({ overlay: { redacted: deleted.has(seq) } }) }
  Object.assign(account.db, { read: (ask: (r: object) => unknown) => ask(reader) })
  await some.known
  const seen: string[] = []
  some.watch(medium('aa', 3), 'original', ({ state }) => seen.push(state))
  const send = async (seq: number) => {
    const media = await MediaDb.open(db)
    const key = { chat: 1, seq, part: 'original', hash: 'aa' }
    await media.begin({ ...key, kind: 'file', size: 0, got: 0, at: 1 })
    await media.add(key, new Blob(['abc']), { at: 0, size: 3 })
    media.close()
    await some.learn()
  }
  // It may be heard of while it is being put there.
  const half = await MediaDb.open(db)
  await half.begin({ chat: 1, seq: 2, part: 'original', hash: 'aa', kind: 'file', size: 0, got: 0, at: 1 })
  half.close()
  await some.learn()
  expect(seen).toEqual(['none'])
  expect(await some.kept(medium('aa', 3), 'original')).toBeNull()
  await send(2)
  expect(seen).toEqual(['none', 'kept'])
  expect(await (await some.kept(medium('aa', 3), 'original'))?.text()).toBe('abc')
  expect(await (await some.load(medium('aa', 3), 'original'))?.text()).toBe('abc')
  // Taken back before it was put away.
  deleted.add(3)
  await send(3)
  expect((await (await some.db)?.all())?.map(({ seq }) => seq)).toEqual([2])
  deleted.add(2)
  await some.keepOnly(({ seq }) => seq === 2)
  expect(await (await some.db)?.all()).toEqual([])
})

test('a page is given images, sound and video as what they are, and all else as octets', async () => {
  const address = await serve((_request, response) => response.end('x'))
  const { loads: some } = loads(address)
  const shown = ['image/png', 'image/webp', 'video/mp4', 'audio/ogg']
  // What a page of this origin would read as a document, or run.
  const other = ['image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'application/pdf', '']
  for (const [i, mime] of [...shown, ...other].entries()) {
    const blob = await some.load({ ...medium('aa', 1, i + 2), mime }, 'original')
    expect([mime, blob?.type]).toEqual([mime, i < shown.length ? mime : 'application/octet-stream'])
  }
})

test('what is here is not asked for again, by another page neither; another content is', async () => {
  let asked = 0
  const address = await serve((request, response) => {
    asked++
    ranged(request, response)
  })
  const { loads: some, db } = loads(address)
  await some.load(medium(), 'original')
  const { loads: later } = loads(address, db)
  expect(await same(await later.load(medium(), 'original'))).toBe(true)
  expect(asked).toBe(1)
  await later.load(medium('bb'), 'original')
  expect(asked).toBe(2)
})

test('what is stopped is no failure, stays as far as it came, and goes on', async () => {
  const asked: string[] = []
  const address = await serve((request, response) => {
    asked.push(request.headers.range ?? 'all')
    if (asked.length > 1) return ranged(request, response)
    response.writeHead(200, { 'Content-Length': content.length })
    response.write(content.subarray(0, 3_000_000)) // and no more
  })
  const { loads: some } = loads(address)
  let last: LoadingView | null = null
  const come = new Promise<void>((resolve) => {
    some.watch(medium(), 'original', (view) => {
      last = view
      if (view.got >= 2_000_000) resolve()
    })
  })
  const stopped = some.load(medium(), 'original')
  await come
  some.stop(medium(), 'original')
  expect(await stopped).toBeNull()
  expect(last).toMatchObject({ state: 'none', size: content.length })
  expect(await same(await some.load(medium(), 'original'))).toBe(true)
  expect(asked[1]).toMatch(/^bytes=[1-9]/)
})

test('who stops while the last of it is put away does not see it open, and has it', async () => {
  const { loads: some } = loads(await serve(ranged))
  const put = MediaDb.prototype.add
  vi.spyOn(MediaDb.prototype, 'add').mockImplementation(function (this: MediaDb, key, piece, o) {
    if (o.at + piece.size === content.length) some.stop(medium(), 'original')
    return put.call(this, key, piece, o)
  })
  let last: LoadingView | null = null
  some.watch(medium(), 'original', (view) => {
    last = view
  })
  expect(await some.load(medium(), 'original')).toBeNull()
  expect(last).toMatchObject({ state: 'kept' })
  expect(await same(await some.load(medium(), 'original'))).toBe(true)
})

test('a token that ended is renewed once, and what is not there is said', async () => {
  let status = 401
  const address = await serve((request, response) => {
    if (status === 200) return ranged(request, response)
    response.writeHead(status).end()
    if (status === 401) status = 200
  })
  const { loads: some, renewed } = loads(address)
  expect(await same(await some.load(medium(), 'original'))).toBe(true)
  expect(renewed()).toBe(1)
  status = 404
  await expect(some.load(medium('cc'), 'original')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('what is cleaned leaves nothing, also while it comes', async () => {
  const address = await serve((_, response) => {
    response.writeHead(200, { 'Content-Length': content.length })
    response.write(content.subarray(0, 3_000_000)) // and no more
  })
  const { loads: some, db } = loads(address)
  const come = new Promise<void>((resolve) => {
    some.watch(medium(), 'original', ({ got }) => got >= 2_000_000 && resolve())
  })
  const cleaned = some.load(medium(), 'original')
  await come
  const key = { chat: 1, seq: 2, part: 'original' }
  await some.dropped([key])
  expect(await cleaned).toBeNull()
  const media = await MediaDb.open(db)
  expect(await media.all()).toEqual([])
  expect(await media.pieces(key)).toEqual([])
  media.close()
})

test.each([
  ['a chat one is in', chat(), 1],
  ['a public channel one looks at', chat({ name: 'news' }, { role: 'none' }), 1],
  ['a chat that is not here', null, 0],
  ['a chat that was deleted', chat({ deleted: true }), 0],
  ['a private chat one left', chat({}, { role: 'none' }), 0],
  ['a public one that banned one', chat({ name: 'news' }, { role: 'banned' }), 0],
  ['what was before one deleted the chat', chat({}, { from: 3 }), 0],
] as const)('what was loaded of %s stays or goes', async (_, room, left) => {
  const { loads: before, db } = loads(await serve(ranged))
  await before.load(medium(), 'original')
  const { loads: later } = loads('', db, room)
  await later.keepOnly(() => false)
  await later.known
  const media = await MediaDb.open(db)
  expect(await media.all()).toHaveLength(left)
  media.close()
})

test('two tabs that load the same get the same, and one of them keeps it', async () => {
  const address = await serve(ranged)
  const { loads: one, db } = loads(address)
  const { loads: other } = loads(address, db)
  const both = await Promise.all([one.load(medium(), 'original'), other.load(medium(), 'original')])
  expect(await same(both[0])).toBe(true)
  expect(await same(both[1])).toBe(true)
  const media = await MediaDb.open(db)
  expect(await media.all()).toMatchObject([{ got: content.length, size: content.length }])
  const pieces = await media.pieces({ chat: 1, seq: 2, part: 'original' })
  expect(await same(new Blob(pieces))).toBe(true)
  media.close()
})

test('what another tab cleans while it comes begins anew, and is whole', async () => {
  let asked = 0
  let go = () => {}
  const cleaned = new Promise<void>((resolve) => {
    go = resolve
  })
  const address = await serve((request, response) => {
    if (asked++ > 0) return ranged(request, response)
    response.writeHead(200, { 'Content-Length': content.length })
    response.write(content.subarray(0, 3_000_000))
    void cleaned.then(() => response.end(content.subarray(3_000_000)))
  })
  const { loads: some, db } = loads(address)
  const come = new Promise<void>((resolve) => {
    some.watch(medium(), 'original', ({ got }) => got >= 2_000_000 && resolve())
  })
  const whole = some.load(medium(), 'original')
  await come
  const media = await MediaDb.open(db)
  await media.drop([{ chat: 1, seq: 2, part: 'original' }])
  go()
  expect(await same(await whole)).toBe(true)
  expect(asked).toBe(2)
  expect(await media.all()).toEqual([])
  media.close()
})

/** A server that sends so much of the content and then nothing. */
const stalling =
  (most: number): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'Content-Length': content.length })
    response.write(content.subarray(0, most))
  }

test('what is here of a content says nothing of the one that an edit brought', async () => {
  const { loads: before, db } = loads(await serve(ranged))
  await before.load(medium(), 'original')
  const { loads: later } = loads(await serve(ranged), db)
  const told = (hash: string) => {
    const seen: LoadingView[] = []
    later.watch(medium(hash), 'original', (view) => seen.push(view))
    return seen
  }
  const [old, edited] = [told('aa'), told('bb')]
  await vi.waitFor(() => expect(old.at(-1)?.state).toBe('kept'))
  expect(edited).toEqual([{ state: 'none', got: 0, size: 0 }])
  await later.load(medium('bb'), 'original')
  expect(edited.at(-1)?.state).toBe('kept')
})

test('an edit while the content before it comes loads the new one, and whole', async () => {
  let asked = 0
  const address = await serve((request, response) =>
    asked++ === 0 ? stalling(3_000_000)(request, response) : ranged(request, response),
  )
  const { loads: some } = loads(address)
  const come = new Promise<void>((resolve) => {
    some.watch(medium(), 'original', ({ got }) => got >= 2_000_000 && resolve())
  })
  const before = some.load(medium(), 'original')
  await come
  const after = some.load(medium('bb'), 'original')
  expect(await before).toBeNull()
  expect(await same(await after)).toBe(true)
  expect(asked).toBe(2)
})

test('only an original needs the room of its size, less what is here', async () => {
  const large = medium('aa', 50_000_000)
  stored(50_000_000, 120_000_000)
  const { loads: none } = loads(await serve(ranged))
  await expect(none.load(large, 'original')).rejects.toMatchObject({ code: 'DISK_FULL' })
  expect(await same(await none.load(large, '320'))).toBe(true)

  vi.stubGlobal('navigator', {})
  const { loads: some, db } = loads(await serve(stalling(4_500_000)))
  const come = new Promise<void>((resolve) => {
    some.watch(large, 'original', ({ got }) => got >= 4_500_000 && resolve())
  })
  const cut = some.load(large, 'original')
  await come
  some.stop(large, 'original')
  await cut
  // What is here of it is used already: 96 MB is as much as may be, and 46 MB are left to come.
  stored(49_000_000, 120_000_000)
  const { loads: later } = loads(await serve(ranged), db)
  expect(await same(await later.load(large, 'original'))).toBe(true)
})

test('what was wanted longest ago goes when more is kept than may be, and no more than that', async () => {
  // A share of 12 MB for media of 5 MB each.
  stored(0, 40_000_000)
  let now = 1_000
  vi.spyOn(Date, 'now').mockImplementation(() => now++)
  const { loads: some, db } = loads(await serve(ranged))
  const media = await MediaDb.open(db)
  closes.push(() => media.close())
  const kept = async () => (await media.all()).map(({ seq }) => seq)
  for (const seq of [2, 3]) await some.load(medium('aa', content.length, seq), 'original')
  expect(await kept()).toEqual([2, 3])
  await some.load(medium('aa', content.length, 2), 'original')
  expect(await same(await some.load(medium('aa', content.length, 4), 'original'))).toBe(true)
  await vi.waitFor(async () => expect(await kept()).toEqual([2, 4]), { timeout: 10_000 })
  expect(await media.pieces({ chat: 1, seq: 3, part: 'original' })).toEqual([])
})

test('nothing is loaded for an account that is gone', async () => {
  const address = await serve(stalling(3_000_000))
  const { account } = loads('')
  const session = new Source<SessionView>({ kind: 'signedIn' } as SessionView)
  const asker = { current: account as Account | null, session }
  const { loads: some } = mediaActions(asker, {
    home: new URL(address).origin,
    net,
    registry: 'zolal',
  })
  const come = new Promise<void>((resolve) => {
    some.watch(medium('open'), 'original', ({ got }) => got >= 2_000_000 && resolve())
  })
  const loading = some.load(medium('open'), 'original')
  await come
  asker.current = null
  session.set({ kind: 'signedOut' } as SessionView)
  expect(await loading).toBeNull()
  await expect(some.load(medium('open'), 'original')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})

test('what the browser fetched counts as what it is, and nothing counts twice', () => {
  const kinds = new Map([['/media/chat/1/2/original', 'videos' as const]])
  const as = (path: string, initiatorType: string) =>
    fetchedAs({ name: `https://zolal.example${path}`, initiatorType, transferSize: 1 }, kinds)
  expect(as('/media/chat/1/2/original?key=k', 'video')).toBe('videos')
  expect(as('/media/photo/account/1/2/320', 'img')).toBe('photos')
  expect(as('/media/chat/1/2/original?key=k', 'fetch')).toBeNull()
  expect(as('/upload/x', 'xmlhttprequest')).toBeNull()
  expect(as('/api/Messages/Send', 'fetch')).toBe('messages')
  expect(as('/api/stream', 'fetch')).toBeNull()
  expect(as('/assets/a.js', 'script')).toBe('app')
  expect((['photo', 'gif', 'voice', 'audio', 'file'] as const).map(spentAs)).toEqual([
    'photos',
    'videos',
    'voice',
    'music',
    'files',
  ])
  expect(weigh({ a: 'xy', b: new Uint8Array(100), c: [1, null] })).toBe(1 + 4 + 1 + 100 + 1 + (1 + 8 + 1 + 8))
})
