// SPDX-License-Identifier: AGPL-3.0-or-later
import type {
  ChatPrefs,
  ChatRecord,
  DraftBody,
  Entry,
  Head,
  MessageBody,
  Person,
  ReadMark,
  UserRecord,
} from '../model/entry'
import type { AccountId, ChatId, DeviceId, Ms, Seq } from '../model/id'
import type { SpentView } from '../model/media'
import type { FormattedText } from '../model/message'
import type { PushSettings, PushSpeech } from '../model/push'
import type { Ranges } from '../model/ranges'

/** What is stored. Keys are numbers and strings only: big integers cannot be keys. */

/** One entry of a chat log. */
export interface EntryRow extends Entry {
  readonly chat: ChatId
  /** Equal to `target` on edits and deletions, absent elsewhere: the index holds only these. */
  readonly mends?: Seq
}

/**
 * One chat. `ranges` says which entries of it are stored, and every stored entry up to `asOf` is today's
 * version as of that head; what lies above `asOf` came with a gap below it and is true by itself.
 */
export interface ChatRow {
  readonly id: ChatId
  readonly info: ChatRecord
  readonly head: Head
  /** The last message as it stands today. */
  readonly last: Entry | null
  /** The read mark as the server has it. */
  readonly read: ReadMark
  /** How far the person has read here; ahead of `read` until the server has been told. */
  readonly readTo: Seq
  readonly unread: number
  readonly mentions: number
  readonly firstUnread: Seq
  /** Read by the other side, or by anyone else in a small group. */
  readonly peerRead: Seq
  readonly draft: DraftBody
  /** The draft was changed here and the server has not been told. */
  readonly draftDirty: boolean
  readonly prefs: ChatPrefs
  readonly asOf: Seq
  readonly ranges: Ranges
  /** The first entry this account may see, once a page has reached it; 0 unknown. */
  readonly floor: Seq
}

/**
 * What happens to an item of the outbox. 'uploading' waits for its files, and then for those of its album.
 * 'sent' has its number and waits for the entry itself.
 */
export type OutboxState = 'uploading' | 'waiting' | 'sent' | 'failed'

/** One write that the server has not acknowledged yet, or refused. */
export interface OutboxRow {
  /** Order of making; given by the database. */
  readonly n: number
  readonly chat: ChatId
  /** "Messages/Send" and so on. */
  readonly method: string
  /** The encoded request, its keys in it. */
  readonly request: Uint8Array
  /** Client keys in hex, one for each entry it makes. */
  readonly keys: readonly string[]
  readonly at: Ms
  readonly state: OutboxState
  /** An attempt went out and was not answered: it may be stored, so its keys must not change. */
  readonly unsure: boolean
  /** The device whose keys they are. */
  readonly device: DeviceId
  /** Error code of a failed one. */
  readonly error: string | null
  /** Not before this time (slow mode, rate limits); 0 at once. */
  readonly notBefore: Ms
  /** Where it was stored, once sent. */
  readonly seqs: readonly Seq[]
  /** What has to be uploaded before it can be sent; the bytes are in FileRow. */
  readonly files?: readonly UploadRow[]
  /** Sent together with others of this name, in the order of making; absent where it is sent by itself. */
  readonly together?: string
  /** The person stopped the upload. */
  readonly paused?: boolean
  /** For drawing: what the message says, or which messages it changes. */
  readonly shows: OutboxShows
}

/** How far an upload has come. */
export interface UploadRow {
  readonly part: FilePart
  readonly size: number
  readonly name: string
  /** It becomes a photo, or a poster. */
  readonly photo: boolean
  /** Names of the uploads that were begun, each a stretch of the file in order. */
  readonly begun: readonly string[]
  /** The upload that is whole; empty until then. */
  readonly id: string
}

export type FilePart = 'original' | 'poster'

/** Bytes that wait to be uploaded: they belong to an item of the outbox and go with it. */
export interface FileRow {
  readonly item: number
  readonly part: FilePart
  readonly blob: Blob
}

export type OutboxShows =
  | { readonly kind: 'message'; readonly body: MessageBody; readonly silent: boolean }
  | { readonly kind: 'edit'; readonly target: Seq; readonly body: FormattedText }
  | { readonly kind: 'delete'; readonly targets: readonly Seq[] }
  | { readonly kind: 'forward' }

/** A write of this device that was acknowledged: what it can offer again to a server that was rewound. */
export interface OwnRow {
  /** Its first key in hex; keys sort by time. */
  readonly key: string
  readonly chat: ChatId
  /** The highest place it was stored at. */
  readonly seq: Seq
  readonly item: Omit<OutboxRow, 'n'>
}

/** How far this device has followed the server. */
export interface Cursor {
  /** Incarnation in hex; empty before the first sync. */
  readonly incarnation: string
  /** Place in the server's commit order, a decimal number. */
  readonly pos: string
  readonly userSeq: Seq
}

/** What an item of the outbox became. */
export interface SentRow {
  readonly item: number
  readonly chat: ChatId
  readonly seq: Seq
  /** Client key in hex: on a server that was rewound another message has the number. */
  readonly key: string
}

/** Single values of an account. */
export interface Values {
  cursor: Cursor
  user: UserRecord
  /** Milliseconds to add to the local clock. */
  clock: number
  /** Known addresses of the server, verified. */
  addresses: { key: string; server: string; addresses: readonly string[]; issuedMs: number; good?: string }
  /** Named when the database was made, and in the registry too: its absence here means eviction. */
  born: string
  /** The browser threw the database away, and nobody was told of it yet. */
  lost: boolean
  /** Notices of the account up to here were shown on this device. */
  noticesSeen: Seq
  /** What was searched for lately, the newest first. */
  searches: readonly string[]
  /** Uploads that were begun on the server and are not wanted any more. */
  unwanted: readonly string[]
  /** Items that were sent and whose files are still here, to be kept with the message they became. */
  toKeep: readonly SentRow[]
  /** No reminder of the recovery code before this time. */
  remindFrom: Ms
}

export type PersonRow = Omit<Person, 'online'>

/** Who is signed in on this browser. */
/** How notifications are shown on this device. */
export interface NotifyRow {
  readonly on: boolean
  readonly language: string
  /** Absent in rows of earlier versions, which spoke two languages. */
  readonly speech?: PushSpeech
  readonly settings: PushSettings
  /** What was read elsewhere may be pushed, which shows nothing; absent in rows of earlier versions. */
  readonly clears?: boolean
}

/** What the worker sent and received, in bytes by kind. */
export type SpentRow = Pick<SpentView, 'received' | 'sent'>

export interface SessionRow {
  readonly account: AccountId
  readonly device: DeviceId
  readonly token: string
  readonly username: string
  readonly name: string
  readonly operator: boolean
  /** Stable id of the server, or its address where it told none. */
  readonly server: string
  readonly born: string
}
