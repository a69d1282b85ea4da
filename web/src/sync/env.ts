// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Freeze } from '../model/freeze'
import type { ClientIdentity, Net, Timing } from '../wire'

/** A channel that reaches the other tabs of this app, not the one that posts. */
export interface Channel {
  post(message: unknown): void
  close(): void
}

/** What the sync layer needs of the place it runs in. The browser's, or a test's. */
export interface Env {
  /** Root of the server the app came from. */
  readonly home: string
  readonly net: Net
  readonly timing: Timing
  /** Delays of its own; milliseconds. */
  readonly pace: Pace
  readonly who: ClientIdentity
  /** What the device calls itself, as "Firefox on Linux". */
  readonly device: string
  /** Name of the registry's database. */
  readonly registry: string
  networkName(): string
  channel(name: string, hear: (message: unknown) => void): Channel
  /**
   * Holds a lock of that name while `work` runs; waits for it before. Resolves when the work has ended or the
   * signal was given.
   */
  lock(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void>
  /**
   * Tells of the moments to look at the connection: the network came, went or became another (`changed`), or
   * the person came back.
   */
  onWake(wake: (changed: boolean) => void): () => void
  /** Whether the person may be looking at this tab now. */
  inSight(): boolean
  /** The app is about to be put away: what waits for a pause must go out now. */
  onHide(hide: () => void): () => void
  /** The tab is about to stand still: others lead meanwhile. Told what resolves once it runs again. */
  onFreeze(freeze: Freeze): () => void
  /** Asks that what is stored is kept. */
  persist(): void
}

/** How long things wait so that several become one; milliseconds. */
export interface Pace {
  /** Read marks of one chat. */
  readonly reads: number
  /** Drafts, after the last change. */
  readonly drafts: number
  /** Views of a channel's messages. */
  readonly views: number
  /** One typing signal is enough for so long; one received is shown for a second more. */
  readonly typing: number
  /** Between two looks at what only staff may know of an open chat. */
  readonly staff: number
  /** A sync after a gap was noticed. */
  readonly resync: number
  /** A sync even when nothing asks for one: the net below every lost hint. */
  readonly safety: number
  /** Between attempts to send an item again that the server could not take: from, to. */
  readonly sendMin: number
  readonly sendMax: number
}

export const PACE: Pace = {
  reads: 2_000,
  drafts: 1_500,
  views: 2_000,
  typing: 5_000,
  staff: 20_000,
  resync: 200,
  safety: 300_000,
  sendMin: 1_000,
  sendMax: 60_000,
}
