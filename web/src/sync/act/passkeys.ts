// SPDX-License-Identifier: AGPL-3.0-or-later
import { makePasskey, showPasskey } from '../../crypto/passkey'
import { AppError, type PasskeyActions, type Waiting } from '../../model'
import { type Caller, call, ErrorCode, Refusal, type WireSession } from '../../wire'
import { Passkeys, passkeyOf } from '../../wire/passkeys'
import { type Asker, acting, signedIn } from './asking'

/** What signing in by a passkey needs of the entrance. */
export interface Doorway {
  readonly device: string
  caller(): Caller
  /** The token of an earlier session here, or nothing. */
  proofOf(username: string): Promise<string>
  /** What the provider gave, with the secret that this app keeps for it. */
  ticket(given: string): Promise<string>
  /** Enters with the session that a call gives, or waits. */
  come(ask: (client: object) => Promise<WireSession>): Promise<Waiting | null>
}

/** The answer of a passkey in the place of everything else. */
export async function passkeyAlone(caller: Caller): Promise<string> {
  return showPasskey((await call(caller, Passkeys.method.beginAlone, {})).options)
}

export function passkeyActions(asker: Asker, door: Doorway): PasskeyActions {
  return {
    device: door.device,
    list: () =>
      acting(async () => {
        const { passkeys } = await call(signedIn(asker).tabs, Passkeys.method.list, {})
        return passkeys.map(passkeyOf)
      }),
    add: (name, password) =>
      acting(async () => {
        const { tabs } = signedIn(asker)
        const { options } = await call(tabs, Passkeys.method.begin, { password })
        const { codes } = await call(tabs, Passkeys.method.add, { name, answer: await makePasskey(options) })
        return codes
      }),
    rename: (id, name) =>
      acting(async () => {
        await call(signedIn(asker).tabs, Passkeys.method.rename, { id, name })
      }),
    remove: (id, password) =>
      acting(async () => {
        await call(signedIn(asker).tabs, Passkeys.method.remove, { id, password })
      }),
    signIn: () =>
      acting(async () => {
        const answer = await passkeyAlone(door.caller())
        try {
          return await door.come((client) => call(door.caller(), Passkeys.method.signIn, { answer, client }))
        } catch (error) {
          const reset = error instanceof Refusal && error.code === ErrorCode.PASSWORD_REQUIRED
          throw reset ? new AppError('FACTOR_NEEDED', null, error) : error
        }
      }),
    besidePassword: (username, password) =>
      acting(async () => {
        const ask = { username, password, deviceProof: await door.proofOf(username) }
        // Whoever is signed in may have come by another address.
        const caller = asker.current?.tabs ?? door.caller()
        return showPasskey((await call(caller, Passkeys.method.beginSecond, ask)).options)
      }),
    besideTicket: (given, username, password) =>
      acting(async () => {
        const ask = { ticket: await door.ticket(given), username, password }
        return showPasskey((await call(door.caller(), Passkeys.method.beginSecond, ask)).options)
      }),
    besideLink: (secret) =>
      acting(async () =>
        showPasskey((await call(door.caller(), Passkeys.method.beginRedeem, { secret })).options),
      ),
  }
}
