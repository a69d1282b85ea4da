// SPDX-License-Identifier: AGPL-3.0-or-later
import type { SignupActions } from '../../model'
import { Accounts, type Caller, call, toAppError } from '../../wire'
import type { ServerFacts } from '../doorstep'
import { type Asker, acting, signedIn } from './asking'

/** What strangers ask before they have an account. */
export interface Door {
  caller(): Caller
  server(): Promise<ServerFacts>
}

/** Letting people in. Few do, so how it is read comes when it is needed. */
export function signupActions(asker: Asker, door: Door, home: string): Omit<SignupActions, 'prepare'> {
  const wire = () => import('../../wire/signup')
  return {
    look: (secret) =>
      acting(async () => {
        const { view } = await door.server()
        const shown = await call(door.caller(), Accounts.method.showPass, { pass: secret })
        const { name, operator } = shown
        return { by: name, operator, expires: Number(shown.expiresMs) || null, server: view }
      }),
    checkSetup: (setup) =>
      acting(async () => {
        const { view } = await door.server()
        try {
          await call(door.caller(), Accounts.method.checkSetup, { setup })
          return 'good'
        } catch (error) {
          if (toAppError(error).code !== 'SETUP_INVALID') throw error
          return view.needsSetup ? 'old' : 'used'
        }
      }),
    passes: () =>
      acting(async () => {
        const { passOf } = await wire()
        const account = signedIn(asker)
        const all = account.session.operator
        const answer = await call(account.tabs, Accounts.method.passes, { all })
        const passes = answer.passes.map((pass) => passOf(pass, account.now()))
        return { passes, left: all ? null : answer.left, allowed: answer.allowed }
      }),
    create: ({ label, limit, expires }) =>
      acting(async () => {
        const { passOf } = await wire()
        const account = signedIn(asker)
        const key = account.keys.make()
        const made = await call(account.tabs, Accounts.method.createPass, {
          key,
          label,
          limit: limit ?? 0,
          expiresMs: BigInt(expires ?? 0),
        })
        if (!made.pass) throw new Error('no pass in the answer')
        return { pass: passOf(made.pass, account.now()), url: `${home}/#invite=${made.secret}` }
      }),
    revoke: (id) =>
      acting(async () => {
        await call(signedIn(asker).tabs, Accounts.method.revokePass, { id })
      }),
    newcomers: () =>
      acting(async () => {
        const { Newcomers } = await wire()
        const { newcomers } = await call(signedIn(asker).tabs, Newcomers.method.list, {})
        return newcomers.map(({ username, name, note, askedMs, refused }) => {
          return { username, name, note, asked: Number(askedMs), refused }
        })
      }),
    decide: (username, accept) =>
      acting(async () => {
        const { Newcomers } = await wire()
        await call(signedIn(asker).tabs, Newcomers.method.decide, { username, accept })
      }),
    rules: () =>
      acting(async () => {
        const { signupRulesOf } = await wire()
        return signupRulesOf(await call(signedIn(asker).tabs, Accounts.method.signup, {}))
      }),
    setRules: ({ version }, { mode, work, members, review }) =>
      acting(async () => {
        const { signupRulesOf } = await wire()
        const ask = { version, mode, work, members, review, confirmed: mode === 'open' }
        return signupRulesOf(await call(signedIn(asker).tabs, Accounts.method.setSignup, ask))
      }),
  }
}
