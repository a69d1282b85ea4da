// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError } from '../../model'
import { t } from '../i18n/i18n.svelte'
import { toasts } from './toast.svelte'

/** Runs an act and tells its failure in a toast; true when it worked. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    toasts.say(await explained(error), { tone: 'bad' })
    return false
  }
}

/** Most of what can go wrong has words that are fetched then; what a dead network brings has them here. */
async function explained(error: unknown): Promise<string> {
  const { OFFLINE, INTERFERED, INTERNAL, UNAVAILABLE } = t().error
  const here: Partial<Record<string, string>> = { OFFLINE, INTERFERED, INTERNAL, UNAVAILABLE }
  const code = error instanceof AppError ? error.code : 'INTERNAL'
  if (here[code]) return here[code]
  return import('./explain').then(
    ({ explain }) => explain(error),
    () => INTERNAL,
  )
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    copyBySelection(text)
  }
  toasts.say(t().app.copied)
}

/** Under this kind the markup of a copied message lies on the clipboard, for the composer. */
export const markupKind = 'application/x-zolal-markup'

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
