// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Portrait } from '../../model'
import { hashOf } from '../media/resize'
import { type Cut, pixelsOf, type Size } from './crop'

/** The longest side that is worked on: a phone's photo would take a hundred megabytes. */
const WORKED = 2400
/** The longest side of what is sent, and the shortest that is worth it. */
const SENT = 1280
export const SHORTEST = 64
const QUALITY = 0.88

/** Reads a picture upright; null where this browser cannot. */
export async function readPicture(file: Blob): Promise<HTMLCanvasElement | null> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
  if (!bitmap) return null
  const by = Math.min(1, WORKED / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * by)
  canvas.height = Math.round(bitmap.height * by)
  const pen = canvas.getContext('2d')
  if (pen) {
    pen.imageSmoothingQuality = 'high'
    // What shows through stands on white, as on paper.
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, canvas.width, canvas.height)
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  }
  bitmap.close()
  return pen && canvas
}

/** Makes of what is in the square a picture of its own. What stood beside it in its file is not in it. */
export async function cutOut(picture: HTMLCanvasElement, cut: Cut): Promise<Portrait> {
  const size: Size = picture
  const side = Math.max(SHORTEST, Math.min(SENT, pixelsOf(size, cut)))
  const canvas = new OffscreenCanvas(side, side)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  const by = (side * cut.scale) / Math.min(size.width, size.height)
  pen.imageSmoothingQuality = 'high'
  pen.translate(side * (0.5 + cut.x), side * (0.5 + cut.y))
  pen.rotate((cut.turns * Math.PI) / 2)
  pen.scale(by, by)
  pen.drawImage(picture, -size.width / 2, -size.height / 2)
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
  return { blob, thumbhash: hashOf(canvas) }
}
