// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, PhotoPart, PhotoView } from '../../model'

/** Addresses of photos that were drawn on this page, by content and size: what is here is drawn at once. */
const shown = new Map<string, string>()
const MOST = 400

export function shownAt({ hash }: PhotoView, part: PhotoPart): string | null {
  return shown.get(hash + part) ?? null
}

/** Fetches a photo to be drawn; null where it cannot be had now. */
export async function show(model: AppModel, photo: PhotoView, part: PhotoPart): Promise<string | null> {
  const key = photo.hash + part
  try {
    const blob = await (await model.portraits.acts()).bytes(photo, part)
    const url = shown.get(key) ?? URL.createObjectURL(blob)
    shown.set(key, url)
    for (const [oldest, address] of shown) {
      if (shown.size <= MOST) break
      shown.delete(oldest)
      URL.revokeObjectURL(address)
    }
    return url
  } catch {
    return null
  }
}
