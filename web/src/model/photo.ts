// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PersonPhoto } from './entry'
import type { AccountId, ChatId, Seq } from './id'

/** Whose photo it is: an account's or a chat's. */
export type PhotoOf = 'account' | 'chat'

/** A photo as it is drawn. */
export interface PhotoView extends PersonPhoto {
  readonly of: PhotoOf
  readonly id: AccountId | ChatId
  /** From the history of its chat, which may be shown by another since. */
  readonly past?: boolean
  /** A link by which the chat may be looked at before joining. */
  readonly invite?: string
}

export type PhotoPart = '160' | '640' | 'original'

/** How everybody and every chat is shown, as far as it is known on this side. */
export interface Portraits {
  of(of: PhotoOf, id: number): PhotoView | null
  subscribe(listener: () => void): () => void
  /** What setting and fetching them needs comes when the first is shown. */
  acts(): Promise<PhotoActions>
}

/** A picture that was cut to a square. */
export interface Portrait {
  readonly blob: Blob
  /** In hex. */
  readonly thumbhash: string
}

/** Setting and fetching photos. Its code comes when it is asked for: see Portraits.acts. */
export interface PhotoActions {
  /** Shows one's account, or a chat, by a picture; resolves when the server has it. */
  set(chat: ChatId | null, picture: Portrait): Promise<void>
  /** Erases a photo for everybody. */
  remove(chat: ChatId | null, seq: Seq): Promise<void>
  /** All of somebody that one may see, the newest first. */
  list(account: AccountId): Promise<readonly PhotoView[]>
  /** Its bytes, kept on this device where that is small. Rejects with OFFLINE or NOT_FOUND. */
  bytes(photo: PhotoView, part: PhotoPart): Promise<Blob>
}
