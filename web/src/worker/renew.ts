// SPDX-License-Identifier: AGPL-3.0-or-later
import { Registry } from '../db'
import { wireSettings } from '../model/push'
import { base64 } from './base64'
import { ask } from './post'
import { scope } from './scope'

/** Tells the server of the new subscription that the browser made, with what this device wants. */
export async function renew(): Promise<void> {
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
  // Where the push service ended the one before, the server has dropped its wishes with it.
  await ask('Push/Subscribe', {
    endpoint: fresh.endpoint,
    key: base64(fresh.getKey('p256dh')),
    secret: base64(fresh.getKey('auth')),
    settings: wireSettings(notify.settings, notify.clears ?? false),
  })
}
