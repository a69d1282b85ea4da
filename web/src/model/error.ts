// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Why something did not work, as the person must be told. The server's codes map onto these one to one or
 * many to one (in wire); 'OFFLINE', 'INTERFERED' and 'INTERNAL' are made on this side.
 */
export type ErrorCode =
  | 'OFFLINE'
  | 'INTERFERED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'BAD_REQUEST'
  | 'RATE_LIMITED'
  | 'UNAUTHENTICATED'
  | 'WRONG_CREDENTIALS'
  | 'WRONG_RECOVERY_CODE'
  | 'PASSWORD_WEAK'
  | 'USERNAME_INVALID'
  | 'USERNAME_TAKEN'
  | 'USERNAME_CONFUSABLE'
  | 'SIGN_UP_CLOSED'
  | 'SETUP_LINK_USED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'NOT_MEMBER'
  | 'BANNED'
  | 'RESTRICTED'
  | 'BLOCKED'
  | 'INVITE_EXPIRED'
  | 'INVITE_USED_UP'
  | 'ALREADY_REQUESTED'
  | 'TOO_LONG'
  | 'TOO_MANY'
  | 'EMPTY'
  | 'CONFLICT'
  | 'KEY_EXPIRED'
  | 'OWNER_CANNOT_LEAVE'

/** The one error that methods of AppModel reject with. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** How long to wait before trying again, when the server said. */
  readonly retryAfterMs: number | null

  constructor(code: ErrorCode, retryAfterMs: number | null = null, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}
