// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountId, ChatId, Ms, Seq } from './id'
import type { MediaKind } from './media'
import type { FormattedText, MessageView, PersonRef } from './message'
import type { PersonChange } from './people'

export type ChatKind = 'direct' | 'group' | 'channel' | 'saved' | 'service'

export type Role = 'owner' | 'admin' | 'member' | 'restricted' | 'banned' | 'left'

/** Rights of admins. */
export type AdminRight =
  | 'changeInfo'
  | 'post'
  | 'editMessages'
  | 'deleteMessages'
  | 'ban'
  | 'invite'
  | 'pin'
  | 'addAdmins'
  /** An admin: to take the chat over, which its owner offers. */
  | 'own'

/** Rights of members, by default of the chat or restricted for one person until a date; in this order. */
export const memberRights = ['send', 'media', 'links', 'react', 'invite', 'pin', 'changeInfo'] as const
export type MemberRight = (typeof memberRights)[number]

/** Who can read a chat. Until encryption is there, every chat is 'operator'. */
export type Readability = 'operator' | 'members'

/** What is happening right now, drawn in the header and the list. */
export interface TypingView {
  readonly people: readonly PersonRef[]
  /** All of them record a voice message; else at least one writes. */
  readonly recording: boolean
}

/** What a person does right now in a chat, for the others to see. */
export type Doing = 'writing' | 'recording' | 'nothing'

/** Presence of the other person in a direct chat; 'hidden' when either side switched it off. */
export type PresenceView =
  | { readonly kind: 'online' }
  | { readonly kind: 'lastSeen'; readonly at: Ms }
  | { readonly kind: 'hidden' }

/** The last line of a chat in the list. */
export interface PreviewView {
  readonly seq: Seq | null
  readonly at: Ms
  readonly message: MessageView
  /** What was sent together with it, itself among it; absent where it is of no album or nobody knows. */
  readonly together?: readonly MediaKind[]
}

export interface ChatItem {
  readonly id: ChatId
  readonly kind: ChatKind
  readonly title: string
  /** Public name, or the other person's username in a direct chat, without @; or null. */
  readonly publicName: string | null
  /** The other person in a direct chat. */
  readonly peer: AccountId | null
  /** Where its log ends, as far as this device has heard. */
  readonly head: Seq
  /** Of the last line that is stored; 0: there is none. */
  readonly last: Seq
  readonly preview: PreviewView | null
  /** The draft's beginning, shown in place of the preview. */
  readonly draft: string | null
  readonly unread: number
  readonly mentions: number
  readonly markedUnread: boolean
  readonly muted: boolean
  /** Notified though its kind is off. */
  readonly always: boolean
  readonly archived: boolean
  /** Position among pinned chats from 0, or null. */
  readonly pin: number | null
  readonly typing: TypingView | null
  readonly online: boolean
  /** The person may write here, as far as is known on this side. */
  readonly canSend: boolean
  /** Its owner offers it to the person, who has not looked yet while it is marked as unread. */
  readonly offered: boolean
  /** The person owns it. */
  readonly owned: boolean
  /** The version of the person's own standing there. */
  readonly standing: number
}

export interface ChatListView {
  /** 'loading' only until the cache has been read: draw skeletons. */
  readonly state: 'loading' | 'ready'
  /** Every chat of the account, pinned first, then by time, archived ones among them. */
  readonly chats: readonly ChatItem[]
  /** What strangers wrote and was not accepted yet, the newest first. They are not among `chats`. */
  readonly requests: readonly ChatItem[]
  /** Invitations waiting for this account's consent. */
  readonly invitations: readonly InvitationView[]
}

export interface InvitationView {
  readonly chat: ChatId
  readonly kind: ChatKind
  readonly title: string
  readonly from: PersonRef
  readonly members: number
}

/** Why the composer is closed. 'join' offers a button; the others only say so. */
export type CannotSend =
  | { readonly reason: 'channel' }
  | { readonly reason: 'join'; readonly approval: boolean }
  | { readonly reason: 'requested' }
  | { readonly reason: 'restricted'; readonly until: Ms | null; readonly note: string }
  | { readonly reason: 'banned'; readonly until: Ms | null; readonly note: string }
  | { readonly reason: 'blockedByMe' }
  | { readonly reason: 'left' }
  | { readonly reason: 'deletedAccount' }
  /** A stranger wrote: it is accepted, or turned away. */
  | { readonly reason: 'request' }
  /** To a stranger, enough was written until it is accepted. */
  | { readonly reason: 'waiting' }
  | { readonly reason: 'service' }

export interface Draft {
  readonly body: FormattedText
  readonly replyTo: Seq | null
  /** The part of that message which is answered; empty: all of it. */
  readonly quote: string
}

/** What one's own list says of the other person in a direct chat. */
export interface ChatContact {
  readonly privateName: string
  readonly publicName: string
  readonly change: PersonChange | null
}

/** Everything the details pane and the header know about one chat. */
export interface ChatInfo {
  readonly id: ChatId
  readonly kind: ChatKind
  readonly title: string
  readonly about: string
  /** Public name, or the other person's username in a direct chat, without @; or null. */
  readonly publicName: string | null
  readonly peer: AccountId | null
  /** null where the person may not know. */
  readonly members: number | null
  readonly onlineMembers: number | null
  readonly presence: PresenceView
  readonly readableBy: Readability
  readonly role: Role
  readonly adminRights: readonly AdminRight[]
  /** What every member may do by default. */
  readonly memberRights: readonly MemberRight[]
  /** What is taken from the person alone, until when, and why; null where nothing is. */
  readonly held: Held | null
  /** The person may send what is no text. */
  readonly mayCarry: boolean
  readonly requests: number
  readonly signatures: boolean
  /** Between two messages of a member; 0: as they like. */
  readonly slowSeconds: number
  readonly muted: boolean
  readonly always: boolean
  readonly archived: boolean
  readonly pinned: boolean
  readonly blocked: boolean
  /** The other person is a contact: their private name, and what is new of their public ones. */
  readonly contact: ChatContact | null
  /** Members list is not for this person (subscribers of a channel). */
  readonly membersHidden: boolean
  /** A direct chat whose other side has not accepted yet. */
  readonly waiting: boolean
  /** A stranger wrote this, and it was not accepted yet: who it is. */
  readonly request: StrangerView | null
}

export interface StrangerView {
  /** When the account was made, to the day; null while unknown. */
  readonly since: Ms | null
  /** Titles of groups that both are in; null while unknown. */
  readonly common: readonly string[] | null
}

export interface PinView {
  readonly seq: Seq
  readonly snippet: string
  readonly media?: MediaKind
}

/**
 * One open chat. `messages` is a contiguous window of the log in order of sequence number, with what waits
 * in the outbox at its end (only when there is nothing newer). Unchanged messages keep their object
 * identity between versions, so that drawing can skip them.
 */
export interface ChatView {
  readonly info: ChatInfo
  readonly state: 'loading' | 'ready' | 'removed'
  readonly messages: readonly MessageView[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  /** The first unread message when the chat was opened; it stays until one writes or closes the chat. */
  readonly unreadFrom: Seq | null
  readonly unread: number
  /** Messages that spoke to the reader since what they had read when they came, ascending, read or not. */
  readonly mentions: readonly Seq[]
  /** How many more there are whose place is not known: `OpenChat.findMention` looks for them. */
  readonly mentionsAway: number
  readonly pins: readonly PinView[]
  readonly typing: TypingView | null
  readonly draft: Draft
  /** The message that the draft answers, once it is here, wherever it lies. */
  readonly answered: MessageView | null
  /** When slow mode lets the person write again, by the clock of this machine; 0 at once. */
  readonly slowUntil: Ms
  /** An edit whose message was deleted before it came to the server: nothing else shows it any more. */
  readonly lostEdit: LostEdit | null
  /** null when the person may write. */
  readonly cannotSend: CannotSend | null
}

/** What `OpenWriter.settle` discards under its key. */
export interface LostEdit {
  readonly key: string
  readonly text: string
}

/** A restriction or a ban. */
export interface Held {
  readonly until: Ms | null
  readonly note: string
}

export interface MemberView {
  readonly account: AccountId
  /** As the reader calls them, which others are not to learn. */
  readonly name: string
  /** As they call themselves. */
  readonly publicName: string
  readonly username: string
  readonly role: Role
  readonly adminRights: readonly AdminRight[]
  /** For 'restricted': what is still allowed, and until when. */
  readonly allowed: readonly MemberRight[]
  readonly until: Ms | null
  /** Why; for staff alone. */
  readonly note: string
  readonly presence: PresenceView
}

export interface MembersView {
  readonly state: 'loading' | 'ready'
  readonly members: readonly MemberView[]
  readonly more: boolean
}

export interface InviteLinkView {
  readonly id: string
  /** The whole address to give away. */
  readonly url: string
  readonly name: string
  readonly uses: number
  readonly limit: number | null
  readonly expires: Ms | null
  readonly approval: boolean
  readonly revoked: boolean
}

export interface JoinRequestView {
  readonly account: AccountId
  readonly name: string
  readonly username: string
  readonly at: Ms
}

/** What an invite link or a public name leads to, before joining. */
export interface JoinTarget {
  readonly chat: ChatId | null
  readonly kind: ChatKind
  readonly title: string
  readonly about: string
  readonly members: number | null
  readonly approval: boolean
  /** It was found by its public name: it may be read before joining. */
  readonly readable: boolean
  readonly state: 'open' | 'joined' | 'requested'
}

export interface FoundPerson {
  readonly account: AccountId
  readonly name: string
  readonly username: string
}

/** Results of the search box over people and public chats; own chats are filtered on this side. */
export interface SearchView {
  readonly people: readonly FoundPerson[]
  readonly chats: readonly JoinTarget[]
}
