// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ClientIdentity } from './frame'
import type { HelloOk } from './gen/zolal/v1/frame_pb'
import type { Updates } from './gen/zolal/v1/sync_pb'

/** The ways to carry calls and updates, from the quickest to the one that passes where nothing else does. */
export const RUNGS = ['socket', 'stream', 'poll'] as const
export type Rung = (typeof RUNGS)[number]

/** What reaches the network. The browser's own, or Node's in tests. */
export interface Net {
  readonly fetch: typeof fetch
  socket(url: string, protocol: string): WebSocket
  /** Whether the device believes to have a network at all. */
  online(): boolean
}

/** Deadlines, in milliseconds. */
export interface Timing {
  /** From opening until the first genuine data; a connection that swallows data counts as blocked. */
  readonly firstData: number
  /** An answer to an ordinary request. */
  readonly answer: number
  /** An unanswered request makes the link doubtful after this long: it is pinged. */
  readonly doubt: number
  /** An answer to a ping. */
  readonly pong: number
  /** Where the network may have changed, a link that says nothing for so long gets another beside it. */
  readonly spare: number
  /** A stream without even a heartbeat for so long is dead. */
  readonly streamSilence: number
  /** How long the server may hold a poll. */
  readonly pollWait: number
  /** Between attempts when nothing can be reached: from, to. */
  readonly retryMin: number
  readonly retryMax: number
  /** The longest wait of a page in sight, while what it lost is not long gone. */
  readonly retryNear: number
  /** Between attempts to climb back to a quicker rung: from, to. */
  readonly climbMin: number
  readonly climbMax: number
}

export const TIMING: Timing = {
  firstData: 8_000,
  answer: 20_000,
  doubt: 5_000,
  pong: 8_000,
  spare: 1_000,
  streamSilence: 45_000,
  pollWait: 25_000,
  retryMin: 500,
  retryMax: 60_000,
  retryNear: 4_000,
  climbMin: 60_000,
  climbMax: 1_800_000,
}

export interface LinkOptions {
  /** Root of the server, as "https://host:port". */
  readonly address: string
  readonly token: string
  readonly who: ClientIdentity
  readonly net: Net
  readonly timing: Timing
}

/** What a link tells. `closed` comes at most once, and not after close(). */
export interface LinkEvents {
  updates(updates: Updates): void
  closed(why: unknown): void
}

/** One open connection that has shown that data arrives. */
export interface Link {
  readonly rung: Rung
  readonly address: string
  readonly hello: HelloOk
  /** When data came last, as performance.now() says it. */
  readonly heard: number
  /**
   * Sends one request. Rejects with Refusal when the server refuses, else with Silence; after a Silence the
   * link is over or about to be.
   */
  request(method: string, payload: Uint8Array, deadlineMs: number): Promise<Uint8Array>
  /** Asks whether the other side is still there; a link that is not ends. */
  probe(): void
  /** Stops updates but lets calls under way end: another link has taken over. */
  retire(): void
  close(): void
}

/** Rejects when `work` takes longer than `ms`. */
export function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
