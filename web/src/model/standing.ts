// SPDX-License-Identifier: AGPL-3.0-or-later
import { onFreeze } from './freeze'

/** Held by whoever looks at the notifications that stand, or puts one up. */
const LOCK = 'notifications'

/**
 * Chromium forgets a notification that is looked for while it is being put up: it stands on the screen, and
 * nobody finds it again, neither to take it down nor to see that it is there. So pages and the worker do
 * either one after the other. Where there are no locks, nobody waits; nor for a page that is frozen at it.
 */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { readonly locks?: LockManager }
  if (!locks) return work()
  let done: Promise<T> | undefined
  await locks.request(LOCK, async () => {
    let stop = () => {}
    const frozen = new Promise<void>((resolve) => {
      stop = onFreeze(() => resolve())
    })
    done = work()
    await Promise.race([done.catch(() => {}), frozen])
    stop()
  })
  return done ?? work()
}

/** The notifications that stand now; of one tag, where one is given. */
export function standing(
  of: ServiceWorkerRegistration,
  filter?: GetNotificationOptions,
): Promise<Notification[]> {
  return inTurn(() => of.getNotifications(filter))
}

/** Resolves when a notification stands. */
export function putUp(
  of: ServiceWorkerRegistration,
  title: string,
  options: NotificationOptions,
): Promise<void> {
  return inTurn(() => of.showNotification(title, options))
}
