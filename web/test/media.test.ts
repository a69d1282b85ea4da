// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { AccountDb } from '../src/db'
import type { MessageView } from '../src/model'
import { NO_MEDIA, type UploadView } from '../src/model/media'
import { albumsOf, boxOf, fitted, mosaic, type Tile } from '../src/model/mosaic'
import { UploadBoard } from '../src/sync/board'
import type { Env } from '../src/sync/env'
import { Mirror } from '../src/sync/mirror'
import { Outbox, reuploaded, withFiles } from '../src/sync/outbox'
import { Sender } from '../src/sync/sender'
import { chunkAt, stretches } from '../src/sync/stretch'
import { captionOf, inAlbums } from '../src/ui/media/group'
import { endOf } from '../src/ui/media/name'
import { FLAT, kept, MOST, zoomed } from '../src/ui/media/zoom'
import { ErrorCode, KeyMaker, Messages, Refusal, reread } from '../src/wire'

/** Numbers between two, the same in every run. */
function* between(low: number, high: number, seed = 7): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (state * 1103515245 + 12345) % 2147483648
    yield low + ((high - low) * state) / 2147483648
  }
}

describe('mosaic', () => {
  const overlap = (a: Tile, b: Tile) =>
    a.x < b.x + b.width - 1e-6 &&
    b.x < a.x + a.width - 1e-6 &&
    a.y < b.y + b.height - 1e-6 &&
    b.y < a.y + a.height - 1e-6

  test('pictures of any proportions lie within the whole, none over another, none too thin', () => {
    const some = between(0.3, 3.2)
    for (let round = 0; round < 300; round++) {
      const ratios = Array.from({ length: 1 + (round % 10) }, () => some.next().value)
      const { tiles, ratio } = mosaic(ratios)
      expect(tiles).toHaveLength(ratios.length)
      expect(ratio).toBeGreaterThan(0.3)
      expect(ratio).toBeLessThan(3)
      for (const [i, tile] of tiles.entries()) {
        expect(tile.x).toBeGreaterThanOrEqual(0)
        expect(tile.y).toBeGreaterThanOrEqual(0)
        expect(tile.x + tile.width).toBeLessThanOrEqual(1 + 1e-6)
        expect(tile.y + tile.height).toBeLessThanOrEqual(1 + 1e-6)
        expect(tile.width * 420).toBeGreaterThan(35)
        expect((tile.height * 420) / ratio).toBeGreaterThan(35)
        expect(tiles.some((other, j) => j > i && overlap(tile, other))).toBe(false)
      }
    }
  })

  test('two wide ones lie above each other, two tall ones beside, a tall first of three at the start', () => {
    expect(mosaic([2, 2]).tiles.map(({ x }) => x)).toEqual([0, 0])
    expect(mosaic([0.7, 0.7]).tiles.map(({ y }) => y)).toEqual([0, 0])
    const [first, second, third] = mosaic([0.6, 1.5, 1.5]).tiles
    expect(first?.height).toBe(1)
    expect(second?.x).toBe(third?.x)
  })

  test('unknown proportions are a square', () => {
    expect(mosaic([Number.NaN, 0]).tiles).toHaveLength(2)
    expect(boxOf(mosaic([1]).ratio)).toEqual({ width: 420, height: 420 })
  })

  test('messages of one album that follow each other are one, ten at most', () => {
    const of = (album: string) => ({ content: { kind: 'media', album } })
    const groups = albumsOf([of(''), of('a'), of('a'), of('b'), of('a'), of(''), of('')])
    expect(groups.map((group) => group.length)).toEqual([1, 2, 1, 1, 1, 1])
    expect(albumsOf(Array.from({ length: 12 }, () => of('c'))).map((group) => group.length)).toEqual([10, 2])
  })

  test('what is sent together is shared out: pictures with videos, files with files, a GIF by itself', () => {
    const kinds = ['photo', 'video', 'gif', 'file', 'file', 'photo'] as const
    const groups = inAlbums(kinds.map((kind) => ({ kind })))
    expect(groups.map((group) => group.length)).toEqual([2, 1, 2, 1])
    expect(
      inAlbums(Array.from({ length: 23 }, () => ({ kind: 'photo' as const }))).map((g) => g.length),
    ).toEqual([10, 10, 3])
  })
})

test('what one picture of an album says is said of all of it, and of no other', () => {
  const picture = (text: string, album = '') =>
    ({ content: { kind: 'media', album, body: { text, entities: [] } } }) as unknown as MessageView
  const [bare, said, other, own] = [
    picture('', 'a'),
    picture('all of us', 'a'),
    picture('', 'b'),
    picture('x'),
  ]
  const all = [bare, said, other, own]
  expect(all.map((one) => captionOf(one, all)?.text ?? null)).toEqual(['all of us', 'all of us', null, 'x'])
  const second = picture('and you', 'a')
  // Where several say something, each speaks for itself.
  expect([bare, said, second].map((one) => captionOf(one, [...all, second])?.text ?? null)).toEqual([
    null,
    'all of us',
    'and you',
  ])
})

test('a photo is made smaller to fit, never larger, and never to nothing', () => {
  expect(fitted(4000, 3000, 1280)).toEqual({ width: 1280, height: 960 })
  expect(fitted(3000, 4000, 2560)).toEqual({ width: 1920, height: 2560 })
  expect(fitted(640, 480, 1280)).toEqual({ width: 640, height: 480 })
  expect(fitted(100_000, 3, 1280)).toEqual({ width: 1280, height: 1 })
})

test('a zoom keeps the point under the finger, and the picture on the screen', () => {
  const once = zoomed(FLAT, 2, { x: 100, y: 50 })
  expect(once).toEqual({ scale: 2, x: -100, y: -50 })
  expect(zoomed(once, 0.5, { x: 9, y: 9 })).toEqual(FLAT)
  expect(zoomed(FLAT, 99, { x: 0, y: 0 }).scale).toBe(MOST)
  const screen = { width: 400, height: 800 }
  // Wide: twice as large it is as wide as two screens, and still not as high as one.
  expect(kept({ scale: 2, x: 999, y: -999 }, { width: 400, height: 300 }, screen)).toEqual({
    scale: 2,
    x: 200,
    y: 0,
  })
  expect(kept({ scale: 4, x: -999, y: -999 }, { width: 400, height: 300 }, screen)).toEqual({
    scale: 4,
    x: -600,
    y: -200,
  })
})

test('of the name of a file the end is always whole, and no word is torn between joined letters', () => {
  expect(endOf('a very long name of a report.pdf')).toBe('port.pdf')
  expect(endOf('گزارش نهایی budget 2026.pdf')).toBe('2026.pdf')
  expect(endOf('گزارش پایانی.txt')).toBe('پایانی.txt')
  expect(endOf('a.pdf')).toBe('')
})

test('a name of a file stands in one line of one direction, of which no part is a line of its own', () => {
  for (const file of ['FileRow', 'Sheet']) {
    const text = readFileSync(join(import.meta.dirname, `../src/ui/media/${file}.svelte`), 'utf8')
    const line = /<bdi class="name one-line"[^>]*wholeCut\(name, endOf\(name\)\)\}>\{name\}<\/bdi>/
    expect(text, file).toMatch(line)
  }
})

describe('uploads', () => {
  test('a file goes up in stretches that together are the whole of it, in requests that grow', () => {
    for (const size of [1, 5 << 20, (32 << 20) - 1, 32 << 20, (2 ** 31 - 1) | 0]) {
      const parts = stretches(size)
      expect(parts[0]?.from).toBe(0)
      expect(parts.at(-1)?.to).toBe(size)
      for (const [i, { from, to }] of parts.entries()) {
        expect(to).toBeGreaterThan(from)
        if (i > 0) expect(from).toBe(parts[i - 1]?.to)
      }
    }
    expect([0, 1 << 20, 3 << 20, 1 << 30].map(chunkAt)).toEqual([1 << 20, 1 << 20, 3 << 20, 16 << 20])
  })

  async function outbox(name: string) {
    const db = await AccountDb.open(name)
    const mirror = await Mirror.open(db, () => {})
    const keys = new KeyMaker(() => Date.now())
    return {
      db,
      mirror,
      outbox: new Outbox(db, mirror, { makeKey: () => keys.make(), device: 1, now: Date.now }),
    }
  }

  const media = { ...NO_MEDIA, kind: 'video' as const, file: new Blob(['film']), poster: new Blob(['still']) }
  const write = { kind: 'message', replyTo: null, quote: null, silent: false, readTo: 0 } as const

  test('an item waits for its files, names them when whole, and takes them along when it goes', async () => {
    const { db, outbox: box } = await outbox('uploads-1')
    const n = await box.add(5, { ...write, body: { text: '', entities: [] }, media, album: '' })
    const item = await db.read((r) => r.outboxItem(n))
    expect(item?.state).toBe('uploading')
    expect(item?.files?.map(({ part, size, photo }) => [part, size, photo])).toEqual([
      ['original', 4, false],
      ['poster', 5, true],
    ])
    expect(await db.read(async (r) => (await r.filesOf(n)).length)).toBe(2)
    if (!item) return
    const whole = { ...item, files: item.files?.map((f) => ({ ...f, id: `id-${f.part}` })) ?? [] }
    const ready = withFiles(whole)
    expect(ready.state).toBe('waiting')
    const sent = reread(Messages.method.send, ready.request).media
    expect([sent?.file, sent?.poster]).toEqual(['id-original', 'id-poster'])
    expect(reuploaded(ready)).toMatchObject({ state: 'uploading', files: [{ id: '' }, { id: '' }] })
    expect(await box.cancel(n)).toBe(true)
    expect(await db.read(async (r) => (await r.filesOf(n)).length)).toBe(0)
    db.close()
  })

  test('what may have been sent cannot be taken back, and a paused upload says so', async () => {
    const { db, outbox: box } = await outbox('uploads-2')
    const plain = await box.add(5, { ...write, body: { text: 'x', entities: [] } })
    await db.write(async (w) => {
      const item = await w.outboxItem(plain)
      if (item) await w.putOutbox({ ...item, unsure: true })
    })
    expect(await box.cancel(plain)).toBe(false)
    const n = await box.add(5, { ...write, body: { text: '', entities: [] }, media })
    await box.pause(n, true)
    expect(await db.read(async (r) => (await r.outboxItem(n))?.paused)).toBe(true)
    db.close()
  })

  test('what is whole and waits is taken back, also when its turn comes at that moment', async () => {
    const { db, mirror, outbox: box } = await outbox('uploads-3')
    const asked: string[] = []
    const request = async (method: string) => {
      asked.push(method)
      throw new Refusal(ErrorCode.FORBIDDEN)
    }
    const env = { pace: { sendMin: 1, sendMax: 1 } } as Env
    const keys = new KeyMaker(Date.now)
    const o = { env, device: 1, now: Date.now, makeKey: () => keys.make() }
    const events = { rewound: () => {}, missing: () => {} }
    const sender = new Sender(db, mirror, { request }, o, events)
    const whole = async () => {
      const n = await box.add(5, { ...write, body: { text: '', entities: [] }, media, album: '' })
      await db.write(async (w) => {
        const item = await w.outboxItem(n)
        const files = (item?.files ?? []).map((f) => ({ ...f, id: `id-${f.part}` }))
        if (item) await w.putOutbox(withFiles({ ...item, files }))
      })
      await mirror.settled()
      return n
    }
    const taken = await whole()
    sender.open()
    expect(await box.cancel(taken)).toBe(true)
    // What comes after it goes, so its own turn is over.
    const other = await whole()
    sender.wake()
    await vi.waitFor(async () => {
      expect((await db.read((r) => r.outboxItem(other)))?.state).toBe('failed')
    })
    expect(asked).toHaveLength(1)
    expect(await db.read((r) => r.outboxItem(taken))).toBeUndefined()
    sender.close()
    db.close()
  })

  test('who watches an upload hears of it until they stop', () => {
    const board = new UploadBoard()
    const heard: (UploadView | null)[] = []
    const stop = board.watch(3, (upload) => heard.push(upload))
    const half = { sent: 5, size: 10, state: 'running' } as const
    board.hear(3, half)
    board.hear(4, half)
    board.hear(3, null)
    stop()
    board.hear(3, half)
    // That it goes out is said too: nothing stops it from there on.
    expect(heard).toEqual([half, null])
    expect(board.get(3)).toEqual(half)
  })
})
