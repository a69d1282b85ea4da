// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AdminActions } from './admin'
import type {
  AdminRight,
  ChatKind,
  ChatListView,
  ChatView,
  Doing,
  Draft,
  Held,
  InviteLinkView,
  JoinRequestView,
  JoinTarget,
  MemberRight,
  MembersView,
  MemberView,
  SearchView,
} from './chat'
import type { ErrorCode } from './error'
import type { FeedbackActions } from './feedback'
import type { AccountId, ChatId, DeviceId, Ms, Seq } from './id'
import type { MediaActions, NewMedia } from './media'
import type { FormattedText, PersonRef } from './message'
import type { Observable } from './observable'
import type { PasskeyActions } from './passkey'
import type { PeopleActions } from './people'
import type { Portraits } from './photo'
import type { PreviewBody } from './preview'
import type { PushActions } from './push'
import type { CaseActions, ReportActions } from './reports'
import type { SearchActions } from './search'
import type { SecurityActions } from './security'
import type { ConnectionView, DevicesView, PrivacyView, SessionView } from './session'
import type { SignupActions } from './signup'
import type { StaffActions } from './staff'

export interface NetworkActions {
  /** Looks for the server now, where it is not reached: the person does not want to wait. */
  retry(): Promise<void>
  /** Whether the server has another version of the app than the one whose first script has this address. */
  renewed(entry: string): Promise<boolean>
}

/**
 * All that the user interface knows of the app. Views are immutable values; methods reject with AppError.
 * A method that sends a message resolves once the outbox holds it durably, not when the server has it:
 * the view then shows how far it came.
 *
 * The real one is made by `startApp`, exported from `sync/index.ts`; it reads the stored session
 * by itself, so that the first draw needs no network.
 */
export interface AppModel {
  readonly session: Observable<SessionView>
  readonly connection: Observable<ConnectionView>
  readonly network: NetworkActions
  readonly chatList: Observable<ChatListView>
  readonly account: AccountActions
  readonly profile: ProfileActions
  readonly devices: DeviceActions
  readonly security: SecurityActions
  readonly chats: ChatActions
  readonly rooms: RoomActions
  readonly admin: AdminActions
  readonly feedback: FeedbackActions
  readonly people: PeopleActions
  /** Few have passkeys yet: what they need comes when it is asked for. */
  passkeys(): Promise<PasskeyActions>
  /** Few report, and fewer decide: what that needs comes when it is asked for. */
  reports(): Promise<ReportActions>
  search(): Promise<SearchActions>
  cases(): Promise<CaseActions>
  /** What carries media comes when the first is shown or sent. */
  media(): Promise<MediaActions>
  readonly portraits: Portraits
  notifications(): Promise<PushActions>
  readonly signup: SignupActions
  /** Opens a chat at its first unread message, or at `at`. */
  openChat(chat: ChatId, at?: Seq): OpenChat
  openMembers(chat: ChatId): OpenMembers
}

export interface SignUp {
  readonly name: string
  readonly username: string
  readonly password: string
  /** Forty digits as recovery.ts makes and checks them, already shown to and confirmed by the person. */
  readonly recoveryCode: string
  /** From the one-time link of the terminal, for the first account only. */
  readonly setupToken: string | null
  /** The secret of an invitation, or null. */
  readonly pass?: string | null
  /** To the operator, where newcomers wait. */
  readonly note?: string
}

/** A sign-in that waits for a device of the account. */
export interface Waiting {
  /** What that device opens; nothing by itself. */
  readonly address: string
  /** What a person types there in its place: digits; empty where an old device is asked without it. */
  readonly code: string
  readonly until: Ms
  /** Asks how it stands: true once this device is signed in. Rejects with FORBIDDEN where it was refused. */
  poll(): Promise<boolean>
}

/** What stands beside the password: a code, a backup code, a passkey, or the recovery code. */
export interface SecondFactor {
  readonly code?: string
  /** The answer of PasskeyActions. */
  readonly passkey?: string
  readonly recoveryCode?: string
}

export interface SignInActions extends VisitActions {
  /** Rejects with FACTOR_NEEDED where the account wants more; the field says `passkey` where it has one. */
  signIn(username: string, password: string, second?: SecondFactor): Promise<Waiting | null>
  /** Makes a sign-in for a device that is signed in to approve: it scans `address` from this screen. */
  ask(): Promise<Waiting>
}

/** What somebody who comes from the organisation's provider adds to it. */
export interface VisitForm {
  /** Of a new account, or with a password of the one to link; empty: of the one that is theirs. */
  readonly username: string
  readonly password: string
  readonly second: SecondFactor
}

export interface VisitActions {
  /** Where the browser goes to sign in by the organisation's provider. */
  visit(): Promise<string>
  /**
   * Signs in who comes back from there. Rejects with IDENTITY_UNKNOWN where no account is theirs, and with
   * FACTOR_NEEDED as signIn does.
   */
  enter(ticket: string, form: VisitForm): Promise<Waiting | null>
}

export interface AccountActions extends SignInActions {
  signUp(form: SignUp): Promise<void>
  /** Sets a new password; other devices are signed out. */
  recover(username: string, recoveryCode: string, newPassword: string): Promise<void>
  /** Sets a password by the one-time link of the operator's reset. */
  redeem(secret: string, newPassword: string, second?: SecondFactor): Promise<void>
  signOut(): Promise<void>
  /** null when the name is free, else why it is not. */
  checkUsername(username: string): Promise<ErrorCode | null>
  setPassword(oldPassword: string, newPassword: string): Promise<void>
  /** Replaces the recovery code; the person has confirmed the new one. */
  setRecoveryCode(password: string, recoveryCode: string): Promise<void>
}

/** Who would have a name: oneself, a chat that one owns, or one that is to be made. */
export type NameFor = 'me' | 'new' | { readonly chat: ChatId }

export interface ProfileActions {
  /** null when a name could be taken, else why not. */
  checkName(name: string, whose: NameFor): Promise<ErrorCode | null>
  set(profile: { readonly name: string; readonly username: string; readonly about: string }): Promise<void>
  setPrivacy(privacy: PrivacyView): Promise<void>
}

export interface DeviceActions {
  readonly list: Observable<DevicesView>
  refresh(): Promise<void>
  revoke(device: DeviceId): Promise<void>
  revokeOthers(): Promise<void>
}

/** What a person does with chats from the list. */
export interface ChatActions {
  /** The direct chat with a person, made when there is none. */
  openDirect(account: AccountId): Promise<ChatId>
  readonly direct: DirectActions
  search(words: string): Promise<SearchView>
  setPinned(chat: ChatId, pinned: boolean): Promise<void>
  setArchived(chat: ChatId, archived: boolean): Promise<void>
  /** Until a time, which may be NEVER or ALWAYS; 0: it is not muted. */
  setMuted(chat: ChatId, until: Ms): Promise<void>
  setMarkedUnread(chat: ChatId, unread: boolean): Promise<void>
  setBlocked(account: AccountId, blocked: boolean): Promise<void>
  /** Forwards messages, in order, to one chat. */
  forward(from: ChatId, messages: readonly Seq[], to: ChatId, withSource: boolean): Promise<void>
}

/** Chats of two. */
export interface DirectActions {
  /** Lets the stranger who wrote in a chat know that one talks with them. */
  accept(chat: ChatId): Promise<void>
  /** Deletes a chat, or a request, for oneself; the other keeps it and learns nothing. */
  remove(chat: ChatId): Promise<void>
}

export interface NewRoom {
  readonly kind: Extract<ChatKind, 'group' | 'channel'>
  readonly title: string
  readonly about: string
  /** By which anybody finds and joins it; without one it is private. */
  readonly publicName?: string | null
}

export interface NewInviteLink {
  readonly name: string
  readonly limit: number | null
  readonly expires: Ms | null
  readonly approval: boolean
}

/** Groups and channels: making, joining, running. */
export interface RoomActions {
  create(room: NewRoom): Promise<ChatId>
  /** `address`: an invite link's token or a public name. */
  lookUp(address: string): Promise<JoinTarget>
  /** Resolves to the chat, or null when the request now waits for approval. */
  join(address: string): Promise<ChatId | null>
  answerInvitation(chat: ChatId, accept: boolean): Promise<void>
  leave(chat: ChatId): Promise<void>
  /** Ends a chat for all its members; its owner's alone to do. */
  deleteForAll(chat: ChatId): Promise<void>
  readonly settings: RoomSettings
  readonly people: RoomPeople
  readonly links: RoomLinks
  /** What only the owner and admins look at: it comes when it is asked for. */
  staff(): Promise<StaffActions>
}

export interface RoomSettings {
  setTitle(chat: ChatId, title: string): Promise<void>
  setAbout(chat: ChatId, about: string): Promise<void>
  setPublicName(chat: ChatId, name: string | null): Promise<void>
  setMemberRights(chat: ChatId, rights: readonly MemberRight[]): Promise<void>
  /** Seconds between two messages of a member; 0 ends it. */
  setSlow(chat: ChatId, seconds: number): Promise<void>
  setSignatures(chat: ChatId, on: boolean): Promise<void>
}

export interface Restriction extends Held {
  readonly taken: readonly MemberRight[]
}

export interface RoomPeople {
  /** Sends an invitation that the person accepts or declines; nobody is added by others. */
  invite(chat: ChatId, account: AccountId): Promise<void>
  setAdmin(chat: ChatId, account: AccountId, rights: readonly AdminRight[]): Promise<void>
  restrict(chat: ChatId, account: AccountId, restriction: Restriction): Promise<void>
  ban(chat: ChatId, account: AccountId, ban: Held): Promise<void>
  /** Lifts a ban or a restriction. */
  release(chat: ChatId, account: AccountId): Promise<void>
  requests(chat: ChatId): Promise<readonly JoinRequestView[]>
  answerRequest(chat: ChatId, account: AccountId, accept: boolean): Promise<void>
}

export interface RoomLinks {
  list(chat: ChatId): Promise<readonly InviteLinkView[]>
  create(chat: ChatId, link: NewInviteLink): Promise<InviteLinkView>
  revoke(chat: ChatId, id: string): Promise<void>
}

export interface Outgoing {
  readonly body: FormattedText
  readonly replyTo: Seq | null
  /** A part of the message replied to. */
  readonly quote: FormattedText | null
  readonly silent: boolean
  /** The text is its caption then, and may be empty. */
  readonly media?: NewMedia
  /** Of one of its links, as MediaActions.preview told. */
  readonly preview?: PreviewBody | null
  /** The same in each message of an album: 16 bytes in hex. */
  readonly album?: string
  /** The same in all that was chosen to be sent together: it arrives in the order in which it was sent. */
  readonly together?: string
}

/** One chat on screen. Close it when it leaves the screen. */
export interface OpenChat {
  readonly id: ChatId
  readonly view: Observable<ChatView>
  readonly history: OpenHistory
  readonly write: OpenWriter
  /** Reads on to the oldest of `ChatView.mentionsAway`, not past `before`; null where there is none. */
  findMention(before: Seq | null): Promise<Seq | null>
  /** The members whose name or username begins so; for mention suggestions. */
  suggest(prefix: string): Promise<readonly MemberView[]>
  close(): void
}

export interface OpenHistory {
  /** Extends the window; calls while one is under way join it. */
  loadOlder(): Promise<void>
  loadNewer(): Promise<void>
  /** Moves the window so that it holds `seq`; false, and it stays, when there is no such message any more. */
  loadAround(seq: Seq): Promise<boolean>
  /** Finds the first message from a time on; null when none is as young. It is here then for `loadAround`. */
  findTime(at: Ms): Promise<Seq | null>
  loadLatest(): Promise<void>
  /** The person has seen everything up to and including `seq`. */
  markRead(seq: Seq): void
  /** Messages on screen, for view counts of channels. */
  seen(messages: readonly Seq[]): void
  /** Who has read a message of one's own in a small group, as far as they let it be seen. */
  readers(seq: Seq): Promise<readonly PersonRef[]>
}

export interface OpenWriter {
  send(message: Outgoing): Promise<void>
  /** Refused, it stays with its message as failed, until it is settled or edited again; without its message
   *  it is `ChatView.lostEdit`, and this resolves. */
  edit(seq: Seq, body: FormattedText): Promise<void>
  deleteForAll(messages: readonly Seq[]): Promise<void>
  /** `emoji` null takes one's reaction away. */
  react(seq: Seq, emoji: string | null): Promise<void>
  pin(seq: Seq, pinned: boolean): Promise<void>
  setDraft(draft: Draft): void
  /** Told as often as one likes; the others hear of it now and then, and of a change at once. */
  typing(doing?: Doing): void
  /** A message that failed, or is being uploaded, by its key: try again or drop it. */
  settle(key: string, how: 'retry' | 'discard'): Promise<void>
}

export interface OpenMembers {
  readonly view: Observable<MembersView>
  filter(words: string): void
  loadMore(): Promise<void>
  close(): void
}
