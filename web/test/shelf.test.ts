// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { expect, test, vi } from 'vitest'
import { AccountDb, type EntryRow, Reader } from '../src/db'
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
