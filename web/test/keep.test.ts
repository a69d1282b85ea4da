// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { create, toBinary } from '@bufbuild/protobuf'
import { expect, test, vi } from 'vitest'
import { AccountDb, type EntryRow } from '../src/db'
import { MediaDb } from '../src/db/media'
import { keepSent } from '../src/sync/keep'
import { hasSpare } from '../src/sync/room'
import { MessageSchema } from '../src/wire/gen/zolal/v1/entry_pb'

const { signal } = new AbortController()
const body = toBinary(MessageSchema, create(MessageSchema, { media: { kind: 4, hash: new Uint8Array(32) } }))
const sent = { item: 1, chat: 5, seq: 7, key: 'ab' }

/** A device that has sent a file, whose message is stored as it says. */
async function device(name: string, entry: Partial<EntryRow>) {
  const db = await AccountDb.open(name)
  await db.write(async (w) => {
    await w.putEntry({ chat: 5, seq: 7, kind: 'message', body, overlay: null, ...entry } as EntryRow)
    await w.putFile({ item: 1, part: 'original', blob: new Blob(['abc']) })
    await w.putValue('toKeep', [sent])
  })
  return db
}

const left = (db: AccountDb) =>
  db.read(async (r) => [(await r.filesOf(1)).length, (await r.value('toKeep'))?.length])

test('what was sent is kept with no message but its own', async () => {
  const own = await device('keep-own', { key: 'ab', own: true })
  await keepSent(own, signal)
  const mine = await MediaDb.open(own.name)
  expect(await mine.all()).toMatchObject([{ chat: 5, seq: 7, part: 'original', size: 3, got: 3 }])
  expect(await left(own)).toEqual([0, 0])
  mine.close()
  own.close()
  // A server that was rewound gave the number to somebody else, or to another message from here.
  for (const [i, entry] of [{ key: 'cd' }, { key: 'cd', own: true }, { key: 'ab' }].entries()) {
    const db = await device(`keep-${i}`, entry)
    await keepSent(db, signal)
    const media = await MediaDb.open(db.name)
    expect(await media.all()).toEqual([])
    expect(await left(db)).toEqual([0, 0])
    media.close()
    db.close()
  }
})

test('where nothing can be kept, nothing is left over either', async () => {
  const db = await device('keep-full', { key: 'ab', own: true })
  const broken = vi.spyOn(MediaDb, 'open').mockRejectedValue(new DOMException('', 'QuotaExceededError'))
  await keepSent(db, signal)
  expect(broken).toHaveBeenCalled()
  broken.mockRestore()
  expect(await left(db)).toEqual([0, 0])
  db.close()
})

test('what waits to be kept goes where all is forgotten but what was never sent', async () => {
  const db = await device('keep-forgotten', {})
  const waits = await db.write(async (w) => {
    const n = await w.addOutbox({ chat: 5, state: 'uploading', keys: [], seqs: [] } as never)
    // Numbers are given in order: the one that was sent came before.
    await w.putFile({ item: n + 1, part: 'original', blob: new Blob(['x']) })
    await w.dropFiles(n)
    await w.putFile({ item: n, part: 'original', blob: new Blob(['y']) })
    return n
  })
  expect(await db.clearButOutbox()).toBe(1)
  expect(await db.read(async (r) => (await r.filesOf(waits)).length)).toBe(1)
  expect(await db.read(async (r) => (await r.filesOf(waits + 1)).length)).toBe(0)
  db.close()
})

test('what nobody asked to keep takes a quarter of the room for media at most', async () => {
  const MB = 2 ** 20
  const stored = { usage: 0, quota: 400 * MB }
  vi.stubGlobal('navigator', { storage: { estimate: async () => stored } })
  expect([await hasSpare(29 * MB), await hasSpare(31 * MB)]).toEqual([true, false])
  stored.usage = 399 * MB
  expect([await hasSpare(29 * MB), await hasSpare(MB)]).toEqual([false, true])
  vi.unstubAllGlobals()
})
