// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Settings } from './fold'
import type { AccountId, ChatId, DeviceId, Ms, Seq } from './id'
import type { MediaBody } from './media'
import type { Entity } from './message'
import type { PreviewBody } from './preview'

/**
 * The durable vocabulary below the views: entries of logs as this side keeps them. Byte strings that serve
 * as names (keys, chains) are hex, so that they compare and index; bodies stay the bytes that came.
 */
export interface Entry {
  readonly seq: Seq
  /** Counted entries up to and including this one. */
  readonly ord: number
  readonly at: Ms
  /** 0 for the chat itself and for imported authors. */
  readonly author: AccountId
  /** Client key in hex; empty where it is not shown (channels). */
  readonly key: string
  readonly kind: EntryKind
  /** The kind's number on the wire: a later version may know what this one does not. */
  readonly code: number
  readonly counted: boolean
  /** What it edits, deletes, pins or unpins; 0 none. */
  readonly target: Seq
  readonly silent: boolean
  readonly body: Uint8Array
  readonly chain: string
  /** Today's version, where a later entry superseded this one. */
  readonly overlay: Overlay | null
  readonly tally: Tally | null
  /** Known on this side to be by this account, also where the chat hides authors. */
  readonly own?: boolean
}

/** Kinds by their names; a kind that this version does not know is 'unknown'. */
export type EntryKind =
  | 'chatCreated'
  | 'message'
  | 'edit'
  | 'delete'
  | 'pin'
  | 'unpin'
  | 'member'
  | 'chatInfo'
  | 'chatWide'
  | 'service'
  | 'chatDeleted'
  | 'chatPhoto'
  | 'chatPhotoRemoved'
  | 'accountPhoto'
  | 'accountPhotoRemoved'
  | 'profile'
  | 'myChat'
  | 'read'
  | 'draft'
  | 'chatPrefs'
  | 'block'
  | 'privacy'
  | 'device'
  | 'invitation'
  | 'contact'
  | 'personalLink'
  | 'inviteLink'
  | 'joinRequest'
  | 'staffMember'
  | 'unknown'

export interface Overlay {
  /** The entry that made it so; of two the higher one stands. */
  readonly by: Seq
  readonly redacted: boolean
  readonly body: Uint8Array
  readonly at: Ms
}

export interface Tally {
  readonly views: number
  readonly reactions: readonly { readonly emoji: string; readonly count: number; readonly mine: boolean }[]
}

export interface Head {
  readonly seq: Seq
  readonly ord: number
  readonly chain: string
}

export type ChatType = 'direct' | 'group' | 'channel' | 'saved' | 'service' | 'unknown'

export type Standing =
  | 'none'
  | 'member'
  | 'admin'
  | 'owner'
  | 'banned'
  | 'invited'
  | 'requested'
  /** Direct chats: a stranger wrote, and it was not accepted yet. */
  | 'approached'

/** Named rights as bits; the numbers are the protocol's. */
export const Grant = {
  send: 1,
  media: 2,
  react: 4,
  links: 8,
  pin: 16,
  invite: 32,
  info: 64,
  post: 128,
  editAny: 256,
  deleteAny: 512,
  ban: 1024,
  promote: 2048,
  own: 4096,
} as const

/** One account's standing in one chat; of two the higher version wins. */
export interface MemberState {
  readonly account: AccountId
  readonly role: Standing
  /** Admins: what they may; members: what is taken from them personally. */
  readonly grants: number
  readonly until: Ms
  readonly version: number
  readonly from: Seq
  readonly title: string
  readonly joined: Ms
  /** Why, of a restriction or ban. Not there in what an older version of the app stored. */
  readonly note?: string
}

/** A chat as this account may see it. */
export interface ChatRecord extends Settings {
  readonly id: ChatId
  readonly me: MemberState
  /** The other one of a direct chat; 0 elsewhere. */
  readonly peer: AccountId
  readonly facts: number
  readonly operatorCanRead: boolean
  /** Direct chats: what is written waits for the other to accept. */
  readonly waiting: boolean
  /** By whom one was approached, as far as it was asked. */
  readonly stranger: StrangerRecord | null
  /** When one last wrote, as far as the log or the server told. */
  readonly sent?: Ms
}

export interface StrangerRecord {
  /** When the account was made, to the day; 0 unknown. */
  readonly since: Ms
  /** Groups that both are in. */
  readonly common: readonly ChatId[]
}

/** What an account or a chat is shown by. Bytes are hex: views are compared as JSON. */
export interface Photo {
  readonly hash: string
  /** Empty where there is none. */
  readonly thumbhash: string
  /** Of its entry, in the log of the account or the chat. */
  readonly seq: Seq
  readonly at: Ms
}

/** An account's photo as somebody else may see it. */
export interface PersonPhoto extends Photo {
  /** Everybody may fetch it, by its hash. */
  readonly open: boolean
}

export interface Person {
  readonly id: AccountId
  readonly name: string
  readonly username: string
  readonly about: string
  /** 0: hidden. */
  readonly lastSeen: Ms
  readonly online: boolean
  readonly deleted: boolean
  readonly photo: PersonPhoto | null
}

export interface MessageBody {
  readonly text: string
  readonly entities: readonly Entity[]
  readonly reply: ReplyBody | null
  readonly forward: ForwardBody | null
  readonly signature: string
  readonly imported: ImportedFrom | null
  readonly attachments: readonly AttachmentBody[]
  readonly media: MediaBody | null
  /** In hex: adjacent messages of one author with the same are one album; empty: none. */
  readonly album: string
  /** Of one of its links. Not there in what an older version of the app stored. */
  readonly preview?: PreviewBody | null
  /** Whom it mentions, and whose message it replies to where the chat says so. */
  readonly speaksTo: readonly AccountId[]
  /** Of the server itself: what it says, to be worded in the reader's language. */
  readonly wording: { readonly code: string; readonly values: Readonly<Record<string, string>> } | null
}

export interface ReplyBody {
  /** 0: the message replied to is not here. */
  readonly seq: Seq
  readonly quote: string
  readonly quoteEntities: readonly Entity[]
  readonly quoteOffset: number
  /** Groups: whose message it replies to; 0 unknown. */
  readonly author: AccountId
}

export interface ForwardBody {
  /** Of a channel post that was signed. Not there in what an older version of the app stored. */
  readonly signature?: string
  readonly name: string
  readonly account: AccountId
  readonly chat: ChatId
  readonly seq: Seq
  readonly at: Ms
}

export interface ImportedFrom {
  readonly author: string
  readonly authorId: string
  readonly number: number
  readonly edited: Ms
  readonly viaBot: string
}

export interface AttachmentBody {
  readonly kind: string
  readonly name: string
  readonly mime: string
  readonly bytes: number
  readonly width: number
  readonly height: number
  readonly seconds: number
  readonly emoji: string
}

export interface ServiceBody {
  readonly action: string
  readonly values: Readonly<Record<string, string>>
  readonly imported: ImportedFrom | null
}

export interface CreatedBody {
  readonly type: ChatType
  readonly title: string
  readonly about: string
  readonly owner: AccountId
  readonly accounts: readonly AccountId[]
  readonly defaults: number
  readonly imported: boolean
  readonly numberBase: number
}

/** Only what changed is there. */
export interface InfoChange {
  readonly title?: string | undefined
  readonly about?: string | undefined
  readonly name?: string | undefined
  readonly defaults?: number | undefined
  readonly slowSeconds?: number | undefined
  readonly signatures?: boolean | undefined
  readonly historyHidden?: boolean | undefined
  readonly joinApproval?: boolean | undefined
}

export interface MemberChange {
  readonly member: MemberState
  readonly before: Standing
  readonly reason: string
}

export interface ReadMark {
  readonly seq: Seq
  readonly ord: number
}

export interface DraftBody {
  readonly text: string
  readonly entities: readonly Entity[]
  readonly reply: Seq
  /** The part that is answered; absent in what was kept before there was one. */
  readonly quote?: string
  readonly at: Ms
}

export interface ChatPrefs {
  readonly mutedUntil: Ms
  readonly archived: boolean
  readonly pinRank: number
  readonly markedUnread: boolean
}

export interface Privacy {
  readonly hideLastSeen: boolean
  readonly hideTyping: boolean
  readonly hideReads: boolean
  readonly hideForwards: boolean
  readonly refuseInvites: boolean
  readonly unfindable: boolean
  readonly quietContacts: boolean
  readonly photoFor: PhotoAudience
}

/** Who may see one's photos. */
export type PhotoAudience = 'everybody' | 'contacts' | 'nobody'

/** Somebody on the account's own list; nobody else learns of it. */
export interface Contact {
  readonly account: AccountId
  /** Private; empty: as they call themselves. */
  readonly name: string
  /** What they called themselves when the contact was set. */
  readonly seenName: string
  readonly seenUsername: string
  /** Hash of the photo they were shown by then; empty: none. */
  readonly seenPhoto: string
}

export interface PersonalLink {
  readonly token: string
  /** There is none, by the person's wish. */
  readonly removed: boolean
}

export interface Profile {
  readonly name: string
  readonly username: string
  readonly about: string
}

export interface Invitation {
  readonly chat: ChatId
  readonly by: AccountId
  readonly title: string
  readonly type: ChatType
}

/** What a user log adds up to. */
export interface UserRecord {
  readonly account: AccountId
  readonly profile: Profile
  readonly blocked: readonly AccountId[]
  readonly privacy: Privacy
  readonly invitations: readonly Invitation[]
  readonly operator: boolean
  /** Ascending by account. */
  readonly contacts: readonly Contact[]
  /** null: there was never one. */
  readonly personalLink: PersonalLink | null
  /** One's own, the newest first. */
  readonly photos: readonly Photo[]
}

/** Bodies of chat entries, decoded. */
export type ChatBody =
  | { readonly kind: 'message' | 'edit'; readonly message: MessageBody }
  | { readonly kind: 'service'; readonly service: ServiceBody }
  | { readonly kind: 'chatCreated'; readonly created: CreatedBody }
  | { readonly kind: 'chatInfo'; readonly change: InfoChange }
  | { readonly kind: 'member'; readonly change: MemberChange }
  | { readonly kind: 'chatPhoto'; readonly photo: Photo }
  | { readonly kind: 'chatPhotoRemoved' | 'delete' | 'pin' | 'unpin' | 'chatWide' | 'chatDeleted' }
  | { readonly kind: 'unknown' }

/** Bodies of user-log entries, decoded. */
export type UserBody =
  | { readonly kind: 'profile'; readonly profile: Profile }
  | {
      readonly kind: 'myChat'
      readonly chat: ChatId
      readonly type: ChatType
      readonly peer: AccountId
      readonly member: MemberState
    }
  | { readonly kind: 'read'; readonly chat: ChatId; readonly mark: ReadMark }
  | { readonly kind: 'draft'; readonly chat: ChatId; readonly draft: DraftBody }
  | { readonly kind: 'chatPrefs'; readonly chat: ChatId; readonly prefs: Partial<ChatPrefs> }
  | { readonly kind: 'block'; readonly account: AccountId; readonly blocked: boolean }
  | { readonly kind: 'privacy'; readonly privacy: Privacy }
  | { readonly kind: 'device'; readonly device: DeviceId; readonly removed: boolean; readonly reason: string }
  | { readonly kind: 'invitation'; readonly invitation: Invitation }
  | { readonly kind: 'contact'; readonly contact: Contact; readonly removed: boolean }
  | { readonly kind: 'personalLink'; readonly link: PersonalLink }
  | { readonly kind: 'accountPhoto'; readonly photo: Photo }
  | { readonly kind: 'accountPhotoRemoved'; readonly target: Seq }
  | { readonly kind: 'unknown' }
