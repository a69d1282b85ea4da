// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Ms } from './id'

/** What whoever runs the server sees of it. Nobody else may ask. */
export interface AdminActions {
  status(): Promise<ServerStatusView>
  /** Begins a backup; the status shows what becomes of it. */
  backUp(): Promise<void>
}

/** How the server is: sums and sizes, nothing about a person. */
export interface ServerStatusView {
  readonly at: Ms
  readonly conditions: readonly ConditionView[]
  readonly load: LoadView
  readonly growth: GrowthView
  readonly storage: StorageView
  readonly backups: BackupsView
  readonly pushes: PushesView
  /** When the certificate ends; null: there is none. */
  readonly certificateEnds: Ms | null
  readonly version: string
  readonly build: string
  readonly protocols: readonly [oldest: number, newest: number]
  readonly started: Ms
  readonly clients: readonly ClientVersionView[]
}

/** Something to know or to mend. The codes are the server's; one that is not known here has its text. */
export interface ConditionView {
  readonly code: string
  /** It keeps the server from its work; else it is a warning. */
  readonly problem: boolean
  readonly text: string
  readonly detail: string
  readonly value: number
  readonly limit: number
}

export interface LoadView {
  readonly people: number
  readonly connections: number
  readonly entriesPerMinute: number
  /** Of one core. */
  readonly cpuPercent: number
  readonly cores: number
  readonly memory: number
  /** Memory of the machine; 0: unknown. */
  readonly machine: number
}

/** How waking devices goes. */
export interface PushesView {
  readonly enabled: boolean
  /** Devices that can be woken. */
  readonly subscriptions: number
  readonly waiting: number
  /** Since the start. */
  readonly taken: number
  readonly lost: number
  /** The last tries reached no push service. */
  readonly unreachable: boolean
}

export interface DayView {
  readonly start: Ms
  readonly accounts: number
  readonly chats: number
  readonly messages: number
}

export interface GrowthView {
  readonly accounts: number
  readonly entries: number
  /** The oldest first. */
  readonly days: readonly DayView[]
  /** The days are still being counted. */
  readonly counting: boolean
}

export interface DiskView {
  readonly what: 'data' | 'backups'
  readonly free: number
  readonly total: number
  /** Below these the operator is warned, and nothing new is taken. */
  readonly warn: number
  readonly stop: number
}

export interface StorageView {
  readonly database: number
  readonly log: number
  /** Of photos, videos and files, as last counted. */
  readonly media: number
  readonly contents: number
  /** Where they are instead of on the disk of the data; empty: there. */
  readonly bucket: string
  /** Of the backups only where they have a disk of their own. */
  readonly disks: readonly DiskView[]
}

export interface BackupsView {
  readonly enabled: boolean
  readonly count: number
  readonly keep: number
  /** null: none yet. */
  readonly newest: Ms | null
  readonly newestBytes: number
  readonly allBytes: number
  readonly next: Ms | null
  readonly running: boolean
}

export interface ClientVersionView {
  readonly client: string
  readonly version: string
  readonly connections: number
  /** The app that this server serves, of its present version. */
  readonly current: boolean
}
