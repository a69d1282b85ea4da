// SPDX-License-Identifier: AGPL-3.0-or-later
import type { SpentKind } from './media'

export type Way = 'received' | 'sent'
export type Counts = Partial<Record<SpentKind, number>>

/** Something that the browser fetched by itself, as it tells of it afterwards. */
export interface Fetched {
  readonly name: string
  readonly initiatorType: string
  readonly transferSize: number
}

/** What a fetch of the browser is counted as; null: whoever asked for it counted it. */
export function fetchedAs(
  { name, initiatorType }: Fetched,
  kinds: ReadonlyMap<string, SpentKind>,
): SpentKind | null {
  const { pathname } = new URL(name, 'https://zolal.invalid')
  if (pathname.startsWith('/upload/')) return null
  if (pathname.startsWith('/media/')) {
    return initiatorType === 'fetch' ? null : (kinds.get(pathname) ?? 'photos')
  }
  // A stream of frames is counted frame by frame.
  if (pathname.startsWith('/api/')) return pathname === '/api/stream' ? null : 'messages'
  return 'app'
}

/** Held by whoever adds to what the worker counted, or takes it away. */
export const COUNTING = 'spent'

export function plusOf(a: Counts, b: Counts): Counts {
  const sum = { ...a }
  for (const [kind, bytes] of Object.entries(b)) sum[kind as SpentKind] = (a[kind as SpentKind] ?? 0) + bytes
  return sum
}
