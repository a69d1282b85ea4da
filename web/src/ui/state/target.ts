// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Route, readRoute, writeRoute } from './route.svelte'

/**
 * Where a link led that was opened before signing in: kept for this tab, through reloads and the forms of
 * signing up, until somebody is in.
 */
const KEY = 'zolal.target'

/** Remembers where the person was going, if the route leads anywhere. */
export function aim(route: Route): void {
  if (route.at !== 'join' && route.at !== 'person' && route.at !== 'chat') return
  try {
    sessionStorage.setItem(KEY, writeRoute(route))
  } catch {
    // Without storage the way back ends with the page.
  }
}

/** Where the person was going; null where nowhere. */
export function aimed(): Route | null {
  try {
    const kept = sessionStorage.getItem(KEY)
    return kept ? readRoute(kept) : null
  } catch {
    return null
  }
}

/** Where to go now that somebody is in; it is forgotten. */
export function arrive(): Route | null {
  const target = aimed()
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // Nothing was kept.
  }
  return target
}
