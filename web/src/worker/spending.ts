// SPDX-License-Identifier: AGPL-3.0-or-later
import { Registry } from '../db'
import { COUNTING, type Fetched, fetchedAs, plusOf, type Way } from '../model/fetched'

/** So many fetches the browser may remember between two looks: a whole new version of the app. */
const REMEMBERED = 2000
const NO_MEDIA: Parameters<typeof fetchedAs>[1] = new Map()

/**
 * What the worker fetches is in the timeline of no page. It is counted here after each thing that the worker
 * does, and kept until a page takes it to its own.
 */
class Spending {
  #sent = 0

  begin(): void {
    performance.setResourceTimingBufferSize(REMEMBERED)
  }

  /** Bytes of a request. */
  sends(bytes: number): void {
    this.#sent += bytes
  }

  /** Keeps what was counted since the last time; what fails is counted with the next. */
  async keep(): Promise<void> {
    const counted: Record<Way, Partial<Record<'messages' | 'app', number>>> = { received: {}, sent: {} }
    for (const entry of performance.getEntriesByType('resource') as unknown as Fetched[]) {
      const kind = fetchedAs(entry, NO_MEDIA)
      if ((kind === 'messages' || kind === 'app') && entry.transferSize > 0)
        counted.received[kind] = (counted.received[kind] ?? 0) + entry.transferSize
    }
    performance.clearResourceTimings()
    if (this.#sent > 0) counted.sent.messages = this.#sent
    this.#sent = 0
    if (Object.keys({ ...counted.received, ...counted.sent }).length === 0) return
    const registry = await Registry.open()
    try {
      await navigator.locks.request(COUNTING, async () => {
        const { received = {}, sent = {} } = (await registry.get('spent')) ?? {}
        await registry.set('spent', {
          received: plusOf(received, counted.received),
          sent: plusOf(sent, counted.sent),
        })
      })
    } finally {
      registry.close()
    }
  }
}

export const spending = new Spending()
