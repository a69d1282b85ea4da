// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatId, Seq } from './id'

/** How it stands with notifications on this device, and if they are not on, what is in the way. */
export type PushState =
  | 'on'
  | 'off'
  /** The person said no to the browser, which does not ask again. */
  | 'denied'
  /** iOS: only an installed app may. */
  | 'install'
  /** The browser cannot, or the page has no HTTPS. */
  | 'unable'
  /** The operator wants none. */
  | 'serverOff'

/** What this device is woken for. Chats that are muted are muted on all. */
export interface PushSettings {
  readonly direct: boolean
  readonly groups: boolean
  readonly channels: boolean
  /** Mentions get through what is off or muted. */
  readonly mentions: boolean
  /** Minutes of the day; null: no quiet hours. */
  readonly quiet: { readonly from: number; readonly until: number } | null
  /** Words and names show; otherwise only that something came. */
  readonly preview: boolean
}

export interface PushView {
  readonly state: PushState
  readonly settings: PushSettings
}

/** What became of a test. */
export type PushTest =
  | 'arrived'
  /** The push service took it, and nothing came: the device saves power, or has no network. */
  | 'missing'
  | 'gone'
  | 'refused'
  /** The server does not reach the push service. */
  | 'unreachable'

export const PUSH_DEFAULTS: PushSettings = {
  direct: true,
  groups: true,
  channels: true,
  mentions: true,
  quiet: null,
  preview: true,
}

/** What notifications say; "#" is the number. */
export interface PushWords {
  readonly app: string
  readonly something: string
  readonly many: string
  readonly mention: string
  /** A chat is offered: which kind it is, or where neither that nor anything else is to be read, no more. */
  readonly offerGroup: string
  readonly offerChannel: string
  readonly offer: string
  readonly test: string
  readonly testBody: string
  readonly media: Readonly<Record<string, string>>
}

/** How they say it. The worker has Persian and English words, and English ones where these are missing. */
export interface PushSpeech {
  readonly language: string
  readonly direction: 'rtl' | 'ltr'
  /** Of numbers. */
  readonly locale: string
  readonly words: Partial<PushWords>
}

/** What a hidden page shows by itself: it is connected, so nobody wakes it. */
export interface Arrival {
  readonly chat: ChatId
  /** The message; 0: it is an offer. */
  readonly seq: Seq
  /** That the chat is offered, by the version of the standing; 0: it is a message. */
  readonly offer: number
  readonly mention: boolean
  readonly kind: string
  readonly muted: boolean
  readonly always: boolean
}

/**
 * What the server is told of the settings, in JSON; the clock of this device goes along. `clears`: it may be
 * pushed to without anything being shown.
 */
export function wireSettings(settings: PushSettings, clears: boolean) {
  return {
    noDirect: !settings.direct,
    noGroups: !settings.groups,
    noChannels: !settings.channels,
    noMentions: !settings.mentions,
    quietFrom: settings.quiet?.from ?? 0,
    quietUntil: settings.quiet?.until ?? 0,
    utcMinutes: -new Date().getTimezoneOffset(),
    clears,
  }
}

/** What browsers offer that know of installed apps. */
export interface Badge {
  setAppBadge?(n: number): Promise<void>
  clearAppBadge?(): Promise<void>
}

/** Whether something is shown now. The server judges pushes by the same rules (PUSH-5). */
export function isWanted(
  settings: PushSettings,
  what: {
    readonly kind: string
    readonly muted: boolean
    readonly always: boolean
    readonly mention: boolean
    readonly minute: number
  },
): boolean {
  if (isQuiet(settings, what.minute)) return false
  const { kind } = what
  if (kind === 'saved') return false
  const on = kind === 'group' ? settings.groups : kind === 'channel' ? settings.channels : settings.direct
  return what.always || (on && !what.muted) || (what.mention && settings.mentions)
}

function isQuiet({ quiet }: PushSettings, minute: number): boolean {
  if (!quiet || quiet.from === quiet.until) return false
  const { from, until } = quiet
  return from < until ? minute >= from && minute < until : minute >= from || minute < until
}

export interface PushActions {
  view(): Promise<PushView>
  /** Asks the person, in the browser's own dialog, and subscribes. */
  enable(settings: PushSettings): Promise<PushView>
  disable(): Promise<PushView>
  set(settings: PushSettings): Promise<PushView>
  test(): Promise<PushTest>
  /** Mends what the browser or the server lost, and keeps what the worker needs. */
  keep(speech: PushSpeech): Promise<void>
  /** This page is out of sight, or in sight again: its system may put to sleep what nobody looks at. */
  away(hidden: boolean): Promise<void>
  /** Has the worker show something. */
  show(arrival: Arrival): Promise<void>
}
