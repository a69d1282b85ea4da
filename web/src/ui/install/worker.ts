// SPDX-License-Identifier: AGPL-3.0-or-later
import type { NetworkActions } from '../../model'
import type { Badge } from '../../model/push'
import { standing } from '../../model/standing'
import { readRoute, router } from '../state/route.svelte'

/** Between two looks for a new version, at least. */
const LOOK_MS = 60_000
/** Between two askings of a new version to take over. */
const TAKE_MS = 2000
/** After the start, until the rest of the app is fetched. */
const FILL_MS = 8000

/** Any file that is always kept, and no script. */
const NO_SCRIPT = '/icon.svg'

/**
 * Has the browser see anew whether the version that waits may take over. Chromium ends the one before when it
 * has nothing to do, but once: what a page asks for in that moment starts it again, for half a minute at
 * least. It looks again whenever a page or a worker is begun, were it one that comes to nothing.
 */
function hintToLook(): void {
  new Worker(NO_SCRIPT).onerror = (event) => event.preventDefault()
}

interface Network {
  readonly saveData?: boolean
  readonly effectiveType?: string
}

/** Whether the network bears what nobody asked for yet. */
function generous(): boolean {
  const network = (navigator as { connection?: Network }).connection
  return !network || (!network.saveData && network.effectiveType === '4g')
}

/** What a notification that stands is about: a message of a chat, or its being offered. */
export interface Standing {
  readonly chat: number
  readonly seq?: number
  readonly offer?: number
}

export interface Following {
  /** Asks for a new version. */
  look(): void
  /** Takes down notifications, by what they are about. */
  clear(of: (what: Standing) => boolean): void
  stop(): void
}

/** Looks for a new version: the worker, or the page itself where there is none. */
function looking(
  network: NetworkActions,
  registered: () => ServiceWorkerRegistration | null,
  fresh: (take: () => void) => void,
): () => void {
  const entry = document.querySelector('script[type=module]')?.getAttribute('src') ?? ''
  const reload = () => location.reload()
  let looked = Date.now()
  return () => {
    if (Date.now() - looked < LOOK_MS) return
    looked = Date.now()
    const news = registered()?.update() ?? network.renewed(entry).then((is) => is && fresh(reload))
    // Without a network there is nothing new.
    news.catch(() => {})
  }
}

/**
 * Follows the service worker. `fresh` is called with what refreshes the page, once a new version waits, or
 * has taken over because another page wanted it; where there is no worker, once the server has another.
 * Nothing is ever reloaded under somebody's hands; a page that nobody sees reloads by itself.
 */
export function follow(network: NetworkActions, fresh: (take: () => void) => void): Following {
  let registration: ServiceWorkerRegistration | null = null
  const look = looking(network, () => registration, fresh)
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  if (!container) return { look, clear() {}, stop() {} }
  const stopped = new AbortController()
  const { signal } = stopped
  let hadWorker = container.controller !== null
  let wanted = false

  const offer = (worker: ServiceWorker) =>
    fresh(() => {
      wanted = true
      // Asked until it has: meanwhile a newer one may wait in its place.
      const take = () => (registration?.waiting ?? worker).postMessage({ take: true })
      take()
      const again = setInterval(() => {
        take()
        hintToLook()
      }, TAKE_MS)
      signal.addEventListener('abort', () => clearInterval(again))
    })
  const watch = (worker: ServiceWorker | null) =>
    worker?.addEventListener(
      'statechange',
      () => worker.state === 'installed' && container.controller && offer(worker),
      { signal },
    )
  container.addEventListener(
    'controllerchange',
    () => {
      // The first worker takes over a page that is new enough.
      if (!hadWorker && !wanted) hadWorker = true
      else if (wanted || document.hidden) location.reload()
      else fresh(() => location.reload())
    },
    { signal },
  )
  container.addEventListener(
    'message',
    ({ data }) => {
      const path = (data as { open?: string } | null)?.open
      if (path) router.go(readRoute(path.slice(path.indexOf('#'))))
    },
    { signal },
  )
  void container.ready.then((ready) => {
    if (signal.aborted) return
    registration = ready
    if (ready.waiting && container.controller) offer(ready.waiting)
    watch(ready.installing)
    ready.addEventListener('updatefound', () => watch(ready.installing), { signal })
  })
  const timer = setTimeout(() => {
    if (generous()) registration?.active?.postMessage({ fill: true })
  }, FILL_MS)
  return {
    look,
    clear(of) {
      if (!registration) return
      void standing(registration).then((all) => {
        for (const one of all) {
          const what = (one.data ?? {}) as Partial<Standing>
          if (what.chat && of({ ...what, chat: what.chat })) one.close()
        }
      })
    },
    stop() {
      clearTimeout(timer)
      stopped.abort()
    },
  }
}

/** What browsers with a background know of, and the rest do not. */
type Later = ServiceWorkerRegistration & { readonly sync?: { register(tag: string): Promise<void> } }

/** Has the worker send what waits once there is a network, also where no page is there any more by then. */
export function sendLater(): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer }
  serviceWorker?.ready.then((ready) => (ready as Later).sync?.register('outbox')).catch(() => {})
}

/** How many messages wait, on the icon of the installed app. */
export function setBadge(n: number): void {
  const badge = navigator as Badge
  const done = n > 0 ? badge.setAppBadge?.(n) : badge.clearAppBadge?.()
  done?.catch(() => {})
}
