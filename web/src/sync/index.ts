// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel } from '../model'
import { toHex } from '../wire'
import { App } from './app'
import { browserEnv } from './browser'

/** The first eight bytes, in hex, of what a page says of the table of its files: which build it is of. */
function buildOf(integrity = ''): string {
  const bytes = Uint8Array.from(atob(integrity.replace(/^.*-/, '')), (c) => c.charCodeAt(0))
  return toHex(bytes.subarray(0, 8))
}

/**
 * Starts the app in this browser; it reads the stored session by itself. The server knows in which version it
 * serves this build. `inSight` tells whether a person may be looking at the page now.
 */
export function startApp(inSight: () => boolean): AppModel {
  return new App(browserEnv('', buildOf(window.zolalAhead?.['marks']?.[0]?.[1]), inSight))
}
