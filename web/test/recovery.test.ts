// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { archiveKey, recoveryAuthenticator } from '../src/crypto/recovery'
import { readRecoveryCode } from '../src/model/recovery'

interface Vectors {
  readonly codes: readonly { code: string; login: string; archive: string }[]
  readonly typed: readonly { typed: string; code?: string; why?: string }[]
}

const file = new URL('../../testdata/vectors/recovery.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('the derivations are those of the shared vectors', async () => {
  expect(vectors.codes.length).toBeGreaterThan(0)
  for (const { code, login, archive } of vectors.codes) {
    expect(readRecoveryCode(code)).toEqual({ kind: 'ok', code })
    expect(hex(await recoveryAuthenticator(code))).toBe(login)
    expect(hex(await archiveKey(code))).toBe(archive)
  }
})

test('a code is read from any digits, and what is none says why', () => {
  for (const { typed, code, why } of vectors.typed) {
    const read = readRecoveryCode(typed)
    expect(read.kind === 'ok' ? read.code : read.kind, typed).toBe(code ?? why)
  }
})
