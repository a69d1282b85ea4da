// SPDX-License-Identifier: AGPL-3.0-or-later

import { type Counts, type Fetched, fetchedAs, plusOf, type Way } from '../model/fetched'
import type { MediaKind, SpentKind, SpentView } from '../model/media'
import { tally } from './frame'

const storageKey = 'zolal.spent'
/** So long may pass between counting and keeping; milliseconds. */
const KEEP_EVERY = 5_000

/** What media are counted as. */
export function spentAs(kind: MediaKind): Exclude<SpentKind, 'messages' | 'app'> {
  const kinds = { photo: 'photos', video: 'videos', gif: 'videos', voice: 'voice', audio: 'music' } as const
  return kind in kinds ? kinds[kind as keyof typeof kinds] : 'files'
}

/**
 * What this device sent and received, by kind, since a time. It is kept where all tabs see it; each adds what
 * it counted, so that none takes away what another did.
 */
class Spent {
  #pending: Record<Way, Counts> = { received: {}, sent: {} }
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #tallied = { received: 0, sent: 0 }
  /** Media that the browser fetches by itself, by their paths. */
  readonly #kinds = new Map<string, SpentKind>()
  #watching = false

  add(kind: SpentKind, way: Way, bytes: number): void {
    if (bytes <= 0) return
    const counts = this.#pending[way]
    counts[kind] = (counts[kind] ?? 0) + bytes
    this.#timer ??= setTimeout(() => this.keep(), KEEP_EVERY)
  }

  /** Adds what was counted where there is no page. */
  take(counted: Readonly<Record<Way, Counts>>): void {
    for (const way of ['received', 'sent'] as const)
      for (const [kind, bytes] of Object.entries(counted[way])) this.add(kind as SpentKind, way, bytes)
  }

  /** What a path of media is, where the browser fetches it by itself. */
  name(address: string, kind: SpentKind): void {
    this.#kinds.set(new URL(address).pathname, kind)
  }

  /** Counts what the browser fetches, and keeps the count when the page is put away. */
  watch(): void {
    if (this.#watching || typeof PerformanceObserver === 'undefined') return
    this.#watching = true
    const watcher = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const fetched = entry as unknown as Fetched
        const kind = fetchedAs(fetched, this.#kinds)
        if (kind) this.add(kind, 'received', fetched.transferSize)
      }
    })
    watcher.observe({ type: 'resource', buffered: true })
    watcher.observe({ type: 'navigation', buffered: true })
    for (const event of ['pagehide', 'visibilitychange']) addEventListener(event, () => this.keep())
    setInterval(() => this.#takeTally(), KEEP_EVERY)
  }

  view(): SpentView {
    this.keep()
    return this.#stored()
  }

  forget(): void {
    this.keep()
    this.#store({ since: Date.now(), received: {}, sent: {} })
  }

  /** Keeps what was counted. */
  keep(): void {
    this.#takeTally()
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { received, sent } = this.#pending
    this.#pending = { received: {}, sent: {} }
    const before = this.#stored()
    this.#store({
      since: before.since,
      received: plusOf(before.received, received),
      sent: plusOf(before.sent, sent),
    })
  }

  /** What went over sockets is counted where they are. */
  #takeTally(): void {
    for (const way of ['received', 'sent'] as const) {
      this.add('messages', way, tally[way] - this.#tallied[way])
      this.#tallied[way] = tally[way]
    }
  }

  #stored(): SpentView {
    try {
      const { since, received, sent } = JSON.parse(localStorage.getItem(storageKey) ?? '') as SpentView
      if (Number.isFinite(since)) return { since, received: { ...received }, sent: { ...sent } }
    } catch {
      // Nothing was counted yet, or nothing can be kept.
    }
    return { since: Date.now(), received: {}, sent: {} }
  }

  #store(view: SpentView): void {
    try {
      localStorage.setItem(storageKey, JSON.stringify(view))
    } catch {
      // Storage may be full or forbidden: then nothing is counted.
    }
  }
}

export const spent = new Spent()
