// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  AppError,
  type MadePass,
  type NewcomerView,
  type NewPass,
  type PassesView,
  type PassView,
  type ShownPassView,
  type SignupActions,
  type SignupRulesChange,
  type SignupRulesView,
} from '../../src/model'
import { day, now } from './fixture'

function pass(n: number, label: string, more: Partial<PassView>): PassView {
  return {
    id: `pass${n}`,
    maker: 1,
    label,
    limit: 30,
    used: 12,
    created: now - n * day,
    expires: now + 12 * day,
    state: 'good',
    ...more,
  }
}

/** Invitations and rules in memory; the secret of a link says in what state it is. */
export class MemorySignup implements SignupActions {
  #rules: SignupRulesView = {
    version: 1,
    mode: 'invite',
    work: 0,
    defaultWork: 20_000,
    members: 0,
    review: false,
    local: true,
  }
  #passes: readonly PassView[] = [
    pass(1, 'کلاس سوم', {}),
    pass(4, '', { limit: 1, used: 1, state: 'usedUp' }),
    pass(9, 'Team Alborz', { limit: null, used: 41, expires: null }),
    pass(40, 'دوستان', { state: 'revoked' }),
  ]

  prepare(): void {}

  async look(secret: string): Promise<ShownPassView> {
    if (secret === 'expired') throw new AppError('INVITE_EXPIRED')
    if (secret === 'usedUp') throw new AppError('INVITE_USED_UP')
    if (secret === 'revoked') throw new AppError('PASS_REVOKED')
    if (secret === 'unknown') throw new AppError('NOT_FOUND')
    const server = { name: 'زلال', version: '0.1.0', build: '3f9c2ab81d44' }
    const more = {
      signUpOpen: false,
      signUpWork: false,
      signUpReview: false,
      provider: '',
      passkeys: '',
      needsSetup: false,
      contact: ['mailto:op@example.org'],
    }
    return { by: 'سارا محمدی', operator: true, expires: now + 2 * day, server: { ...server, ...more } }
  }

  async checkSetup(token: string): Promise<'good' | 'used' | 'old'> {
    return token === 'used' || token === 'old' ? token : 'good'
  }

  async passes(): Promise<PassesView> {
    return { passes: this.#passes, left: null, allowed: true }
  }

  async create({ label, limit, expires }: NewPass): Promise<MadePass> {
    const made = pass(0, label, { id: `made${this.#passes.length}`, limit, expires, used: 0 })
    this.#passes = [made, ...this.#passes]
    return { pass: made, url: 'https://chat.example.org/#invite=2VxBh0cZ8kQm4Tn7Lr5sYw' }
  }

  async revoke(id: string): Promise<void> {
    this.#passes = this.#passes.map((p) => (p.id === id ? { ...p, state: 'revoked' } : p))
  }

  async newcomers(): Promise<readonly NewcomerView[]> {
    return []
  }

  async decide(): Promise<void> {}

  async rules(): Promise<SignupRulesView> {
    return this.#rules
  }

  async setRules(_: SignupRulesView, change: SignupRulesChange): Promise<SignupRulesView> {
    this.#rules = { ...this.#rules, ...change, version: this.#rules.version + 1 }
    return this.#rules
  }
}
