// SPDX-License-Identifier: AGPL-3.0-or-later
import { pbkdf2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { answer } from '../src/crypto/answer'

const bytes = (n: number, from: number) => Uint8Array.from({ length: n }, (_, i) => (from + i) & 255)

// The same derivation as the server's, by another implementation than the browser's.
test('the answer to a challenge is the first counter whose key begins as it must', async () => {
  const challenge = { salt: bytes(16, 3), nonce: bytes(16, 5), rounds: 3, prefix: Uint8Array.of(0) }
  const counter = await answer(challenge)
  expect(counter).toBe(4)
  const key = (n: number) => {
    const password = Buffer.alloc(20)
    password.set(challenge.nonce)
    password.writeUInt32BE(n, 16)
    return pbkdf2Sync(password, challenge.salt, challenge.rounds, 32, 'sha256')
  }
  expect(key(counter)[0]).toBe(0)
  for (let n = 0; n < counter; n++) expect(key(n)[0]).not.toBe(0)
})
