// SPDX-License-Identifier: AGPL-3.0-or-later
import { createSubscriber } from 'svelte/reactivity'
import type { PhotoOf, PhotoView, Portraits } from '../../model'

/** How somebody or a chat is shown now; what draws it follows. */
export type PortraitOf = (of: PhotoOf, id: number) => PhotoView | null

export function observePortraits(portraits: Portraits): PortraitOf {
  const follow = createSubscriber((update) => portraits.subscribe(update))
  return (of, id) => {
    follow()
    return portraits.of(of, id)
  }
}
