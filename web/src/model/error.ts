// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Why something did not work, as the person must be told. Codes of the protocol that only a fault of this
 * program can cause (BAD_FRAME, UNKNOWN_METHOD, …) are mapped to INTERNAL in wire.
 */
export type ErrorCode =
  // made on this side
  | 'OFFLINE'
  | 'INTERFERED'
  | 'PASSKEY_NOT_USED'
  | 'PUSH_SERVICE'
  // the server's, by the names of the protocol
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'VERSION_UNSUPPORTED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_REQUEST'
  | 'BAD_TEXT'
  | 'TEXT_TOO_LONG'
  | 'TOO_MANY'
  | 'RATE_LIMITED'
  | 'SLOW_MODE'
  | 'KEY_EXPIRED'
  | 'KEY_INVALID'
  | 'CONFLICT'
  | 'NAME_TAKEN'
  | 'NAME_INVALID'
  | 'NAME_CONFUSABLE'
  | 'NAME_RESTING'
  | 'NAME_TOO_OFTEN'
  | 'PASSWORD_WEAK'
  | 'PASSWORD_WRONG'
  | 'RECOVERY_WRONG'
  | 'LOGIN_TOO_YOUNG'
  | 'FACTOR_NEEDED'
  | 'FACTOR_WRONG'
  | 'SIGNUP_CLOSED'
  | 'SETUP_INVALID'
  | 'NOT_MEMBER'
  | 'BANNED'
  | 'RESTRICTED'
  | 'CANNOT_WRITE'
  | 'INVITE_EXPIRED'
  | 'INVITE_USED_UP'
  | 'ALREADY_MEMBER'
  | 'CHAT_FULL'
  | 'CHAT_DELETED'
  | 'TARGET_GONE'
  | 'NOT_AUTHOR'
  | 'OWNER_CANNOT_LEAVE'
  | 'INVITES_REFUSED'
  | 'DISK_FULL'
  | 'READ_ONLY'
  | 'SUSPENDED'
  | 'LIMITED'
  | 'WORK_REQUIRED'
  | 'PASS_REVOKED'
  | 'QUOTA_USED_UP'
  | 'REVIEW_PENDING'
  | 'REQUEST_PENDING'
  | 'DAILY_LIMIT'
  | 'IDENTITY_UNKNOWN'
  | 'PASSKEY_UNAVAILABLE'
  | 'LAST_WAY_IN'
  | 'OWNS_CHATS'
  | 'DEVICE_CODE_WRONG'
  | 'DEVICE_CODE_OVER'
  | 'LAST_OPERATOR'
  | 'MEDIA_REFUSED'
  | 'FILE_GONE'
  | 'MEDIA_QUOTA'
  | 'MEDIA_TOO_LARGE'

/** The one error that methods of AppModel reject with. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** How long to wait before trying again, when the server said. */
  readonly retryAfterMs: number | null
  /** What the server blames, or asks for. */
  readonly field: string

  constructor(code: ErrorCode, retryAfterMs: number | null = null, cause?: unknown, field = '') {
    super(code, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.field = field
  }
}
