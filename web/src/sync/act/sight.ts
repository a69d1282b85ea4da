// SPDX-License-Identifier: AGPL-3.0-or-later

/** Pages in sight hold it together; who gets it alone knows that there are none. */
const ALL = 'seen'
/** One of each page in sight: who waits for it hears when that page goes, also when it is closed. */
const PAGE = 'seen:'

/** Tells the server something. */
type Say = () => Promise<void>

/**
 * Whether any page of the app is in sight. What one says of it is said while it holds the lock that makes it
 * true: nothing that another page said before can come after.
 */
export class Sight {
  /** Gives back the locks of this page; null: it has none. */
  #letGo: (() => Promise<unknown>) | null = null
  /** While this page waits for another one in sight. */
  #waiting: AbortController | null = null
  /** Of one page each is done when the one before is. */
  #turn: Promise<unknown> = Promise.resolve()

  get #locks(): LockManager | undefined {
    return (navigator as { readonly locks?: LockManager }).locks
  }

  /** This page is in sight, and says so. */
  enter(say: Say): Promise<void> {
    this.#waiting?.abort()
    return this.#next(async () => {
      this.#letGo ??= await this.#hold()
      await say()
    })
  }

  /** This page goes out of sight. It says so if it was the last, now or once the others were closed. */
  leave(say: Say): Promise<void> {
    return this.#next(async () => {
      const letGo = this.#letGo
      this.#letGo = null
      await letGo?.()
      const locks = this.#locks
      if (!locks) return say()
      const last = await locks.request(ALL, { ifAvailable: true }, async (lock) => {
        if (lock) await say()
        return lock !== null
      })
      if (!last) void this.#outlast(locks, say).catch(() => {})
    })
  }

  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Resolves once the locks are held, with what gives them back. */
  #hold(): Promise<() => Promise<unknown>> {
    const locks = this.#locks
    if (!locks) return Promise.resolve(() => Promise.resolve())
    return new Promise((resolve, reject) => {
      // Another name each time: whoever still waits for the last one is not in the way.
      const held = locks.request(PAGE + crypto.randomUUID(), () =>
        locks.request(
          ALL,
          { mode: 'shared' },
          () =>
            new Promise<void>((letGo) => {
              resolve(() => {
                letGo()
                return held
              })
            }),
        ),
      )
      held.catch(reject)
    })
  }

  /** Waits for a page in sight to go, and looks again. */
  async #outlast(locks: LockManager, say: Say): Promise<void> {
    this.#waiting?.abort()
    const waiting = new AbortController()
    this.#waiting = waiting
    const { held = [] } = await locks.query()
    const other = held.find(({ name }) => name?.startsWith(PAGE))?.name
    if (!other) return
    await locks.request(other, { signal: waiting.signal }, () => {})
    if (!waiting.signal.aborted) await this.leave(say)
  }
}
