// SPDX-License-Identifier: AGPL-3.0-or-later

/** How a finger (or a pen) records: by holding, until it lets go, slides away, or locks. */
export type Hold =
  | { readonly at: 'rest' }
  /** Held since `since`; how far it slid toward the start edge, and up. */
  | { readonly at: 'held'; readonly since: number; readonly aside: number; readonly up: number }
  /** It records on without a finger. */
  | { readonly at: 'locked' }
  | { readonly at: 'done'; readonly how: 'send' | 'cancel' }

export type HoldEvent =
  | { readonly kind: 'press'; readonly now: number }
  /** `aside` toward the start edge of the reading direction, `up` upward, in pixels from the press. */
  | { readonly kind: 'move'; readonly aside: number; readonly up: number }
  | { readonly kind: 'lift'; readonly now: number }
  /** The browser took the pointer away, as for a question of its own. */
  | { readonly kind: 'lose' }

/** How far to slide until it is cancelled, or locked. */
export const CANCEL_FAR = 110
export const LOCK_FAR = 72
/** Who lets go sooner has tapped: it records on, and nothing is lost. */
const TAP_MS = 400

/** What an event makes of a hold. */
export function held(hold: Hold, event: HoldEvent): Hold {
  if (event.kind === 'press') return { at: 'held', since: event.now, aside: 0, up: 0 }
  if (hold.at !== 'held') return hold
  switch (event.kind) {
    case 'move': {
      const aside = Math.max(0, event.aside)
      const up = Math.max(0, event.up)
      // What is farther along decides, so that a slanted slide does one thing.
      if (up >= LOCK_FAR && up >= aside) return { at: 'locked' }
      if (aside >= CANCEL_FAR && aside > up) return { at: 'done', how: 'cancel' }
      return { ...hold, aside, up }
    }
    case 'lift':
      return event.now - hold.since < TAP_MS ? { at: 'locked' } : { at: 'done', how: 'send' }
    case 'lose':
      return { at: 'locked' }
  }
}

/** How far a point is from the press, as a reader sees it: `aside` is toward the start edge. */
export function slid(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  rtl: boolean,
): { readonly aside: number; readonly up: number } {
  const dx = to.x - from.x
  return { aside: rtl ? dx : -dx, up: from.y - to.y }
}
