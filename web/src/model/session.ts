// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PhotoAudience } from './entry'
import type { AccountId, ChatId, DeviceId, Ms } from './id'

/** What the app may draw first. 'starting' lasts until the stored session has been read. */
export type SessionView =
  | { readonly kind: 'starting' }
  | {
      readonly kind: 'signedOut'
      readonly reason: SignedOutReason | null
      readonly server: ServerView | null
    }
  | { readonly kind: 'signedIn'; readonly me: MeView; readonly server: ServerView | null }

/** 'revoked' and 'suspended' only when our own server said so in a well-formed reply. */
export type SignedOutReason = 'revoked' | 'suspended' | 'signedOut'

export interface ServerView {
  readonly name: string
  readonly version: string
  readonly build: string
  /** The domain that passkeys are for; empty: the server has none. */
  readonly passkeys: string
  /** Whether strangers may sign up without an invitation. */
  readonly signUpOpen: boolean
  /** Open sign-up costs the device some computing first. */
  readonly signUpWork: boolean
  /** Open sign-up waits for the operator. */
  readonly signUpReview: boolean
  /** What the organisation's own sign-in is called; empty: there is none. */
  readonly provider: string
  /** Where the operator is reached. */
  readonly contact: readonly string[]
  /** The store has no operator yet: only the one-time link from the terminal leads on. */
  readonly needsSetup: boolean
}

export interface MeView {
  readonly account: AccountId
  readonly name: string
  readonly username: string
  readonly about: string
  readonly operator: boolean
  /** 0 until this device has heard of them. */
  readonly savedMessages: ChatId
  readonly privacy: PrivacyView
  readonly link: PersonalLinkView
}

/** The link by which others find this person. */
export interface PersonalLinkView {
  /** The whole address to give away; null where there is none. */
  readonly url: string | null
  /** There is none, and the person has wished so. */
  readonly removed: boolean
}

export interface PrivacyView {
  /** Reciprocal switches: who hides theirs does not see others'. */
  readonly hideLastSeen: boolean
  readonly hideTyping: boolean
  readonly hideReads: boolean
  /** Forwards of this person's messages do not lead to them. */
  readonly hideForwards: boolean
  /** Nobody may invite this person to chats. */
  readonly refuseInvites: boolean
  /** The username finds this person for those alone who have met them. */
  readonly unfindable: boolean
  /** Changed names and photos of contacts are not pointed out. */
  readonly quietContacts: boolean
  readonly photoFor: PhotoAudience
}

/** What a token may be used for. */
export type Scope = 'read' | 'send' | 'manage'

export interface DeviceView {
  readonly id: DeviceId
  readonly name: string
  readonly client: string
  readonly version: string
  readonly build: string
  readonly lastUse: Ms
  readonly created: Ms
  readonly current: boolean
  readonly official: boolean
  /** All of them for a session that a person signed in to. */
  readonly scopes: readonly Scope[]
  /** When it ends by itself; 0: never. */
  readonly expires: Ms
}

export interface DevicesView {
  readonly state: 'loading' | 'ready'
  readonly devices: readonly DeviceView[]
}

/**
 * 'interfering': something answers in our server's place (a captive portal, a filter page), so nothing it
 * says is believed. `outbox` counts messages that wait to be acknowledged.
 */
export interface ConnectionView {
  readonly state: 'online' | 'connecting' | 'offline' | 'interfering'
  readonly outbox: number
}
