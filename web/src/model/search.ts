// SPDX-License-Identifier: AGPL-3.0-or-later

import type { JoinTarget } from './chat'
import type { MessageBody } from './entry'
import type { AccountId, ChatId, Ms, Seq } from './id'
import type { MessageView, PersonRef } from './message'
import type { WordRange } from './words'

/** What is looked for among messages. Of all chats where none is named. */
export interface SearchAsk {
  /** May be empty where there is an author. */
  readonly text: string
  readonly chat?: ChatId
  readonly author?: AccountId
  readonly since?: Ms
  /** Not included. */
  readonly until?: Ms
  /** FoundPage.next of the page before. */
  readonly after?: FoundCursor
}

/** Where the next page begins; nobody but the search knows what is in it. */
export type FoundCursor = Uint8Array

/** A message that was found, as it stands today. */
export interface FoundView {
  readonly chat: ChatId
  readonly seq: Seq
  readonly at: Ms
  readonly author: PersonRef | null
  readonly own: boolean
  readonly text: string
  readonly ranges: readonly WordRange[]
}

export interface FoundPage {
  /** The newest first. */
  readonly found: readonly FoundView[]
  readonly next: FoundCursor | null
  /** How many there are in the chat asked for, up to 1,000; null where all chats were. */
  readonly total: number | null
  /** How much of what was written can be found yet; 100: all of it. */
  readonly percent: number
  /** There is no network: only what this device holds was searched. */
  readonly here: boolean
}

/** What was shared in a chat, as it is looked through. */
export const SHARED = ['pictures', 'files', 'links', 'music', 'voice', 'gifs'] as const
export type SharedKind = (typeof SHARED)[number]

export interface SharedAsk {
  readonly chat: ChatId
  readonly kind: SharedKind
  readonly since?: Ms
  /** Not included. */
  readonly until?: Ms
  /** SharedPage.next of the page before. */
  readonly after?: FoundCursor
}

export interface SharedPage {
  /** The newest first. */
  readonly messages: readonly MessageView[]
  readonly next: FoundCursor | null
  /** How many there are, up to 1,000. */
  readonly total: number
  /** How much of what was written can be found yet; 100: all of it. */
  readonly percent: number
  /** The server could not be asked: only what this device holds is here. */
  readonly here: boolean
}

const sharedAs: Partial<Record<string, SharedKind>> = {
  photo: 'pictures',
  video: 'pictures',
  gif: 'gifs',
  file: 'files',
  voice: 'voice',
  audio: 'music',
}

/** Whether a message is one of a kind, as the server judges it too. */
export function isShared(kind: SharedKind, { media, entities }: MessageBody): boolean {
  if (kind !== 'links') return media !== null && sharedAs[media.kind] === kind
  return entities.some((entity) => entity.kind === 'url' || entity.kind === 'textLink')
}

export interface SearchActions {
  /** What was shared in a chat, a page after the other. */
  shared(ask: SharedAsk): Promise<SharedPage>
  messages(ask: SearchAsk): Promise<FoundPage>
  /** Public groups and channels by the beginning of a name or words of a title; without network none. */
  publicChats(text: string): Promise<readonly PublicView[]>
  /** A page of the public channels, or groups, those with the most members first. */
  directory(ask: DirectoryAsk): Promise<DirectoryPage>
  /** What was searched for lately, the newest first. */
  recent(): Promise<readonly string[]>
  remember(text: string): Promise<void>
  forget(): Promise<void>
}

/** A public chat that was found, and the name by which it is reached. */
export interface PublicView extends JoinTarget {
  readonly name: string
}

export interface DirectoryAsk {
  readonly kind: 'channel' | 'group'
  /** DirectoryPage.next of the page before. */
  readonly after?: FoundCursor
}

export interface DirectoryPage {
  readonly chats: readonly ListedView[]
  readonly next: FoundCursor | null
}

/** A public chat of the list of all of them. */
export interface ListedView extends PublicView {
  /** When its last message was written; null: there is none to be seen. */
  readonly lastAt: Ms | null
}
