// SPDX-License-Identifier: AGPL-3.0-or-later
import { takeGiven } from '../../model/given'

/** More than anybody may write in one message: what is longer is cut by the composer's own limit later. */
const MOST = 16_000

/** What another program shared with the installed app. */
export interface Shared {
  readonly text: string
  readonly files: readonly File[]
  /** There were files, and this device could not keep them. */
  readonly lost: boolean
}

/**
 * What was shared: the worker, or for words alone the system, opens the app's page with it in the address. It
 * is taken out of the address, so that it comes once.
 */
export async function taken(): Promise<Shared | null> {
  if (location.pathname !== '/share') return null
  const given = new URLSearchParams(location.search)
  history.replaceState(history.state, '', `/${location.hash || '#/'}`)
  const parts = ['title', 'text', 'url'].map((name) => given.get(name)?.trim() ?? '')
  // Programs put the address into the text as well, and the title too.
  const once = parts.filter(
    (part, i) =>
      part && !parts.some((other, k) => k !== i && other.includes(part) && (other !== part || k < i)),
  )
  const count = Number(given.get('files') ?? 0)
  const files = count > 0 ? await takeGiven(count).catch(() => []) : []
  const shared = {
    text: once.join('\n').slice(0, MOST),
    files,
    lost: Number.isNaN(count) || files.length < count,
  }
  return shared.text || shared.lost || files.length > 0 ? shared : null
}
