// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PersonChange, PresenceView } from '../../model'
import type { Contact, UserRecord } from '../../model/entry'
import type { AccountId } from '../../model/id'
import type { PersonRef } from '../../model/message'
import type { Live } from '../live'
import type { Mirror } from '../mirror'

/** What the reader calls somebody; empty where they have given no name of their own. */
export function privateName(user: UserRecord | null, account: AccountId): string {
  return user?.contacts?.find((c) => c.account === account)?.name ?? ''
}

/** Who people are, from what is stored and what is heard. */
export class People {
  readonly #mirror: Mirror
  readonly #live: Live
  readonly #me: AccountId
  /** Told of accounts that are not known yet. */
  readonly #missing: (account: AccountId) => void
  /** The same reference for the same name, so that views of unchanged people stay identical. */
  readonly #refs = new Map<AccountId, PersonRef>()
  /** Contacts by account, of the state they were read from. */
  #contacts: { readonly of: UserRecord | null; readonly by: ReadonlyMap<AccountId, Contact> } = {
    of: null,
    by: new Map(),
  }

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
    const name = own ?? (this.contact(account)?.name || this.publicName(account))
    const id = person?.deleted ? null : account
    const known = this.#refs.get(account)
    if (known?.name === name && known.account === id) return known
    const ref = { account: id, name }
    this.#refs.set(account, ref)
    return ref
  }

  contact(account: AccountId): Contact | undefined {
    const { user } = this.#mirror
    if (this.#contacts.of !== user) {
      this.#contacts = { of: user, by: new Map(user?.contacts?.map((c) => [c.account, c])) }
    }
    return this.#contacts.by.get(account)
  }

  /** What somebody calls themselves. */
  publicName(account: AccountId): string {
    return this.#mirror.people.get(account)?.name ?? this.contact(account)?.seenName ?? ''
  }

  /** What is new of a contact since it was set, where one wants to be told. */
  change(account: AccountId): PersonChange | null {
    const contact = this.contact(account)
    const person = this.#mirror.people.get(account)
    if (!contact || !person || person.deleted || this.#mirror.user?.privacy.quietContacts) return null
    const other = (from: string, to: string) => (from !== to ? { from, to } : null)
    const name = other(contact.seenName, person.name)
    const username = other(contact.seenUsername, person.username)
    const hash = person.photo?.hash ?? ''
    // One that is not shown any more is no news: it may only be hidden.
    const photo = hash !== '' && hash !== (contact.seenPhoto ?? '')
    return name || username || photo ? { name, username, photo } : null
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
