// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Net } from './link'

/**
 * Whether the app's page on the server begins with another script than this one. Rejects where there is no
 * network.
 */
export async function renewed(net: Net, home: string, entry: string): Promise<boolean> {
  const answer = await net.fetch(`${home}/index.html`, { cache: 'no-cache', redirect: 'error' })
  const page = await answer.text()
  // Another page altogether is somebody else's.
  return answer.ok && page.includes('data-ahead=') && !page.includes(entry)
}
