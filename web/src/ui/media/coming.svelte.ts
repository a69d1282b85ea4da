// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, LoadingView, MediaPart, MediaView, MessageView } from '../../model'

const NONE: LoadingView = { state: 'none', got: 0, size: 0 }

/** How loading a form of a medium stands, while whoever draws it is there. Made while a component is. */
export function comingOf(
  model: AppModel,
  what: () => { readonly media: MediaView; readonly part: MediaPart | null } | null,
): { readonly now: LoadingView } {
  let now = $state.raw<LoadingView>(NONE)
  $effect(() => {
    const of = what()
    if (!of?.part || of.media.place.at !== 'server') return
    const { media, part } = of
    let stop = () => {}
    let over = false
    model.media().then(
      (acts) => {
        if (!over) stop = acts.loads.watch(media, part, (view) => (now = view))
      },
      () => {}, // without its code nothing is loaded
    )
    return () => {
      over = true
      stop()
    }
  })
  return {
    get now() {
      return now
    },
  }
}

/** From 0 to 1; undefined while nobody knows how far it is. */
export function shareOf({ got, size }: LoadingView): number | undefined {
  return size > 0 ? got / size : undefined
}

/** How much of it is here, in tenths: what is read out says it no more often. */
export function tenthOf({ got, size }: LoadingView): number {
  return size > 0 ? (Math.floor((got / size) * 10) / 10) * size : 0
}

/** What was shared, the oldest first, where the viewer is opened from there and not from the chat. */
class Gallery {
  now = $state.raw<readonly MessageView[] | null>(null)
}

export const gallery = new Gallery()
