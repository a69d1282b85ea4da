// SPDX-License-Identifier: AGPL-3.0-or-later

const AGAIN_MS = 1_000
const SELDOM_MS = 30_000

/**
 * Fetches code that nothing can go on without: again and again where the network fails, less and less often,
 * and at once when the browser finds a network. What a template awaits by import() is fetched so
 * (svelte.config.js).
 */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  for (let wait = AGAIN_MS; ; wait = Math.min(2 * wait, SELDOM_MS)) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => {
        setTimeout(resolve, wait)
        addEventListener('online', resolve, { once: true })
      })
    }
  }
}
