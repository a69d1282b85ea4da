// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Route, readRoute } from '../state/route.svelte'

/** Why a code opens nothing here. */
export type Unopened = 'foreign' | 'elsewhere' | 'invitation' | 'authenticator' | 'nothing'

/** What a scanned code leads to: a place in the app, or why to none and what may be shown of it. */
export type Scanned =
  | { readonly kind: 'place'; readonly route: Route }
  | { readonly kind: Unopened; readonly text: string | null }

/**
 * Where the text of a code leads. Whoever made it is not known, so nothing but places in the app is opened:
 * `homes` are the origins under which this server is reached. A secret is not shown.
 */
export function placeOf(text: string, homes: readonly string[]): Scanned {
  if (/^otpauth(-migration)?:/i.test(text)) return { kind: 'authenticator', text: null }
  const url = addressIn(text)
  const route = url && ours(url)
  if (!url || !route) return { kind: 'foreign', text }
  if (!homes.includes(url.origin)) return { kind: 'elsewhere', text }
  if (route.at === 'invite') return { kind: 'invitation', text: null }
  if (route.at === 'chat') return { kind: 'place', route: { ...route, pane: 'none' } }
  const named = (route.at === 'join' || route.at === 'person') && /^@?[\w-]{5,64}$/.test(route.address)
  return named || route.at === 'link' ? { kind: 'place', route } : { kind: 'nothing', text: null }
}

function addressIn(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** The place that an address names in the way of this app, on whatever server; null where in none. */
function ours(url: URL): Route | null {
  if (!/^https?:\/\/[^/?#]+\/#(\/|\w+=)/.test(url.href)) return null
  try {
    return readRoute(url.hash)
  } catch {
    return null
  }
}
