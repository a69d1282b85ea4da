// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PresenceView } from './chat'
import type { AccountId, ChatId } from './id'
import type { Observable } from './observable'

/** What somebody called themselves when they were last seen, and what they call themselves now. */
export interface NameChange {
  readonly from: string
  readonly to: string
}

/** What is new of what somebody shows of themselves; of the three at least one is. */
export interface PersonChange {
  readonly name: NameChange | null
  readonly username: NameChange | null
  /** They are shown by another photo. */
  readonly photo: boolean
}

/** Somebody on one's own list. */
export interface ContactView {
  readonly account: AccountId
  /** As they are drawn everywhere: by the private name where there is one. */
  readonly name: string
  readonly privateName: string
  readonly publicName: string
  readonly username: string
  readonly presence: PresenceView
  /** Not pointed out yet on any device; null also where one does not want to be told. */
  readonly change: PersonChange | null
}

export interface ContactsView {
  readonly state: 'loading' | 'ready'
  /** By name. */
  readonly contacts: readonly ContactView[]
}

/** Whom a personal link or a username leads to. */
export interface PersonView {
  readonly account: AccountId
  readonly name: string
  readonly publicName: string
  readonly username: string
  readonly about: string
  readonly contact: boolean
}

/** A group that both are in. */
export interface MutualView {
  readonly chat: ChatId
  readonly title: string
  readonly members: number
}

/** Finding and knowing people. An address: a token of a personal link, a username, or a link with one. */
export interface PeopleActions {
  readonly contacts: Observable<ContactsView>
  lookUp(address: string): Promise<PersonView>
  /** The direct chat with whom the address leads to. */
  open(address: string): Promise<ChatId>
  /**
   * Adds somebody, or gives them another private name (none where it is empty); a change of theirs is seen.
   * `foundBy` is the address that led to them.
   */
  setContact(account: AccountId, privateName: string, foundBy?: string): Promise<void>
  removeContact(account: AccountId): Promise<void>
  mutual(account: AccountId): Promise<readonly MutualView[]>
  /** The addresses under which this server says it is reached, beside the one the app came from. */
  homes(): Promise<readonly string[]>
  /** Makes a new personal link, which ends the one before. */
  renewLink(): Promise<void>
  removeLink(): Promise<void>
}
