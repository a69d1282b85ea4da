// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, expect, test, vi } from 'vitest'
import { freePort } from './server/port'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

test('a port for a server is none that browsers refuse to ask', async () => {
  // Where chance begins lowest, each worker's first: of those above 10,000 browsers refuse 10,080 alone.
  const taken: number[] = []
  for (let worker = 0; worker < 16; worker++) {
    vi.stubEnv('TEST_PARALLEL_INDEX', String(worker))
    for (let step = 0; step < 8; step++) {
      vi.spyOn(Math, 'random').mockReturnValue(step / 1400)
      taken.push(await freePort())
    }
  }
  expect(new Set(taken).size).toBeGreaterThan(64)
  const why = (port: number) =>
    fetch(`http://127.0.0.1:${port}`).then(
      () => '',
      (error: Error) => String((error.cause as Error).message),
    )
  for (const port of taken) expect(await why(port), String(port)).not.toContain('bad port')
})
