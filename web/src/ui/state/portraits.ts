// SPDX-License-Identifier: AGPL-3.0-or-later
import { createSubscriber } from 'svelte/reactivity'
import type { AppModel, PhotoOf, PhotoView } from '../../model'

/** How somebody or a chat is shown now; what draws it follows. */
export type PortraitOf = (of: PhotoOf, id: number) => PhotoView | null

export function observePortraits(model: AppModel): PortraitOf {
  // Named anew each time: the app may have been on its way when this was made.
  const follow = createSubscriber((update) => model.portraits.subscribe(update))
  return (of, id) => {
    follow()
    return model.portraits.of(of, id)
  }
}
