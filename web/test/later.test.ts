// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { later } from '../src/sync/act/later'

interface Acts {
  readonly here: string
  double(n: number): Promise<number>
}

test('code that is fetched later comes when it is first asked for, and answers like any other', async () => {
  let fetched = 0
  const acts = later<Acts>(
    async () => {
      fetched++
      return { here: '', double: async (n) => n * 2 }
    },
    { here: 'own' },
  )
  expect(acts.here).toBe('own')
  expect(await acts).toBe(acts)
  expect(fetched).toBe(0)
  expect(await acts.double(21)).toBe(42)
  expect(fetched).toBe(1)
})

test('code that cannot be fetched is told as a network that is away, and asked for again', async () => {
  let reachable = false
  const acts = later<Pick<Acts, 'double'>>(async () => {
    if (!reachable) throw new TypeError('Failed to fetch dynamically imported module')
    return { double: async (n) => n + n }
  })
  await expect(acts.double(1)).rejects.toMatchObject({ code: 'OFFLINE' })
  reachable = true
  expect(await acts.double(1)).toBe(2)
})
