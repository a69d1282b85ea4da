// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MemberRight, MemberView } from './chat'
import type { InfoChange } from './entry'
import type { AccountId, ChatId, Ms, Seq } from './id'

/** What the owner and admins of a chat look at, and how it changes hands. */
export interface StaffActions {
  /** Offers the chat to an admin. */
  offer(chat: ChatId, to: AccountId, password: string): Promise<void>
  /** Takes over what is offered, or ends the offer, which the owner may too. */
  answerOffer(chat: ChatId, accept: boolean): Promise<void>
  /** What was done in a chat, the newest first. `before` is `next` of the page before, or null. */
  deeds(chat: ChatId, which: DeedFilter, before: Seq | null): Promise<DeedPage>
  /** The owner and the admins. */
  staff(chat: ChatId): Promise<readonly MemberView[]>
  /** Those from whom something is taken, and those who are banned, by pages; `after` is the last one seen. */
  held(chat: ChatId, which: 'restricted' | 'banned', after: AccountId): Promise<HeldPage>
}

export interface HeldPage {
  readonly members: readonly MemberView[]
  readonly more: boolean
}

/** What a deed is about. */
export type DeedKind = 'members' | 'messages' | 'settings' | 'entrance' | 'reports'

export interface DeedFilter {
  readonly author: AccountId | null
  readonly kind: DeedKind | null
}

export interface DeedPage {
  readonly deeds: readonly DeedView[]
  /** Where to go on; null where there is nothing more. */
  readonly next: Seq | null
}

export interface DeedPerson {
  readonly account: AccountId
  readonly name: string
}

export interface DeedView {
  readonly seq: Seq
  readonly at: Ms
  /** null: the server, its operator, or somebody who is not told. */
  readonly by: DeedPerson | null
  readonly what: Deed
}

export type Deed =
  | {
      readonly kind: 'restricted'
      readonly whom: DeedPerson
      readonly taken: readonly MemberRight[]
      readonly until: Ms | null
      readonly note: string
    }
  | { readonly kind: 'banned'; readonly whom: DeedPerson; readonly until: Ms | null; readonly note: string }
  | {
      readonly kind: 'freed' | 'unbanned' | 'removed' | 'promoted' | 'dismissed' | 'handed' | 'changed'
      readonly whom: DeedPerson
    }
  | { readonly kind: 'offered'; readonly whom: DeedPerson }
  /** Ownership that was offered. */
  | { readonly kind: 'declined' | 'accepted' }
  | { readonly kind: 'info'; readonly change: InfoChange }
  | {
      readonly kind: 'deleted' | 'edited' | 'pinned' | 'unpinned'
      readonly whom: DeedPerson | null
      readonly messages: readonly Seq[]
    }
  | { readonly kind: 'photoSet' | 'photoRemoved' }
  | { readonly kind: 'linkMade' | 'linkRevoked'; readonly label: string }
  | { readonly kind: 'asked' | 'letIn' | 'turnedAway'; readonly whom: DeedPerson }
  | { readonly kind: 'reported' | 'reportClosed' | 'operator' | 'unknown' }

/** The last word about the ownership of a chat, if it is that somebody does not want it; the newest first. */
export function declinedIn(deeds: readonly DeedView[]): DeedView | null {
  const last = deeds.find(({ what }) => ['offered', 'declined', 'accepted', 'handed'].includes(what.kind))
  return last?.what.kind === 'declined' ? last : null
}
