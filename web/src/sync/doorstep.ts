// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ServerView } from '../model'
import { Accounts, type Caller, call, post, ServerClock, serverOf, verifyAddresses } from '../wire'
import type { Asker } from './act/asking'
import type { Env } from './env'

/** What our server says of itself to strangers. */
export interface ServerFacts {
  readonly view: ServerView
  /** Stable id, from its signed address list; its host where it has none. */
  readonly id: string
}

/** Asking without a session: requests go straight to where the app came from. */
export class Doorstep {
  readonly env: Env
  readonly #asker: Asker
  readonly #clock = new ServerClock()

  constructor(env: Env, asker: Asker) {
    this.env = env
    this.#asker = asker
  }

  /** The server's time, as far as it was told. */
  now(): number {
    return this.#clock.now()
  }

  /** Asks the server who it is. Rejects with Refusal or Silence. */
  async server(): Promise<ServerFacts> {
    const askedAt = Date.now()
    // Whoever is signed in may have come by another address.
    const info = await call(this.#asker.current?.tabs ?? this.caller(), Accounts.method.server, {})
    this.#clock.learn(Number(info.serverMs), askedAt)
    const known = info.addresses && (await verifyAddresses(info.addresses, this.now()))
    return { view: serverOf(info), id: known?.server || new URL(this.env.home).host }
  }

  /** For requests without a session. */
  caller(): Caller {
    const { home, net, timing } = this.env
    const to = { address: home, token: '', net }
    return {
      request: (method, payload, o) => post(to, method, payload, o?.deadlineMs ?? timing.answer),
    }
  }
}
