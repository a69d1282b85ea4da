// SPDX-License-Identifier: AGPL-3.0-or-later
import { base64 } from './base64'
import { fileWithin } from './shell'

/** How long the server may take to give a picture that is not kept. */
const FETCH_MS = 2000

/** A file of the app as an address that holds the picture itself. */
async function drawn(path: string): Promise<string | undefined> {
  const answer = await fileWithin(FETCH_MS, path).catch(() => null)
  return answer ? `data:image/png;base64,${base64(await answer.arrayBuffer())}` : undefined
}

/**
 * The pictures of every notification; without those that are not to be had now. A browser that had to fetch
 * them itself would show nothing before: where the server's address swallows everything, Chromium waits a
 * minute and a half.
 */
export async function pictures(): Promise<Pick<NotificationOptions, 'icon' | 'badge'>> {
  const [icon, badge] = await Promise.all([drawn('/icon-192.png'), drawn('/badge.png')])
  return { ...(icon && { icon }), ...(badge && { badge }) }
}
