// SPDX-License-Identifier: AGPL-3.0-or-later
import { Registry } from '../db'
import { base64 } from './base64'
import { LATER, sendWaiting } from './later'
import { ask } from './post'
import { scope } from './scope'
import { fill, keepShell } from './shell'
import { type Hint, open, show } from './show'

/** What pages say to the worker. */
interface Message {
  /** Take over: the person wants the new version. */
  readonly take?: boolean
  /** The network bears fetching the rest of the app. */
  readonly fill?: boolean
  /** A page is hidden, and something came. */
  readonly show?: Hint
}

keepShell()

scope.addEventListener('push', (event) => {
  let hint: Hint = {}
  try {
    hint = (event.data?.json() ?? {}) as Hint
  } catch {
    // Not one of ours: nothing to show.
  }
  event.waitUntil(show(hint))
})

scope.addEventListener('notificationclick', (event) => event.waitUntil(open(event.notification)))

scope.addEventListener('message', (event) => {
  const { take, fill: more, show: hint } = (event.data ?? {}) as Message
  if (take) event.waitUntil(scope.skipWaiting())
  if (more) event.waitUntil(fill())
  if (hint) event.waitUntil(show(hint))
})

scope.addEventListener('sync', (event) => {
  if (event.tag === LATER) event.waitUntil(sendWaiting())
})

// The browser changed the subscription: the server is told of the new one, also while no page is open.
scope.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew()))

async function renew(): Promise<void> {
  const registry = await Registry.open()
  const notify = await registry.get('notify')
  registry.close()
  const info = await ask<{ pushKey?: string }>('Accounts/Server', {})
  if (!notify?.on || !info?.pushKey) return
  const applicationServerKey = Uint8Array.from(atob(info.pushKey), (c) => c.charCodeAt(0))
  const { pushManager } = scope.registration
  const fresh =
    (await pushManager.getSubscription()) ??
    (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }))
  const before = await ask<{ settings?: object }>('Push/State', {})
  await ask('Push/Subscribe', {
    endpoint: fresh.endpoint,
    key: base64(fresh.getKey('p256dh')),
    secret: base64(fresh.getKey('auth')),
    settings: before?.settings ?? {},
  })
}
