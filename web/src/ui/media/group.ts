// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FormattedText, MediaKind, MessageView } from '../../model'

/** Pictures and videos in an album at most; the server's limit of that name. */
export const ALBUM = 10

const kindOf = (kind: MediaKind) => (kind === 'photo' || kind === 'video' ? 'seen' : kind)

/** Shares what is sent together out into albums, in order: pictures with videos, files with files. */
export function inAlbums<M extends { readonly kind: MediaKind }>(all: readonly M[]): M[][] {
  const groups: M[][] = []
  for (const media of all) {
    const last = groups.at(-1)
    const joins = last?.[0] && kindOf(last[0].kind) === kindOf(media.kind) && last.length < ALBUM
    if (joins && (kindOf(media.kind) === 'seen' || media.kind === 'file')) last.push(media)
    else groups.push([media])
  }
  return groups
}

/** A name that no two albums share. */
export function newAlbum(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * What is said of a picture, `all` being those around it: what its own message says, else what a single one
 * of its album says of all of them; null where nothing is said.
 */
export function captionOf({ content }: MessageView, all: readonly MessageView[]): FormattedText | null {
  if (content.kind !== 'media') return null
  const { album } = content
  if (content.body.text || !album) return content.body.text ? content.body : null
  const said = all.flatMap(({ content: c }) => {
    return c.kind === 'media' && c.album === album && c.body.text ? [c.body] : []
  })
  return (said.length === 1 && said[0]) || null
}
