// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Fetches the screens that the first draw does without, once the page has nothing better to do: they open at
 * once later, also when the network has gone meanwhile.
 */
export function warm(): () => void {
  const timer = setTimeout(() => {
    import('./screens').then(
      ({ fetchScreens }) => fetchScreens(),
      () => {},
    )
  }, 3000)
  return () => clearTimeout(timer)
}
