// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { AccountDb, Registry } from '../src/db'
import { MARK_BYTES } from '../src/worker/mark'
import { sessionAt } from './server/session'

const session = sessionAt('files')
const TEXT = 'export const part = 1'
const NAME = 'part-C0FFEE.js'
const PATH = `/assets/${NAME}`
const ends: (() => void)[] = []

afterEach(() => {
  for (const end of ends.splice(0)) end()
  vi.unstubAllGlobals()
  vi.resetModules()
})

const markOf = (text: string) =>
  createHash('sha256').update(text).digest().subarray(0, MARK_BYTES).toString('base64')

/** An address that notes what it is asked. */
async function address(answer: RequestListener): Promise<{ root: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  ends.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** A worker of the app at this address, which keeps the table of its files and nothing else. */
async function workerAt(own: string, addresses: readonly string[], good?: string) {
  const table = JSON.stringify({ first: 0, names: NAME, marks: markOf(TEXT), needs: '' })
  vi.stubGlobal('SHELL_FILES', { first: {}, rest: {}, table: { '/assets/marks.json': markOf(table) } })
  vi.stubGlobal('self', { location: { origin: own } })
  const match = async (path: string) => (path === '/assets/marks.json' ? new Response(table) : undefined)
  vi.stubGlobal('caches', { open: async () => ({ match }) })
  const registry = await Registry.open()
  await registry.set('session', session)
  registry.close()
  const db = await AccountDb.open(AccountDb.nameOf(session))
  const known = { key: '', server: session.server, addresses, issuedMs: 0, ...(good && { good }) }
  await db.write((w) => w.putValue('addresses', known))
  db.close()
  return import('../src/worker/files')
}

const silent: RequestListener = () => {}
const gives =
  (text: string): RequestListener =>
  (_, response) =>
    response.end(text)

test('while our own address is blocked, a part comes at once from the one that answered last', async () => {
  const [own, other] = [await address(silent), await address(gives(TEXT))]
  const { fetched } = await workerAt(own.root, [own.root, other.root], other.root)
  const answer = await fetched(PATH)
  expect(await answer.text()).toBe(TEXT)
  expect(other.asked).toEqual([PATH])
  expect(own.asked).toEqual([])
})

test('a part that is not what was built is asked for at the next address', async () => {
  const [own, other] = [await address(gives('<!doctype html>')), await address(gives(TEXT))]
  const { fetched } = await workerAt(own.root, [own.root, other.root])
  expect(await (await fetched(PATH)).text()).toBe(TEXT)
  expect(own.asked).toEqual([PATH])
})

test('a part that no address has as it was built is missing', async () => {
  const [own, other] = [await address(gives('a')), await address(gives('b'))]
  const { fetched } = await workerAt(own.root, [own.root, other.root])
  await expect(fetched(PATH)).rejects.toThrow(PATH)
  // Once from what the browser may have, and once past it.
  expect(own.asked).toEqual([PATH, PATH])
})

test('a worker that is being installed asks its own address alone', async () => {
  const [own, other] = [await address(gives('a')), await address(gives(TEXT))]
  const { fetched } = await workerAt(own.root, [own.root, other.root], other.root)
  await expect(fetched(PATH, { installing: true })).rejects.toThrow(PATH)
  expect(other.asked).toEqual([])
})
