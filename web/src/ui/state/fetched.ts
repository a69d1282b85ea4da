// SPDX-License-Identifier: AGPL-3.0-or-later

const AGAIN_MS = 1_000
const SELDOM_MS = 30_000

/**
 * Fetches code that nothing can go on without: again and again where the network fails, less and less often,
 * and at once when the browser finds a network, also one that it found while a try was failing. What a
 * template awaits by import() is fetched so (svelte.config.js).
 */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  for (let wait = AGAIN_MS; ; wait = Math.min(2 * wait, SELDOM_MS)) {
    let online = () => {}
    const found = new Promise<void>((resolve) => {
      online = () => {
        wait = AGAIN_MS / 2
        resolve()
      }
    })
    addEventListener('online', online)
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      return await load()
    } catch {
      await Promise.race([found, new Promise((resolve) => (timer = setTimeout(resolve, wait)))])
    } finally {
      clearTimeout(timer)
      removeEventListener('online', online)
    }
  }
}
