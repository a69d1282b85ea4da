// SPDX-License-Identifier: AGPL-3.0-or-later

/** How hard a password looks, 0 (empty) to 4. A hint while typing: the server has the last word. */
export type Strength = 0 | 1 | 2 | 3 | 4

const common =
  /^(?:123|111|000|password|qwerty|iran|ali|reza|mohammad|love|admin|letmein|welcome|zolal|telegram)/i

export function passwordStrength(password: string, username: string): Strength {
  if (password === '') return 0
  if (passwordFault(password, username)) return 1
  const bits = bitsOf(password)
  return bits < 52 ? 2 : bits < 70 ? 3 : 4
}

/** What keeps a password from being good enough: too short, what many choose, one's name in it, or dull. */
export type PasswordFault = 'short' | 'common' | 'name' | 'dull'

/** What has to change first in a password; null: it is good enough. */
export function passwordFault(password: string, username: string): PasswordFault | null {
  if (password.length < 8) return 'short'
  if (common.test(password)) return 'common'
  if (username.length > 2 && password.toLowerCase().includes(username.toLowerCase())) return 'name'
  return bitsOf(password) < 36 ? 'dull' : null
}

const bitsOf = (password: string) => password.length * Math.log2(alphabet(password)) * variety(password)

/** How many characters the writer seems to choose from. */
function alphabet(password: string): number {
  let size = 0
  if (/[a-z]/.test(password)) size += 26
  if (/[A-Z]/.test(password)) size += 26
  if (/[0-9۰-۹]/.test(password)) size += 10
  if (/[^\p{L}\p{N}]/u.test(password)) size += 20
  if (/[^\p{ASCII}]/u.test(password)) size += 32
  return Math.max(size, 2)
}

/** Less than 1 where characters repeat or run in order. */
function variety(password: string): number {
  let dull = 0
  for (let i = 1; i < password.length; i++) {
    const step = password.charCodeAt(i) - password.charCodeAt(i - 1)
    if (step === 0 || step === 1 || step === -1) dull++
  }
  return Math.max(0.2, 1 - dull / password.length)
}
