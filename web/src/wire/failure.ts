// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ErrorCode as AppCode, AppError } from '../model'
import { ErrorCode } from './gen/zolal/v1/frame_pb'

export { ErrorCode }

/** What our own server answered to one request: nothing was stored. */
export class Refusal extends Error {
  readonly code: ErrorCode
  /** When to try again, in milliseconds; 0 unless known. */
  readonly retryMs: number
  readonly field: string

  constructor(code: ErrorCode, text = '', retryMs = 0, field = '') {
    super(`${ErrorCode[code] ?? code}${text ? `: ${text}` : ''}`)
    this.name = 'Refusal'
    this.code = code
    this.retryMs = retryMs
    this.field = field
  }
}

/**
 * Why there is no answer. 'offline': the device has no network or nothing was reached. 'cut': the
 * connection broke. 'late': no answer in time. 'interfering': something answered in our server's place.
 */
export type SilenceReason = 'offline' | 'cut' | 'late' | 'interfering'

/**
 * No answer from our server. Unless `sent` is false, the fate of the request is unknown: it must be asked
 * again with the same key.
 */
export class Silence extends Error {
  readonly reason: SilenceReason
  readonly sent: boolean

  constructor(reason: SilenceReason, sent: boolean, cause?: unknown) {
    super(`no answer: ${reason}`, cause === undefined ? undefined : { cause })
    this.name = 'Silence'
    this.reason = reason
    this.sent = sent
  }
}

const ended: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.UNAUTHENTICATED,
  ErrorCode.REVOKED,
  ErrorCode.SUSPENDED,
])

/** The server says that this session's token is good no longer. */
export function endsSession(error: unknown): boolean {
  return error instanceof Refusal && ended.has(error.code)
}

const passing: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.INTERNAL,
  ErrorCode.UNAVAILABLE,
  ErrorCode.RATE_LIMITED,
  ErrorCode.SLOW_MODE,
  ErrorCode.CONFLICT,
  ErrorCode.DISK_FULL,
  ErrorCode.READ_ONLY,
  ErrorCode.INCARNATION_CHANGED,
])

/** The same request may succeed later without anybody changing it. */
export function mayPass(error: unknown): boolean {
  return error instanceof Silence || (error instanceof Refusal && passing.has(error.code))
}

/** Codes that only a fault of this program can cause. */
const ourFault: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.BAD_FRAME,
  ErrorCode.UNKNOWN_METHOD,
  ErrorCode.SCOPE_MISSING,
])

const renamed: Partial<Record<ErrorCode, AppCode>> = {
  [ErrorCode.REVOKED]: 'UNAUTHENTICATED',
  [ErrorCode.TOO_LARGE]: 'TEXT_TOO_LONG',
  [ErrorCode.BAD_ENTITY]: 'BAD_TEXT',
  [ErrorCode.INCARNATION_CHANGED]: 'CONFLICT',
  [ErrorCode.PASSWORD_REQUIRED]: 'PASSWORD_WRONG',
}

/** The code under which a person is told of a refusal. */
export function appCode(code: ErrorCode): AppCode {
  const name = ErrorCode[code]
  if (name === undefined || code === 0 || ourFault.has(code)) return 'INTERNAL'
  return renamed[code] ?? (name as AppCode)
}

/** Any error of wire as the one error of AppModel. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof Refusal) {
    return new AppError(appCode(error.code), error.retryMs || null, error, error.field)
  }
  if (error instanceof Silence) {
    return new AppError(error.reason === 'interfering' ? 'INTERFERED' : 'OFFLINE', null, error)
  }
  return new AppError('INTERNAL', null, error)
}
