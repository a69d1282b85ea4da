// SPDX-License-Identifier: AGPL-3.0-or-later
import { decodeQR } from 'qr/decode.js'

/** Pixels in rows from the top, four bytes each: red, green, blue, alpha. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** What is given to the search for a code in a picture that somebody chose, in milliseconds. */
const PATIENCE = 1_500

/** The text of a code in one frame of a camera; null where none is read. The next frame is another try. */
export function readFrame(pixels: Pixels): string | null {
  return read(pixels, {})
}

/** The text of a code in a picture, looked for with more patience. */
export function readStill(pixels: Pixels): string | null {
  return read(pixels, { effort: Number.POSITIVE_INFINITY, timeLimit: PATIENCE })
}

function read(pixels: Pixels, how: { readonly effort?: number; readonly timeLimit?: number }): string | null {
  try {
    return decodeQR(pixels, how) || null
  } catch {
    // The library throws for whatever is not there or cannot be read.
    return null
  }
}
