// SPDX-License-Identifier: AGPL-3.0-or-later
import { openPoll, openStream } from './carrier'
import { endsSession, Refusal, Silence } from './failure'
import { ErrorCode } from './gen/zolal/v1/frame_pb'
import { type Link, type LinkEvents, type LinkOptions, RUNGS, type Rung } from './link'
import { openSocket } from './socket'

const open: Record<Rung, (o: LinkOptions, events: LinkEvents) => Promise<Link>> = {
  socket: openSocket,
  stream: openStream,
  poll: openPoll,
}

/** Opens one rung at one address. */
export function openRung(rung: Rung, o: LinkOptions, events: LinkEvents): Promise<Link> {
  return open[rung](o, events)
}

export interface Attempt {
  readonly address: string
  readonly rung: Rung
}

/**
 * What to try, in order: first the rung that worked here last, at every address; then the rungs below it;
 * then those above, since the network may have changed.
 */
export function plan(addresses: readonly string[], start: Rung): Attempt[] {
  const at = RUNGS.indexOf(start)
  const rungs = [...RUNGS.slice(at), ...RUNGS.slice(0, at)]
  return rungs.flatMap((rung) => addresses.map((address) => ({ address, rung })))
}

/** The server's own answer settles the matter at every address: there is no use in trying another. */
function final(error: unknown): boolean {
  return endsSession(error) || (error instanceof Refusal && error.code === ErrorCode.VERSION_UNSUPPORTED)
}

/** Of several failures the one to tell: a refusal, else interference, else the last. */
function worst(errors: readonly unknown[]): unknown {
  const refusal = errors.find((e) => e instanceof Refusal)
  const meddling = errors.find((e) => e instanceof Silence && e.reason === 'interfering')
  return refusal ?? meddling ?? errors.at(-1) ?? new Silence('offline', false)
}

/**
 * Makes attempts in order; the next one starts when the one before has failed or has shown nothing for
 * `staggerMs`. The first that shows genuine data wins, and the others are closed.
 */
export function race(
  attempts: readonly Attempt[],
  staggerMs: number,
  attempt: (what: Attempt) => Promise<Link>,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const errors: unknown[] = []
    let next = 0
    let settled = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = (how: () => void) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      how()
    }
    const start = () => {
      clearTimeout(timer)
      const what = attempts[next]
      if (settled || !what) return
      next++
      timer = setTimeout(start, staggerMs)
      attempt(what).then(
        (link) => (settled ? link.close() : settle(() => resolve(link))),
        (error) => {
          errors.push(error)
          if (final(error) || errors.length === attempts.length) settle(() => reject(worst(errors)))
          else start()
        },
      )
    }
    if (attempts.length === 0) reject(new Silence('offline', false))
    start()
  })
}
