// SPDX-License-Identifier: AGPL-3.0-or-later
import { recoveryAuthenticator } from '../crypto/recovery'
import type { Registry, SessionRow } from '../db'
import {
  type AccountActions,
  AppError,
  type ErrorCode,
  type SecondFactor,
  type SignUp,
  type VisitForm,
  type Waiting,
} from '../model'
import {
  Accounts,
  type Caller,
  call,
  KeyMaker,
  type SignupChallenge,
  toAppError,
  toHex,
  type WireSession,
} from '../wire'
import { Security } from '../wire/security'
import { type Asker, acting, signedIn } from './act/asking'
import type { Doorway } from './act/passkeys'
import type { Outsider } from './act/reports'
import type { Doorstep } from './doorstep'

interface SignupWork {
  readonly challenge: SignupChallenge
  readonly counter: number
}

/** What the entrance needs of the app. */
export interface EntranceContext {
  readonly step: Doorstep
  readonly asker: Asker
  registry(): Promise<Registry>
  enter(session: SessionRow): Promise<void>
  /** Does what shows that the recovery code was kept. */
  keeping(work: () => Promise<void>): Promise<void>
}

/** Signing up, in and over: few starts need it. */
export class Entrance implements Omit<AccountActions, 'signOut'>, Outsider, Doorway {
  readonly #c: EntranceContext
  readonly #keys = new KeyMaker(() => this.#c.step.now())
  /** One key for each form: sending it again after a cut gives the same account. */
  readonly #formKeys = new Map<string, Uint8Array<ArrayBuffer>>()
  /** Work under way, by the key of the sign-up it is for. */
  readonly #works = new Map<Uint8Array<ArrayBuffer>, Promise<SignupWork>>()
  /** A key whose work was begun before there was a form. */
  #prepared: Uint8Array<ArrayBuffer> | null = null

  constructor(c: EntranceContext) {
    this.#c = c
  }

  prepareSignUp(): void {
    this.#prepared ??= this.#keys.make()
    this.#workFor(this.#prepared).catch(() => {}) // signUp tells
  }

  signUp(form: SignUp): Promise<void> {
    return acting(async () => {
      const { id, view } = await this.#c.step.server()
      const { username, password, name, recoveryCode, setupToken } = form
      const recovery = await recoveryAuthenticator(recoveryCode)
      const key = this.#keyFor(form)
      const ask = {
        key,
        username,
        password,
        name,
        recovery,
        setup: setupToken ?? '',
        pass: form.pass ?? '',
        note: form.note ?? '',
        client: this.#client(),
      }
      const works = view.signUpOpen && view.signUpWork && !ask.pass && !ask.setup
      const send = async () => {
        const more = works || this.#works.has(key) ? { work: await this.#workFor(key) } : {}
        return call(this.caller(), Accounts.method.signUp, { ...ask, ...more })
      }
      const session = await send().catch((error) => {
        if (toAppError(error).code !== 'WORK_REQUIRED') throw error
        // The answer came too late, or work is asked for since.
        this.#works.delete(key)
        this.#workFor(key).catch(() => {})
        return send()
      })
      await this.#c.keeping(async () => {
        await this.#adopt(session, id)
        await this.#kept(recovery)
      })
    })
  }

  signIn(username: string, password: string, second: SecondFactor = {}): Promise<Waiting | null> {
    return acting(async () => {
      const deviceProof = await this.proofOf(username)
      const { code = '', passkey = '', recoveryCode } = second
      const recovery = recoveryCode ? await recoveryAuthenticator(recoveryCode) : new Uint8Array()
      const ask = { username, password, deviceProof, code, passkey, recovery }
      return this.come((client) => call(this.caller(), Accounts.method.signIn, { ...ask, client }))
    })
  }

  visit(): Promise<string> {
    return acting(async () => {
      const registry = await this.#c.registry()
      // Another tab may be under way with it.
      const kept = (await registry.get('visit')) ?? toHex(crypto.getRandomValues(new Uint8Array(32)))
      await registry.set('visit', kept)
      return `${this.#c.step.env.home}/oidc/start?for=${await digest(kept)}`
    })
  }

  async ticket(given: string): Promise<string> {
    return `${given}.${(await (await this.#c.registry()).get('visit')) ?? ''}`
  }

  enter(ticket: string, form: VisitForm): Promise<Waiting | null> {
    return acting(async () => {
      const { id } = await this.#c.step.server()
      const registry = await this.#c.registry()
      const { username, password, second } = form
      const recovery = second.recoveryCode
        ? await recoveryAuthenticator(second.recoveryCode)
        : new Uint8Array()
      const proofs = (await registry.get('proofs')) ?? {}
      const session = await call(this.caller(), Accounts.method.signIn, {
        ticket: await this.ticket(ticket),
        username,
        password,
        deviceProof: proofs[username.toLowerCase()] ?? '',
        code: second.code ?? '',
        passkey: second.passkey ?? '',
        recovery,
        client: this.#client(),
      })
      if (session.pending) return this.#waiting(session, id)
      await registry.delete('visit')
      await this.#adopt(session, id)
      return null
    })
  }

  get device(): string {
    return this.#c.step.env.device
  }

  async proofOf(username: string): Promise<string> {
    const proofs = (await (await this.#c.registry()).get('proofs')) ?? {}
    return proofs[username.toLowerCase()] ?? ''
  }

  async come(ask: (client: object) => Promise<WireSession>): Promise<Waiting | null> {
    const { id } = await this.#c.step.server()
    const session = await ask(this.#client())
    if (session.pending) return this.#waiting(session, id)
    await this.#adopt(session, id)
    return null
  }

  ask(): Promise<Waiting> {
    return acting(async () => {
      const { id } = await this.#c.step.server()
      return this.#waiting(await call(this.caller(), Security.method.ask, { client: this.#client() }), id)
    })
  }

  #waiting({ pending, token, pendingUntilMs, code }: WireSession, server: string): Waiting {
    return {
      address: `${this.#c.step.env.home}/#link=${pending}`,
      code,
      until: Number(pendingUntilMs) + Date.now() - this.#c.step.now(),
      poll: () =>
        acting(async () => {
          const session = await call(this.caller(), Security.method.await, { pending, token })
          if (session.pending) return false
          await this.#adopt({ ...session, token }, server)
          return true
        }),
    }
  }

  recover(username: string, recoveryCode: string, newPassword: string): Promise<void> {
    return acting(async () => {
      const { id } = await this.#c.step.server()
      const recovery = await recoveryAuthenticator(recoveryCode)
      const ask = { username, recovery, newPassword, client: this.#client() }
      await this.#adopt(await call(this.caller(), Accounts.method.recover, ask), id)
    })
  }

  redeem(secret: string, newPassword: string, second: SecondFactor = {}): Promise<void> {
    return acting(async () => {
      const { id } = await this.#c.step.server()
      const { code = '', passkey = '' } = second
      const ask = { secret, newPassword, code, passkey, client: this.#client() }
      await this.#adopt(await call(this.caller(), Security.method.redeem, ask), id)
    })
  }

  checkUsername(username: string): Promise<ErrorCode | null> {
    return acting(async () => {
      const { free, code } = await call(this.caller(), Accounts.method.checkUsername, { username })
      return free ? null : ((code || 'NAME_INVALID') as ErrorCode)
    })
  }

  setPassword(oldPassword: string, newPassword: string): Promise<void> {
    return acting(async () => {
      const { tabs } = signedIn(this.#c.asker)
      await call(tabs, Accounts.method.setPassword, { oldPassword, newPassword, keepDevices: false })
    })
  }

  setRecoveryCode(password: string, recoveryCode: string): Promise<void> {
    return acting(async () => {
      const { tabs } = signedIn(this.#c.asker)
      const recovery = await recoveryAuthenticator(recoveryCode)
      await call(tabs, Accounts.method.setRecovery, { password, recovery })
      await this.#c.keeping(() => this.#kept(recovery))
    })
  }

  /** The person has just shown that the code was kept; where the server does not hear it, it asks again. */
  async #kept(recovery: Uint8Array): Promise<void> {
    const account = this.#c.asker.current
    if (account) await call(account.tabs, Security.method.checkRecovery, { recovery }).catch(() => {})
  }

  makeKey(): Uint8Array<ArrayBuffer> {
    return this.#keys.make()
  }

  caller(): Caller {
    return this.#c.step.caller()
  }

  #keyFor(form: SignUp): Uint8Array<ArrayBuffer> {
    const formName = JSON.stringify(form)
    const key = this.#formKeys.get(formName) ?? this.#prepared ?? this.#keys.make()
    if (key === this.#prepared) this.#prepared = null
    this.#formKeys.set(formName, key)
    return key
  }

  /** The answer to a challenge for a key, begun once. */
  #workFor(key: Uint8Array<ArrayBuffer>): Promise<SignupWork> {
    let work = this.#works.get(key)
    if (!work) {
      work = this.#work(key)
      this.#works.set(key, work)
      work.catch(() => this.#works.delete(key))
    }
    return work
  }

  async #work(key: Uint8Array<ArrayBuffer>): Promise<SignupWork> {
    const challenge = await call(this.caller(), Accounts.method.challenge, { key })
    const { solve } = await import('../crypto/work')
    return { challenge, counter: await solve(challenge) }
  }

  #client() {
    const { who, device } = this.#c.step.env
    return { ...who, device, protocol: 1 }
  }

  async #adopt(session: WireSession, server: string): Promise<void> {
    const { account, device, token, username, name, operator } = session
    if (!account || !token) throw new AppError('INTERFERED')
    const registry = await this.#c.registry()
    const proofs = (await registry.get('proofs')) ?? {}
    await registry.set('proofs', { ...proofs, [username.toLowerCase()]: token })
    const born = crypto.randomUUID()
    await this.#c.enter({ account, device, token, username, name, operator, server, born })
  }
}

/** The SHA-256 of a text, in base64 for addresses. */
async function digest(text: string): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return btoa(String.fromCharCode(...sum))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
