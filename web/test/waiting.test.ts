// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AccountDb, Registry } from '../src/db'
import { sessionAt } from './server/session'

/** The worker of a browser, which has what a page left waiting, and a server that answers as it is told. */
const session = sessionAt('waiting')
const made = Date.now().toString(16).padStart(12, '0')
const encoder = new TextEncoder()
let db: AccountDb
let answer: RequestListener
/** What the server was sent. */
let sent: string[] = []
const ends: (() => void)[] = []

beforeEach(async () => {
  sent = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      sent.push(body)
      response.setHeader('zolal', 'v1')
      answer(request, response)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  vi.stubGlobal('self', { location: { origin: `http://127.0.0.1:${port}` } })
  // No page is there: the lock is free.
  const request = (name: string, _o: object, work: (lock: object) => Promise<void>) => work({ name })
  vi.stubGlobal('navigator', { locks: { request } })
  const registry = await Registry.open()
  await registry.set('session', session)
  registry.close()
  db = await AccountDb.open(AccountDb.nameOf(session))
  ends.push(() => {
    server.close()
    server.closeAllConnections()
  })
})

afterEach(async () => {
  for (const end of ends.splice(0)) end()
  db.close()
  await AccountDb.delete(db.name)
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function leave(text: string, chat = 7): Promise<number> {
  return db.write((w) =>
    w.addOutbox({
      chat,
      method: 'Messages/Send',
      request: encoder.encode(text),
      keys: [`${made}00000000`],
      at: Date.now(),
      state: 'waiting',
      unsure: false,
      device: session.device,
      error: null,
      notBefore: 0,
      seqs: [],
      shows: { kind: 'forward' },
    }),
  )
}

/** What still waits, and whether it may have been stored. */
const waiting = async () => (await db.read((r) => r.outbox())).map(({ n, unsure }) => [n, unsure])
const takeBack = (n: number) => db.write((w) => w.dropOutbox(n))
const wake = async () => (await import('../src/worker/later')).sendWaiting()

test('what a page takes back while the worker sends what is before it is neither sent nor back', async () => {
  const [one, two, three] = [await leave('one'), await leave('two'), await leave('three')]
  answer = (_, response) => void (sent.length > 1 ? response.end() : takeBack(two).then(() => response.end()))
  await wake()
  expect(sent).toEqual(['one', 'three'])
  expect(await waiting()).toEqual([
    [one, true],
    [three, true],
  ])
})

test('what is taken back while the worker sends it does not come back by a refusal', async () => {
  const [one, two] = [await leave('one'), await leave('two', 8)]
  answer = (_, response) => {
    response.statusCode = 403
    void (sent.length > 1 ? response.end() : takeBack(one).then(() => response.end()))
  }
  await wake()
  expect(sent).toEqual(['one', 'two'])
  // A refusal says that nothing is stored.
  expect(await waiting()).toEqual([[two, false]])
})

test('behind what the server does not take now, the worker sends nothing of that chat', async () => {
  const [one, two, three] = [await leave('one'), await leave('two'), await leave('three', 8)]
  answer = (_, response) => {
    response.statusCode = sent.length === 1 ? 429 : 200
    response.end()
  }
  await wake()
  expect(sent).toEqual(['one', 'three'])
  expect(await waiting()).toEqual([
    [one, false],
    [two, false],
    [three, true],
  ])
})
