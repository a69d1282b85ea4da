// SPDX-License-Identifier: AGPL-3.0-or-later
import type { IAudioMetadata } from 'music-metadata'
import type { NewMedia } from '../../model/media'

type Music = Pick<NewMedia, 'kind' | 'title' | 'performer' | 'duration' | 'poster'>

/** The longest title or name of a performer that is sent, in UTF-16 units. */
const LABEL = 128
/** Covers larger than this are left out: each listener would fetch them. */
const COVER_BYTES = 10_000_000
const COVER_PIXELS = 640

/** What a file of sound says of itself; null where it is none. A file that cannot be read is still a file. */
export async function readMusic(file: Blob): Promise<Music | null> {
  const { parseBlob } = await import('music-metadata')
  let tags: IAudioMetadata
  try {
    tags = await parseBlob(file, { duration: true })
  } catch {
    return null
  }
  const { common, format } = tags
  if (format.hasVideo) return null
  const [picture] = common.picture ?? []
  return {
    kind: 'audio',
    title: labelOf(common.title),
    performer: labelOf(common.artist ?? common.albumartist),
    duration: Math.round((format.duration ?? 0) * 1000),
    poster: picture ? await coverOf(picture.data, picture.format) : null,
  }
}

/** Without what turns the text around it, and not cut through a character. */
export function labelOf(said: string | undefined): string {
  const clean = (said ?? '').replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ').trim()
  if (clean.length <= LABEL) return clean
  let short = ''
  for (const letter of clean) {
    if (short.length + letter.length > LABEL) break
    short += letter
  }
  return short.trim()
}

/** The cover, drawn anew: small, and with nothing in it but the picture. */
async function coverOf(data: Uint8Array, mime: string): Promise<Blob | null> {
  if (data.length > COVER_BYTES) return null
  try {
    const picture = await createImageBitmap(new Blob([new Uint8Array(data)], { type: mime }))
    const scale = Math.min(1, COVER_PIXELS / Math.max(picture.width, picture.height))
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(picture.width * scale)),
      Math.max(1, Math.round(picture.height * scale)),
    )
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 })
  } catch {
    return null
  }
}
