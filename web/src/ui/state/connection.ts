// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ConnectionView } from '../../model'
import { t } from '../i18n/i18n.svelte'

/** How it stands with the connection, in words; null when all is well. */
export function connectionWords(state: ConnectionView['state']): string | null {
  const words = t().connection
  if (state === 'online') return null
  // A server that is down is not a network that is not there, as far as the browser can tell them apart.
  return state === 'offline' && navigator.onLine ? words.unreachable : words[state]
}
