// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PassView, SignupMode, SignupRulesView } from '../model'

export { Newcomers } from './gen/zolal/v1/review_pb'

import type { Pass, SignupRules } from './gen/zolal/v1/signup_pb'

/** Rules of sign-up as screens draw them. A mode of a newer server lets in nobody here. */
export function signupRulesOf(rules: SignupRules): SignupRulesView {
  const { version, work, members, defaultWork, review, local } = rules
  return { version, mode: signupModeOf(rules.mode), work, members, defaultWork, review, local }
}

export function signupModeOf(word: string): SignupMode {
  return word === 'open' || word === 'invite' ? word : 'closed'
}

export function passOf(pass: Pass, now: number): PassView {
  const { id, maker, label, used, limit } = pass
  const expires = Number(pass.expiresMs) || null
  const over = expires !== null && expires <= now
  return {
    id,
    maker,
    label,
    limit: limit || null,
    used,
    created: Number(pass.createdMs),
    expires,
    state:
      pass.revokedMs > 0n ? 'revoked' : over ? 'expired' : limit > 0 && used >= limit ? 'usedUp' : 'good',
  }
}
