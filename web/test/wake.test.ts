// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Registry } from '../src/db'
import { PUSH_DEFAULTS } from '../src/model/push'
import { sessionAt } from './server/session'

/** The worker in a browser whose windows, notifications and badge are looked at, and a server. */
const session = sessionAt('wake')
interface Shown {
  readonly tag: string
  readonly data: unknown
  close(): void
}
let shown: Shown[] = []
/** Alerts so far: each makes a sound. */
let alerts: string[] = []
let badge: number | null = null
let windows: { id: string; focused: boolean; visibilityState: string; url: string }[] = []
/** What the server was asked, and what it says. */
let asked: { method: string; body: Record<string, unknown> }[] = []
let answers: Record<string, object>
const ends: (() => void)[] = []

const registration = {
  getNotifications: async ({ tag = '' } = {}) => shown.filter((one) => tag === '' || one.tag === tag),
  showNotification: async (title: string, { tag = '', data }: NotificationOptions) => {
    alerts.push(title)
    const close = () => {
      shown = shown.filter((other) => other !== one)
    }
    const one: Shown = { tag, data, close }
    shown = [...shown.filter((other) => other.tag !== tag), one]
  },
  pushManager: {
    getSubscription: async () => null,
    subscribe: async () => ({ endpoint: 'https://push.example/new', getKey: () => new ArrayBuffer(65) }),
  },
}

beforeEach(async () => {
  ;[shown, alerts, badge, windows, asked] = [[], [], null, [], []]
  answers = { 'Accounts/Server': { pushKey: 'AAAA' } }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const method = (request.url ?? '').replace('/api/', '')
      asked.push({ method, body: JSON.parse(body || '{}') })
      response.setHeader('zolal', 'v1')
      response.statusCode = answers[method] ? 200 : 404
      response.end(JSON.stringify(answers[method] ?? {}))
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  vi.stubGlobal('SHELL_FILES', { first: {}, rest: {}, table: {} })
  vi.stubGlobal('self', {
    location: { origin: `http://127.0.0.1:${port}` },
    clients: { matchAll: async () => windows },
    registration,
  })
  vi.stubGlobal('caches', { open: async () => ({ match: async () => undefined }) })
  let turn: Promise<unknown> = Promise.resolve()
  const request = <T>(_: string, work: () => Promise<T>) => {
    const mine = turn.then(work)
    turn = mine
    return mine
  }
  vi.stubGlobal('navigator', {
    locks: { request },
    setAppBadge: async (n: number) => {
      badge = n
    },
    clearAppBadge: async () => {
      badge = 0
    },
  })
  const registry = await Registry.open()
  await registry.set('session', session)
  registry.close()
  ends.push(() => {
    server.close()
    server.closeAllConnections()
  })
})

afterEach(async () => {
  for (const end of ends.splice(0)) end()
  const registry = await Registry.open()
  await registry.delete('spent')
  registry.close()
  vi.unstubAllGlobals()
  vi.resetModules()
})

const worker = () => import('../src/worker/show')
const tab = (id: string, focused = false, visibilityState = 'hidden') => ({
  id,
  focused,
  visibilityState,
  url: '/',
  postMessage: () => {},
})
const waits = { waits: true, title: 'رضا', text: 'سلام', unread: 1, total: 4 }

describe('what pages ask to be shown', () => {
  test('two hidden tabs that tell of the same message alert once', async () => {
    answers['Push/Look'] = waits
    const [one, two] = [tab('one'), tab('two')]
    windows = [one, two]
    const { showFor } = await worker()
    await Promise.all([one, two].map((page) => showFor(page, { chat: 7, seq: 3 })))
    expect(alerts).toEqual(['رضا'])
    await showFor(one, { chat: 7, seq: 4 })
    expect(alerts).toHaveLength(2)
  })

  test.each([
    ['another window that is in use shows it already', tab('other', true, 'visible'), 0],
    ['another that is in sight but not in use may not be looked at', tab('other', false, 'visible'), 1],
    ['another that is hidden is not looked at', tab('other'), 1],
  ])('%s', async (_, other, count) => {
    answers['Push/Look'] = waits
    const page = tab('page', true, 'visible') // it knows better than the browser: nobody looks at it
    windows = [page, other]
    await (await worker()).showFor(page, { chat: 7, seq: 3 })
    expect(alerts).toHaveLength(count)
  })

  test('what is read while it is looked up does not stay', async () => {
    answers['Push/Look'] = waits
    const { show } = await worker()
    await Promise.all([show({ chat: 7, seq: 3 }), show({ chat: 7, read: 3 })])
    expect(shown).toEqual([])
  })
})

test('the number on the icon follows pushes, with no page open', async () => {
  const { show } = await worker()
  answers['Push/Look'] = waits
  await show({ chat: 7, seq: 3 })
  expect(badge).toBe(4)
  // Read elsewhere.
  answers['Push/Look'] = { total: 0 }
  await show({ chat: 7, read: 3 })
  expect(badge).toBe(0)
  expect(shown).toEqual([])
  // A server that does not say it, or is not reached, leaves it as it is.
  for (const silent of [{ waits: true }, undefined]) {
    badge = 2
    if (silent) answers['Push/Look'] = silent
    else delete answers['Push/Look']
    await show({ chat: 7, seq: 9 })
    expect(badge).toBe(2)
  }
})

test('a subscription that the browser renews keeps the wishes of the device', async () => {
  const registry = await Registry.open()
  const settings = { ...PUSH_DEFAULTS, channels: false, quiet: { from: 1380, until: 420 } }
  await registry.set('notify', { on: true, language: 'fa', settings, clears: true })
  registry.close()
  // The one before was gone: with it the server has dropped what it knew.
  answers = { ...answers, 'Push/State': {}, 'Push/Subscribe': {} }
  await (await import('../src/worker/renew')).renew()
  expect(asked.find(({ method }) => method === 'Push/Subscribe')?.body).toMatchObject({
    endpoint: 'https://push.example/new',
    settings: { noChannels: true, noGroups: false, quietFrom: 1380, quietUntil: 420, clears: true },
  })
})

test('what the worker sends and receives is kept for a page to count, by kind', async () => {
  answers['Push/Look'] = waits
  await (await worker()).show({ chat: 7, seq: 3 })
  const { spending } = await import('../src/worker/spending')
  await spending.keep()
  await spending.keep()
  const registry = await Registry.open()
  const { received, sent } = (await registry.get('spent')) ?? {}
  registry.close()
  expect(received?.messages).toBeGreaterThan(50)
  expect(sent?.messages).toBe(JSON.stringify({ chat: 7, seq: 3 }).length)
})
