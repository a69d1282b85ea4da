// SPDX-License-Identifier: AGPL-3.0-or-later
import { answer } from './answer'
import type { Challenge } from './work'

// A worker of its own, for the lib of workers is not that of pages.
addEventListener('message', async ({ data }: MessageEvent<Challenge>) => {
  postMessage(await answer(data).catch(() => null))
})
