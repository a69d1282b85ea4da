// SPDX-License-Identifier: AGPL-3.0-or-later

/** In place of the time until which a chat is muted: for ever. */
export const NEVER = Number.POSITIVE_INFINITY
/** In place of that time: it notifies also where notifications of its kind are off. */
export const ALWAYS = -1
