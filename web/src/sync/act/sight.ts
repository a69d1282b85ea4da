// SPDX-License-Identifier: AGPL-3.0-or-later
import { onFreeze } from '../../model/freeze'

/** Pages in sight hold it together; who gets it alone knows that there are none. */
const ALL = 'seen'
/** One of each page in sight: who waits for it hears when that page goes, also when it is closed. */
const PAGE = 'seen:'

/** Tells the server that nobody looks any more (`away`), or that somebody does. */
type Say = (away: boolean) => Promise<void>

/**
 * Whether any page of the app is in sight. What one says of it is said while it holds the lock that makes it
 * true: nothing that another page said before can come after. A page that freezes holds none: the others
 * would wait for it until it is woken.
 */
export class Sight {
  /** Gives back the locks of this page; null: it has none. */
  #letGo: (() => Promise<unknown>) | null = null
  /** While this page waits for another one in sight. */
  #waiting: AbortController | null = null
  /** Given when the page freezes. */
  #awake: AbortController | null = null
  /** Of one page each is done when the one before is. */
  #turn: Promise<unknown> = Promise.resolve()

  get #locks(): LockManager | undefined {
    return (navigator as { readonly locks?: LockManager }).locks
  }

  /** This page is in sight, and says so. */
  enter(say: Say): Promise<void> {
    this.#waiting?.abort()
    this.#stay()
    return this.#next(async () => {
      this.#letGo ??= await this.#hold()
      await say(false)
    })
  }

  /** This page goes out of sight. It says so if it was the last, now or once the others were closed. */
  leave(say: Say): Promise<void> {
    this.#stay()
    return this.#next(() => this.#leave(say))
  }

  async #leave(say: Say): Promise<void> {
    const letGo = this.#letGo
    this.#letGo = null
    await letGo?.()
    const locks = this.#locks
    if (!locks) return say(true)
    const { signal } = this.#stay()
    let said: Promise<void> = Promise.resolve()
    const last = await locks.request(ALL, { ifAvailable: true }, async (lock) => {
      if (!lock) return false
      said = say(true)
      await Promise.race([said, given(signal)])
      return true
    })
    if (last && signal.aborted) return this.#overtaken(said, say)
    if (!last) void this.#outlast(locks, say).catch(() => {})
  }

  /**
   * It froze while it said that nobody looks, and let others come in sight meanwhile: what came of it may
   * have come after their word. So it stands in for them, and goes again.
   */
  async #overtaken(said: Promise<void>, say: Say): Promise<void> {
    await said.catch(() => {})
    this.#letGo ??= await this.#hold()
    await say(false)
    await this.#leave(say)
  }

  /** From now on until the page freezes. */
  #stay(): AbortController {
    if (this.#awake) return this.#awake
    const awake = new AbortController()
    this.#awake = awake
    const stop = onFreeze(() => {
      stop()
      this.#awake = null
      void this.#letGo?.()
      this.#letGo = null
      awake.abort()
    })
    return awake
  }

  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Resolves once the locks are held, with what gives them back; rejects where the page freezes before. */
  #hold(): Promise<() => Promise<unknown>> {
    const locks = this.#locks
    if (!locks) return Promise.resolve(() => Promise.resolve())
    const { signal } = this.#stay()
    return new Promise((resolve, reject) => {
      // Another name each time: whoever still waits for the last one is not in the way.
      const held = locks.request(PAGE + crypto.randomUUID(), { signal }, () =>
        locks.request(
          ALL,
          { mode: 'shared', signal },
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

const given = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
