// SPDX-License-Identifier: AGPL-3.0-or-later
import { shrink } from './resize'

interface Ask {
  readonly id: number
  readonly file: Blob
  readonly side: number
}

addEventListener('message', (event: MessageEvent<Ask>) => {
  const { id, file, side } = event.data
  shrink(file, side).then(
    (picture) => postMessage({ id, picture }),
    () => postMessage({ id, picture: null }),
  )
})
