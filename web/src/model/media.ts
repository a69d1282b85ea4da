// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountId, ChatId, Ms, Seq } from './id'
import type { PreviewBody } from './preview'

/** What a message carries beside its text. A kind that this version does not know is 'file'. */
export type MediaKind = 'photo' | 'video' | 'gif' | 'voice' | 'audio' | 'file' | 'location' | 'contact'

/** A small image beside a medium: the still of a video, the cover of music. */
export interface PosterBody {
  /** In hex. */
  readonly hash: string
  readonly size: number
  readonly width: number
  readonly height: number
}

export interface LocationBody {
  /** Degrees. */
  readonly latitude: number
  readonly longitude: number
  /** Metres; 0 unknown. */
  readonly accuracy: number
  readonly title: string
  readonly address: string
}

export interface ContactBody {
  /** 0: nobody of this server. */
  readonly account: AccountId
  readonly name: string
  readonly phone: string
}

/** A medium as it is stored. Bytes are hex and levels are numbers: views are compared as JSON. */
export interface MediaBody {
  readonly kind: MediaKind
  /** Of the content, in hex; empty for a location and a contact. */
  readonly hash: string
  readonly size: number
  readonly mime: string
  readonly name: string
  /** Pixels; 0 unknown. */
  readonly width: number
  readonly height: number
  /** Milliseconds. */
  readonly duration: number
  /** Of a voice message: levels, 0–255. */
  readonly waveform: readonly number[]
  /** In hex; empty where there is none. */
  readonly thumbhash: string
  readonly spoiler: boolean
  readonly poster: PosterBody | null
  readonly location: LocationBody | null
  readonly contact: ContactBody | null
  /** Of music. */
  readonly title: string
  readonly performer: string
}

/** Where the bytes are: on the server beside a message, or still on this device, in the outbox. */
export type MediaPlace =
  | {
      readonly at: 'server'
      readonly chat: ChatId
      readonly seq: Seq
      /** Everybody may fetch it, by its hash, and keep it for ever. */
      readonly open: boolean
    }
  | { readonly at: 'outbox'; readonly item: number }

/** How an upload stands. */
export interface UploadView {
  readonly sent: number
  readonly size: number
  readonly state: 'waiting' | 'running' | 'paused'
}

/** A medium as it is drawn. */
export interface MediaView extends MediaBody {
  readonly place: MediaPlace
}

/** Which form of a medium is fetched: itself, its poster, or a JPEG so many pixels long. */
export type MediaPart = 'original' | 'poster' | '320' | '1280'

/** What a person sends: a file of theirs or what they say of a place or a person. */
export interface NewMedia {
  readonly kind: MediaKind
  /** null for a location and a contact. */
  readonly file: Blob | null
  readonly poster: Blob | null
  readonly mime: string
  readonly name: string
  readonly width: number
  readonly height: number
  readonly duration: number
  readonly waveform: readonly number[]
  readonly thumbhash: string
  readonly spoiler: boolean
  readonly location: LocationBody | null
  readonly contact: ContactBody | null
  readonly title: string
  readonly performer: string
}

/** Media with nothing said of them: what a maker of media fills in. */
export const NO_MEDIA: NewMedia = {
  kind: 'file',
  file: null,
  poster: null,
  mime: '',
  name: '',
  width: 0,
  height: 0,
  duration: 0,
  waveform: [],
  thumbhash: '',
  spoiler: false,
  location: null,
  contact: null,
  title: '',
  performer: '',
}

/** How loading a form of a medium stands. */
export interface LoadingView {
  /** 'kept': all of it is on this device. */
  readonly state: 'none' | 'running' | 'failed' | 'kept'
  readonly got: number
  /** 0 while nobody knows. */
  readonly size: number
}

/** What data is spent for. */
export type SpentKind = 'messages' | 'photos' | 'videos' | 'files' | 'voice' | 'music' | 'app'

/** What was sent and received on this device since a time, in bytes. */
export interface SpentView {
  readonly since: Ms
  readonly received: Readonly<Partial<Record<SpentKind, number>>>
  readonly sent: Readonly<Partial<Record<SpentKind, number>>>
}

/** What is kept on this device that can be loaded again. */
export type KeptKind = 'messages' | 'photos' | 'videos' | 'files' | 'voice' | 'music'

export interface KeptOfChat {
  readonly chat: ChatId
  readonly bytes: Readonly<Partial<Record<KeptKind, number>>>
}

export interface KeptView {
  /** The largest first. */
  readonly chats: readonly KeptOfChat[]
  /** Of the app itself, so that it starts without the network. */
  readonly app: number
  /** What the browser lets this app have; null where it does not say. */
  readonly room: number | null
}

/** What is to be cleaned: everything of these kinds, of one chat or of all. */
export interface Cleaning {
  readonly kinds: readonly KeptKind[]
  readonly chat: ChatId | null
}

/** Loading media onto this device. */
export interface LoadActions {
  /**
   * Loads a form of a medium and keeps it on this device; what is here already is not loaded again, and
   * what was cut goes on where it was. null: somebody stopped it. Rejects as address does, and with
   * DISK_FULL where there is no room for it.
   */
  load(of: MediaView, part: MediaPart): Promise<Blob | null>
  /** What is on this device whole; null where it would have to be loaded. */
  kept(of: MediaView, part: MediaPart): Promise<Blob | null>
  stop(of: MediaView, part: MediaPart): void
  /** How loading stands; called at once and whenever it changes. */
  watch(of: MediaView, part: MediaPart, tell: (view: LoadingView) => void): () => void
}

/** What this device spent and keeps. */
export interface StorageActions {
  spent(): Promise<SpentView>
  /** Counts from now on anew. */
  forgetSpent(): Promise<void>
  kept(): Promise<KeptView>
  /** Drafts and what was not sent yet stay. */
  clean(what: Cleaning): Promise<void>
  /** Whether the browser threw away what this device kept, and nobody was told of it yet: true once. */
  lost(): Promise<boolean>
}

/** Fetching media and looking after uploads. Its code comes when it is asked for: see AppModel.media. */
export interface MediaActions {
  readonly loads: LoadActions
  readonly storage: StorageActions
  /** Where a part can be shown from now. Rejects with OFFLINE or NOT_FOUND. */
  address(of: MediaView, part: MediaPart): Promise<string>
  /** The address may have ended with its token: the next one is made anew. */
  renew(): void
  /** Bytes that wait on this device; null where they are not any more. */
  waiting(item: number, part: 'original' | 'poster'): Promise<Blob | null>
  /**
   * How the upload of an item of the outbox stands; called at once and whenever it changes. null: all of it
   * is there, and the message goes out.
   */
  watch(item: number, tell: (upload: UploadView | null) => void): () => void
  pause(item: number, paused: boolean): Promise<void>
  /** Takes an item that is not sent yet out of the outbox. */
  cancel(item: number): Promise<void>
  /** What a message would show of a page; null where that is nothing. */
  preview(url: string): Promise<PreviewBody | null>
  /** The largest upload the server takes, in bytes; 0: it takes none. */
  limit(): Promise<number>
}
