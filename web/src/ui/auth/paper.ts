// SPDX-License-Identifier: AGPL-3.0-or-later
import { i18n } from '../i18n/i18n.svelte'

/** Where the server shows its terms, or what it stores, in the reader's language. */
export function paper(of: 'terms' | 'data'): string {
  return `/${of}?lang=${i18n.spoken}`
}
