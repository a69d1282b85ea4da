// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError, type ErrorCode, type Ms } from '../../model'
import { f, t } from '../i18n/i18n.svelte'
import { toasts } from './toast.svelte'

/** An error in the reader's words: what happened, that nothing is lost where true, what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof AppError)) return t().error.INTERNAL
  return explainCode(error.code, error.retryAfterMs === null ? null : Date.now() + error.retryAfterMs)
}

/** The same by its code, with the time when it can be tried again where that is far off. */
export function explainCode(code: ErrorCode, again: Ms | null): string {
  const words = t().error[code]
  return code === 'DAILY_LIMIT' && again !== null ? `${words} ${t().app.againAt(f().dateTime(again))}` : words
}

/** Runs an act and tells its failure in a toast; true when it worked. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    toasts.say(explain(error), { tone: 'bad' })
    return false
  }
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    copyBySelection(text)
  }
  toasts.say(t().app.copied)
}

/** For pages without the clipboard's permission (plain HTTP on a local network). */
function copyBySelection(text: string): void {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  const host = document.querySelector('dialog[open]') ?? document.body
  host.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
