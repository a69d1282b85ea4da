// SPDX-License-Identifier: AGPL-3.0-or-later

/** Of what the browser lets the app have, as much as media may take together with the rest. */
const SHARE = 0.8
/** Of the same, as much as is kept of media, and never more than so many bytes. */
const KEPT_SHARE = 0.3
const KEPT_MOST = 2 * 2 ** 30
/** Bytes that are tried in any case. */
const SMALL = 8 * 2 ** 20

async function estimate(): Promise<StorageEstimate> {
  return (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
}

/** Whether so many bytes more may be kept. */
export async function hasRoom(bytes: number): Promise<boolean> {
  if (bytes < SMALL) return true
  const { usage = 0, quota = 0 } = await estimate()
  return quota === 0 || usage + bytes < quota * SHARE
}

/** Whether so many bytes may be kept though nobody asked for them: many others would have to go for more. */
export async function hasSpare(bytes: number): Promise<boolean> {
  return bytes < SMALL || (bytes <= (await mostKept()) / 4 && (await hasRoom(bytes)))
}

/** Bytes of media that are kept at most. */
export async function mostKept(): Promise<number> {
  const { quota = 0 } = await estimate()
  return quota === 0 ? KEPT_MOST : Math.min(quota * KEPT_SHARE, KEPT_MOST)
}
