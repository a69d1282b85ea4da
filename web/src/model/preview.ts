// SPDX-License-Identifier: AGPL-3.0-or-later
import { withDetected } from './detect'
import type { MediaPlace, MediaView, PosterBody } from './media'
import type { FormattedText } from './message'
import { hrefOf } from './richtext'

/** What a message shows of the page that one of its links leads to, as the server found it. */
export interface PreviewBody {
  readonly url: string
  readonly site: string
  readonly title: string
  readonly description: string
  readonly image: PosterBody | null
  /** In hex; empty where there is none. */
  readonly thumbhash: string
}

export interface PageView extends PreviewBody {
  readonly place: MediaPlace
}

/** Its picture, as something that is fetched. */
export function pictureOf({ image, place, thumbhash }: PageView): MediaView | null {
  if (!image) return null
  const { hash, size, width, height } = image
  return {
    ...{ kind: 'photo', hash, size, mime: '', name: '', width, height, duration: 0, waveform: [], thumbhash },
    ...{ spoiler: false, poster: null, location: null, contact: null, title: '', performer: '', place },
  }
}

/** The address of the first link of a text that has a page to show; null where there is none. */
export function firstLink(body: FormattedText): string | null {
  const { text } = body
  const entities = withDetected(text, body.entities)
  const hidden = (at: number) =>
    entities.some((e) => /^(code|pre|spoiler)$/.test(e.kind) && at >= e.offset && at < e.offset + e.length)
  for (const e of entities) {
    if ((e.kind !== 'url' && e.kind !== 'textLink') || hidden(e.offset)) continue
    const address = hrefOf(e, text.slice(e.offset, e.offset + e.length))
    if (address?.startsWith('https://')) return address
  }
  return null
}
