// SPDX-License-Identifier: AGPL-3.0-or-later
import { anyToLatinDigits } from './digits'

/**
 * A recovery code is forty decimal digits: 39 random ones (129.5 bits) and a check digit that catches every
 * single wrong digit and every swap of two neighbours (Damm). Digits, so that it can be read aloud and typed
 * on a Persian or a Latin keyboard alike.
 */
export const recoveryDigits = 40
const groupSize = 5

const damm = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
]

function check(digits: string): string {
  let state = 0
  for (const digit of digits) state = Number(damm[state]?.[Number(digit)])
  return String(state)
}

/** Makes a code from random bytes; `random(n)` must be a cryptographic source. */
export function newRecoveryCode(random: (count: number) => Uint8Array): string {
  let digits = ''
  while (digits.length < recoveryDigits - 1) {
    for (const byte of random(64)) {
      // 250 is the greatest multiple of ten below 256: without this the low digits would be likelier.
      if (byte < 250 && digits.length < recoveryDigits - 1) digits += String(byte % 10)
    }
  }
  return digits + check(digits)
}

export type RecoveryInput =
  | { readonly kind: 'ok'; readonly code: string }
  | { readonly kind: 'short'; readonly missing: number }
  | { readonly kind: 'long' }
  /** Complete, but some digit is wrong. */
  | { readonly kind: 'typo' }

/**
 * Reads a code as people type it: digits of any script, the letters that people write for 0 and 1, with
 * spaces, dashes or line breaks between.
 */
export function readRecoveryCode(typed: string): RecoveryInput {
  const digits = anyToLatinDigits(typed).replace(/o/gi, '0').replace(/[il]/gi, '1').replace(/\D/g, '')
  if (digits.length < recoveryDigits) return { kind: 'short', missing: recoveryDigits - digits.length }
  if (digits.length > recoveryDigits) return { kind: 'long' }
  if (check(digits) !== '0') return { kind: 'typo' }
  return { kind: 'ok', code: digits }
}

export function groupRecoveryCode(code: string): string[] {
  return code.match(new RegExp(`\\d{1,${groupSize}}`, 'g')) ?? []
}
