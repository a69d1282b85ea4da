// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { expect, test, vi } from 'vitest'
import { AccountDb, type Change, type EntryRow, Reader } from '../src/db'
import { Shelf } from '../src/sync/shelf'

const line = (seq: number): EntryRow => ({
  chat: 7,
  seq,
  ord: seq,
  at: seq,
  author: 1,
  key: '',
  kind: 'message',
  code: 2,
  counted: true,
  target: 0,
  silent: false,
  body: new Uint8Array(),
  chain: '',
  overlay: null,
  tally: null,
})

test('what is near is read once, and what was scrolled past long ago is let go and read again', async () => {
  const db = await AccountDb.open('shelf')
  await db.write(async (w) => {
    for (let seq = 1; seq <= 5_000; seq++) await w.putEntry(line(seq))
  })
  const asked = vi.spyOn(Reader.prototype, 'entries')
  const shelf = new Shelf(db, 7)
  const seen = async (from: number, to: number) => {
    asked.mockClear()
    const rows = await shelf.range(from, to)
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: to - from + 1 }, (_, i) => from + i))
    return asked.mock.calls.map(([, a, b]) => [a, b])
  }
  expect(await seen(4_521, 5_000)).toEqual([[4_521, 5_000]])
  expect(await seen(4_461, 4_940)).toEqual([[4_461, 4_520]])
  expect(await seen(4_521, 5_000)).toEqual([])
  for (let to = 4_860; to >= 480; to -= 60) await seen(to - 479, to)
  expect(await seen(1, 480)).toEqual([])
  expect(await seen(4_521, 5_000)).toEqual([[4_521, 5_000]])
  db.close()
})

test('what changes while it is read is read again, also where another read began then', async () => {
  const db = await AccountDb.open('shelf-changes')
  await db.write((w) => Promise.all([w.putEntry(line(1)), w.putEntry(line(2))]))
  const shelf = new Shelf(db, 7)
  const first = shelf.range(1, 1)
  const written = db.write((w) => w.putEntry({ ...line(1), author: 2 }))
  // A commit is told once it is there; a read that began before it may come later.
  shelf.forget({ entries: [{ chat: 7, seqs: [1] }] } as unknown as Change)
  const other = shelf.some([2])
  await Promise.all([first, written, other])
  expect((await shelf.range(1, 1)).map(({ author }) => author)).toEqual([2])
  db.close()
})
