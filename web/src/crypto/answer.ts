// SPDX-License-Identifier: AGPL-3.0-or-later
import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2'
import type { Challenge } from './work'

const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

/** The counter that answers a challenge: the proof of work of ALTCHA, version 2. */
export async function answer({ salt, nonce, rounds, prefix }: Challenge): Promise<number> {
  const parameters = {
    algorithm: 'PBKDF2/SHA-256',
    salt: hex(salt),
    nonce: hex(nonce),
    cost: rounds,
    keyLength: 32,
    keyPrefix: hex(prefix),
  }
  const solution = await solveChallenge({ challenge: { parameters }, deriveKey, timeout: 0 })
  if (!solution) throw new Error('the challenge has no answer')
  return solution.counter
}
