// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ErrorCode } from './error'
import type { AccountId, ChatId, Ms, Seq } from './id'
import type { MediaKind, MediaView } from './media'
import type { PhotoView } from './photo'
import type { PageView } from './preview'

/** The kinds of formatting, as Telegram has them. Offsets count UTF-16 code units of `text`. */
export type Entity = { readonly offset: number; readonly length: number } & EntityKind

export type EntityKind =
  | {
      readonly kind:
        | 'bold'
        | 'italic'
        | 'underline'
        | 'strike'
        | 'spoiler'
        | 'code'
        | 'url'
        | 'mention'
        | 'hashtag'
        | 'cashtag'
        | 'botCommand'
        | 'email'
        | 'phone'
        | 'bankCard'
    }
  | { readonly kind: 'pre'; readonly language: string }
  | { readonly kind: 'textLink'; readonly url: string }
  | { readonly kind: 'textMention'; readonly account: AccountId }
  | { readonly kind: 'blockquote'; readonly collapsed: boolean }
  | { readonly kind: 'customEmoji'; readonly emoji: string }

export interface FormattedText {
  readonly text: string
  readonly entities: readonly Entity[]
}

/** Who wrote or did something: an account, or a label of an imported author (no account behind it). */
export interface PersonRef {
  /** null for an imported author's label and for a deleted account. */
  readonly account: AccountId | null
  readonly name: string
}

export interface ReplyView {
  /** null when the message replied to is not in this chat's log (imported replies to nothing). */
  readonly seq: Seq | null
  /** null when it is unknown or the chat hides authors. */
  readonly author: PersonRef | null
  /** The quoted part if there is one, else the beginning of the message; empty when `gone`. */
  readonly snippet: FormattedText
  readonly quoted: boolean
  /** What the message replied to carries. */
  readonly media?: MediaKind
  /** The message replied to was deleted. */
  readonly gone: boolean
}

export interface ForwardView {
  /** The label of the source: a person's or a channel's name. */
  readonly from: string
  /** Where a tap leads, when the reader may see the source. */
  readonly chat: ChatId | null
  readonly seq: Seq | null
  readonly at: Ms | null
}

export interface ReactionView {
  readonly emoji: string
  readonly count: number
  readonly mine: boolean
}

/**
 * How far a message of one's own has come. 'pending' waits in the outbox; 'failed' was refused for good
 * and waits for the person to retry or discard.
 */
export type Delivery = 'pending' | 'sent' | 'read' | 'failed'

/** What happened, said in one centred line. `who` did it; texts come from the catalogue. */
export type ServiceView =
  | { readonly kind: 'chatCreated'; readonly title: string }
  | { readonly kind: 'joined' }
  | { readonly kind: 'joinedByLink' }
  | { readonly kind: 'joinApproved'; readonly whom: PersonRef }
  | { readonly kind: 'left' }
  | { readonly kind: 'removed'; readonly whom: PersonRef }
  | { readonly kind: 'titleChanged'; readonly title: string }
  | { readonly kind: 'aboutChanged' }
  /** The photo is null where it was erased since. */
  | { readonly kind: 'photoChanged'; readonly photo: PhotoView | null }
  | { readonly kind: 'photoRemoved' }
  | { readonly kind: 'publicNameChanged'; readonly name: string }
  | { readonly kind: 'ownerChanged'; readonly whom: PersonRef }
  | { readonly kind: 'pinned'; readonly seq: Seq; readonly snippet: string }
  /** A service action of imported history: the source's word (such as pin_message) and its plain values. */
  | { readonly kind: 'imported'; readonly action: string; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'unknown' }

export interface AttachmentView {
  /** The source's word: photo, video, voice, sticker, file, poll, location, contact, … */
  readonly kind: string
  readonly name: string
  readonly bytes: number
  readonly seconds: number
  /** Of a sticker; else empty. */
  readonly emoji: string
}

/** What the server says in a service chat: a code, and what is put into its words. */
export interface Wording {
  readonly code: string
  readonly values: Readonly<Record<string, string>>
}

export type ContentView =
  /** `wording` names what the server says, to be worded in the reader's language. */
  | {
      readonly kind: 'text'
      readonly body: FormattedText
      readonly wording?: Wording
      readonly preview?: PageView
    }
  | { readonly kind: 'service'; readonly service: ServiceView }
  /** Something is carried; `body` is its caption. Neighbours with the same album are one. */
  | {
      readonly kind: 'media'
      readonly media: MediaView
      readonly body: FormattedText
      readonly album: string
    }
  /** Media that the importer met and that is not stored here: named, with the caption. */
  | {
      readonly kind: 'attachments'
      readonly attachments: readonly AttachmentView[]
      readonly body: FormattedText
    }
  /** A kind that a newer version writes; drawn as "update to see this". */
  | { readonly kind: 'unknown' }

/** What the person may do with a message now; the server has the last word. */
export interface MessageRights {
  readonly reply: boolean
  readonly edit: boolean
  readonly pin: boolean
  readonly react: boolean
  readonly forward: boolean
  readonly deleteForAll: boolean
}

export interface MessageView {
  /** Stable identity for drawing: unchanged when a message from the outbox gets its number. */
  readonly key: string
  /** null while it waits in the outbox. */
  readonly seq: Seq | null
  readonly at: Ms
  /** null where authors are hidden (channels without signatures). */
  readonly author: PersonRef | null
  readonly own: boolean
  readonly content: ContentView
  readonly reply: ReplyView | null
  readonly forward: ForwardView | null
  readonly editedAt: Ms | null
  readonly reactions: readonly ReactionView[]
  /** null on messages of others. */
  readonly delivery: Delivery | null
  /** Why it was refused, where `delivery` is 'failed'. */
  readonly failure: ErrorCode | null
  /** When a failed message may be tried again, where the server said. */
  readonly retryAt: Ms | null
  /** Channels only. */
  readonly views: number | null
  readonly pinned: boolean
  readonly silent: boolean
  readonly mentionsMe: boolean
  readonly rights: MessageRights
}
