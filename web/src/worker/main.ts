// SPDX-License-Identifier: AGPL-3.0-or-later
import { LATER, sendWaiting } from './later'
import { renew } from './renew'
import { type Lasting, scope } from './scope'
import { fill, keepShell } from './shell'
import { type Hint, open, show, showFor } from './show'
import { spending } from './spending'

/** What pages say to the worker. */
interface Message {
  /** Take over: the person wants the new version. */
  readonly take?: boolean
  /** The network bears fetching the rest of the app. */
  readonly fill?: boolean
  /** Nobody looks at a page, and something came. */
  readonly show?: Hint
}

spending.begin()
keepShell()

/** Lets the browser wait for something, and for the count of what it fetched. */
function doing(event: Lasting, work: Promise<unknown>): void {
  const counted = () => spending.keep().catch(() => {})
  event.waitUntil(work.finally(counted))
}

scope.addEventListener('push', (event) => {
  let hint: Hint = {}
  try {
    hint = (event.data?.json() ?? {}) as Hint
  } catch {
    // Not one of ours: nothing to show.
  }
  doing(event, show(hint))
})

scope.addEventListener('notificationclick', (event) => event.waitUntil(open(event.notification)))

scope.addEventListener('message', (event) => {
  const { take, fill: more, show: hint } = (event.data ?? {}) as Message
  if (take) event.waitUntil(scope.skipWaiting())
  if (more) doing(event, fill())
  if (hint) doing(event, showFor(event.source, hint))
})

scope.addEventListener('sync', (event) => {
  if (event.tag === LATER) doing(event, sendWaiting())
})

// The browser changed the subscription: the server is told of the new one, also while no page is open.
scope.addEventListener('pushsubscriptionchange', (event) => doing(event, renew()))
