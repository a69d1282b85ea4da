// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Net } from './link'

export { Photos } from './gen/zolal/v1/photo_pb'

/** A content from the server. `ended`: the right, or the token in the address. */
export type Fetched = { readonly blob: Blob } | 'offline' | 'ended' | 'missing'

/** Fetches a content. What does not come from our server is none. */
export async function fetchContent(net: Net, address: string): Promise<Fetched> {
  const response = await net
    .fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer' })
    .catch(() => null)
  if (response?.headers.get('Zolal') !== 'v1') return 'offline'
  if (response.ok) return { blob: await response.blob() }
  return response.status === 401 ? 'ended' : 'missing'
}
