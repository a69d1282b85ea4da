// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PresenceView } from '../../model'
import type { AccountId } from '../../model/id'
import type { PersonRef } from '../../model/message'
import type { Live } from '../live'
import type { Mirror } from '../mirror'

/** Who people are, from what is stored and what is heard. */
export class People {
  readonly #mirror: Mirror
  readonly #live: Live
  readonly #me: AccountId
  /** Told of accounts that are not known yet. */
  readonly #missing: (account: AccountId) => void
  /** The same reference for the same name, so that views of unchanged people stay identical. */
  readonly #refs = new Map<AccountId, PersonRef>()

  constructor(mirror: Mirror, live: Live, me: AccountId, missing: (account: AccountId) => void) {
    this.#mirror = mirror
    this.#live = live
    this.#me = me
    this.#missing = missing
  }

  ref(account: AccountId): PersonRef {
    const person = this.#mirror.people.get(account)
    if (!person) this.#missing(account)
    const own = account === this.#me ? this.#mirror.user?.profile.name : undefined
    const name = own ?? person?.name ?? ''
    const id = person?.deleted ? null : account
    const known = this.#refs.get(account)
    if (known?.name === name && known.account === id) return known
    const ref = { account: id, name }
    this.#refs.set(account, ref)
    return ref
  }

  name(account: AccountId): string {
    return this.ref(account).name
  }

  username(account: AccountId): string {
    return this.#mirror.people.get(account)?.username ?? ''
  }

  isDeleted(account: AccountId): boolean {
    return this.#mirror.people.get(account)?.deleted ?? false
  }

  presence(account: AccountId): PresenceView {
    if (this.#live.online(account)) return { kind: 'online' }
    const stored = this.#mirror.people.get(account)?.lastSeen ?? 0
    const at = Math.max(stored, this.#live.lastSeen(account))
    return at > 0 ? { kind: 'lastSeen', at } : { kind: 'hidden' }
  }
}
