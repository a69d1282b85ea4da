// SPDX-License-Identifier: AGPL-3.0-or-later

const AGAIN_MS = 1_000
const SELDOM_MS = 30_000

/**
 * Fetches code that nothing can go on without: again and again where the network fails, less and less often,
 * and at once when the browser finds a network, also one that it found while a try was failing. What a
 * template awaits by import() is fetched so (svelte.config.js).
 */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  let wait = AGAIN_MS
  let found = false
  let go = () => {}
  const online = () => {
    found = true
    go()
  }
  addEventListener('online', online)
  try {
    for (;;) {
      found = false
      try {
        return await load()
      } catch {
        if (!found) await new Promise<void>((resolve) => (go = resting(wait, resolve)))
        wait = found ? AGAIN_MS : Math.min(2 * wait, SELDOM_MS)
      }
    }
  } finally {
    removeEventListener('online', online)
  }
}

/** Calls after so many milliseconds, or when what it returns is called. */
function resting(ms: number, end: () => void): () => void {
  const timer = setTimeout(end, ms)
  return () => {
    clearTimeout(timer)
    end()
  }
}
