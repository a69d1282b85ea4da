// SPDX-License-Identifier: AGPL-3.0-or-later

/** More than anybody may write in one message: what is longer is cut by the composer's own limit later. */
const MOST = 16_000

/**
 * What another program shared with the installed app: the system opens the app's page with it in the address.
 * It is taken out of the address, so that it comes once.
 */
export function taken(): string {
  if (location.pathname !== '/share') return ''
  const given = new URLSearchParams(location.search)
  history.replaceState(history.state, '', `/${location.hash || '#/'}`)
  const parts = ['title', 'text', 'url'].map((name) => given.get(name)?.trim() ?? '')
  // Programs put the address into the text as well, and the title too.
  const once = parts.filter(
    (part, i) =>
      part && !parts.some((other, k) => k !== i && other.includes(part) && (other !== part || k < i)),
  )
  return once.join('\n').slice(0, MOST)
}
