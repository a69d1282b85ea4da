// SPDX-License-Identifier: AGPL-3.0-or-later
import { thumbHashToDataURL } from 'thumbhash'

/** The blur that stands where a picture is not yet here, of its thumbhash in hex; null where it has none. */
export function blurOf(thumbhash: string): string | null {
  const bytes = thumbhash.match(/../g)?.map((pair) => Number.parseInt(pair, 16))
  return bytes ? thumbHashToDataURL(Uint8Array.from(bytes)) : null
}
