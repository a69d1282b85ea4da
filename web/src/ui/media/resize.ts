// SPDX-License-Identifier: AGPL-3.0-or-later
import { rgbaToThumbHash } from 'thumbhash'
import { fitted } from '../../model/mosaic'

/** A picture made anew: what was beside it in its file, such as where it was taken, is not in it. */
export interface Shrunk {
  readonly blob: Blob
  readonly width: number
  readonly height: number
  /** In hex. */
  readonly thumbhash: string
}

const QUALITY = 0.87
/** A ThumbHash is of a picture at most so large. */
const HASHED = 90

/** Makes a JPEG of at most `side` pixels, upright. Rejects where the browser cannot read the file. */
export async function shrink(file: Blob, side: number): Promise<Shrunk> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    return await drawnAt(bitmap, bitmap, side)
  } finally {
    bitmap.close()
  }
}

/** The same of anything that can be drawn, as the still of a video. */
export async function drawnAt(
  source: CanvasImageSource,
  size: { readonly width: number; readonly height: number },
  side: number,
): Promise<Shrunk> {
  const { width, height } = fitted(size.width, size.height, side)
  const canvas = new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  pen.imageSmoothingQuality = 'high'
  // What shows through stands on white, as on paper.
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, width, height)
  pen.drawImage(source, 0, 0, width, height)
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
  return { blob, width, height, thumbhash: hashOf(canvas) }
}

/** A ThumbHash, in hex. */
export function hashOf(picture: OffscreenCanvas): string {
  const { width, height } = fitted(picture.width, picture.height, HASHED)
  const small = new OffscreenCanvas(width, height)
  const pen = small.getContext('2d')
  if (!pen) return ''
  pen.drawImage(picture, 0, 0, width, height)
  const hash = rgbaToThumbHash(width, height, pen.getImageData(0, 0, width, height).data)
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
