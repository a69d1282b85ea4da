// SPDX-License-Identifier: AGPL-3.0-or-later

/** Account number, an unsigned 32-bit integer. */
export type AccountId = number
/** Chat number, an unsigned 32-bit integer. */
export type ChatId = number
/** Sequence number of an entry in its log, from 1; it is also a message's number. */
export type Seq = number
/** Time in milliseconds since 1970, by the server's clock where the server has spoken. */
export type Ms = number
/** Device (session) number of an account. */
export type DeviceId = number
