// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError, type ErrorCode, type Ms } from '../../model'
import { f, t } from '../i18n/i18n.svelte'
import { words } from './words'

/** An error in the reader's words: what happened, that nothing is lost where true, what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof AppError)) return t().error.INTERNAL
  return explainCode(error.code, error.retryAfterMs === null ? null : Date.now() + error.retryAfterMs)
}

/** The same where a name was asked for too: the server does not tell which of the two was wrong. */
export function explainSignIn(error: unknown): string {
  const wrong = error instanceof AppError && error.code === 'PASSWORD_WRONG'
  return wrong ? words().SIGN_IN_WRONG : explain(error)
}

/** The same by its code, with the time when it can be tried again where that is far off. */
export function explainCode(code: ErrorCode, again: Ms | null): string {
  const said = errorWords(code)
  return code === 'DAILY_LIMIT' && again !== null ? `${said} ${words().againAt(f().dateTime(again))}` : said
}

/** What one code means. */
export function errorWords(code: ErrorCode): string {
  return { ...t().error, ...words() }[code]
}
