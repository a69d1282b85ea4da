// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Ms } from './id'

/** Keys older than this may have been forgotten by the server (30 days), with a day to spare. */
export const KEY_LIFE = 29 * 86_400_000

/** When a key in hex was made: that stands first in it. */
export const keyTime = (key: string): Ms => Number.parseInt(key.slice(0, 12), 16)
