// SPDX-License-Identifier: AGPL-3.0-or-later

/** Pictures that are on this device: they need not be read again while the page is open. */
const kept = new Map<string, string>()
const MOST = 120

/** An address for bytes on this device, under the key of their message; the oldest are let go. */
export function keep(key: string, blob: Blob): string {
  const known = kept.get(key)
  if (known) return known
  const url = URL.createObjectURL(blob)
  kept.set(key, url)
  for (const [oldest, address] of kept) {
    if (kept.size <= MOST) break
    kept.delete(oldest)
    URL.revokeObjectURL(address)
  }
  return url
}

export function keptAt(key: string): string | null {
  return kept.get(key) ?? null
}
