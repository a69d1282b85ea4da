// SPDX-License-Identifier: AGPL-3.0-or-later

/** The cache where files that another program shared wait for a page. */
export const GIVEN = 'zolal-given'

/** What a cache does not keep of a file by itself. */
export interface Given {
  readonly name: string
  readonly type: string
  readonly lastModified: number
}

/** Takes the files that wait out of the cache, in their order. */
export async function takeGiven(count: number): Promise<readonly File[]> {
  const cache = await caches.open(GIVEN)
  const files: File[] = []
  for (let i = 0; i < count; i++) {
    const answer = await cache.match(`/share/${i}`)
    if (!answer) break
    const given: Given = JSON.parse(decodeURIComponent(answer.headers.get('x-given') ?? '{}'))
    files.push(new File([await answer.blob()], given.name, given))
  }
  await caches.delete(GIVEN)
  return files
}
