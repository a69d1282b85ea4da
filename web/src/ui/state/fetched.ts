// SPDX-License-Identifier: AGPL-3.0-or-later

const AGAIN_MS = 3_000

/** Fetches code that nothing can go on without: again and again where the network fails. */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}
