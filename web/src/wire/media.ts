// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MediaBody, MediaKind, NewMedia } from '../model/media'
import type { PreviewBody } from '../model/preview'
import type { LinkPreview } from './gen/zolal/v1/entry_pb'
import * as pb from './gen/zolal/v1/media_pb'
import { fromHex, toHex } from './hex'

const kinds: Partial<Record<pb.MediaKind, MediaKind>> = {
  [pb.MediaKind.PHOTO]: 'photo',
  [pb.MediaKind.VIDEO]: 'video',
  [pb.MediaKind.GIF]: 'gif',
  [pb.MediaKind.VOICE]: 'voice',
  [pb.MediaKind.AUDIO]: 'audio',
  [pb.MediaKind.LOCATION]: 'location',
  [pb.MediaKind.CONTACT]: 'contact',
}

/** What a message carries; null where it carries nothing. A kind of later versions can still be saved. */
export function mediaOf(m: pb.Media | undefined): MediaBody | null {
  if (!m) return null
  const { mime, name, width, height, spoiler, title, performer, location, contact, poster } = m
  return {
    kind: kinds[m.kind] ?? 'file',
    hash: toHex(m.hash),
    size: Number(m.size),
    mime,
    name,
    width,
    height,
    duration: m.durationMs,
    waveform: [...m.waveform],
    thumbhash: toHex(m.thumbhash),
    spoiler,
    poster: poster
      ? { hash: toHex(poster.hash), size: Number(poster.size), width: poster.width, height: poster.height }
      : null,
    location: location
      ? {
          latitude: location.latitude,
          longitude: location.longitude,
          accuracy: location.accuracy,
          title: location.title,
          address: location.address,
        }
      : null,
    contact: contact ? { account: contact.account, name: contact.name, phone: contact.phone } : null,
    title,
    performer,
  }
}

/** What a link shows of its page; null where it shows nothing. */
export function previewOf(p: LinkPreview | undefined): PreviewBody | null {
  if (!p) return null
  const { url, site, title, description, image, thumbhash } = p
  return {
    ...{ url, site, title, description, thumbhash: toHex(thumbhash) },
    image: image
      ? { hash: toHex(image.hash), size: Number(image.size), width: image.width, height: image.height }
      : null,
  }
}

const numbers = Object.fromEntries(Object.entries(kinds).map(([n, kind]) => [kind, Number(n)]))

/** What the server is told of a medium. The ids of its uploads come when there are any: see withFiles. */
export function toNewMedia(m: NewMedia) {
  const { width, height, spoiler, title, performer, name } = m
  return {
    kind: (numbers[m.kind] ?? pb.MediaKind.FILE) as pb.MediaKind,
    name,
    width,
    height,
    durationMs: Math.round(m.duration),
    waveform: Uint8Array.from(m.waveform),
    thumbhash: fromHex(m.thumbhash),
    spoiler,
    title,
    performer,
    ...(m.location ? { location: { ...m.location } } : {}),
    ...(m.contact ? { contact: { ...m.contact } } : {}),
  }
}

/** A medium that is being sent, near enough to draw it before the server has made the real one. */
export function drawnMedia(m: NewMedia): MediaBody {
  const { kind, mime, name, width, height, duration, waveform, thumbhash } = m
  const { spoiler, location, contact, title, performer } = m
  const size = m.file?.size ?? 0
  const poster = m.poster ? { hash: '', size: m.poster.size, width, height } : null
  const drawn = { kind, hash: '', size, mime, name, width, height, duration, waveform, thumbhash }
  return { ...drawn, spoiler, poster, location, contact, title, performer }
}
