// SPDX-License-Identifier: AGPL-3.0-or-later

/** Called when the page is about to stand still, with what resolves once it runs again. */
export type Freeze = (woken: Promise<void>) => void

/**
 * Tells when the page is about to stand still: frozen by the browser, or put away for who goes back to it.
 * What it holds that others wait for has to be let go there: nothing of it runs until it is woken. A worker
 * never is. Returns what ends the listening.
 */
export function onFreeze(freeze: Freeze): () => void {
  if (typeof addEventListener === 'undefined') return () => {}
  const told = () =>
    freeze(
      new Promise((resolve) => {
        for (const event of ['resume', 'pageshow']) addEventListener(event, () => resolve(), once)
      }),
    )
  for (const event of ['freeze', 'pagehide']) addEventListener(event, told, true)
  return () => {
    for (const event of ['freeze', 'pagehide']) removeEventListener(event, told, true)
  }
}

/** Both are told on their way to the document, from which they do not rise. */
const once = { once: true, capture: true }
