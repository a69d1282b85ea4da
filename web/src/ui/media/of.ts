// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MediaView, MessageView } from '../../model'

/** What a message carries; null where it carries nothing. */
export function mediaOf({ content }: MessageView): MediaView | null {
  return content.kind === 'media' ? content.media : null
}

/** Whether it is drawn as a picture. */
export function isVisual({ kind }: MediaView): boolean {
  return kind === 'photo' || kind === 'video' || kind === 'gif'
}

/** Width by height, as far as it is known. */
export function ratioOf({ width, height, poster }: MediaView): number {
  if (width > 0 && height > 0) return width / height
  return poster && poster.width > 0 && poster.height > 0 ? poster.width / poster.height : 16 / 9
}
