// SPDX-License-Identifier: AGPL-3.0-or-later

/** The lib of workers is not that of pages; this is what of it the worker uses. */
export interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}

export interface Fetching extends Lasting {
  readonly request: Request
  respondWith(answer: Response | Promise<Response>): void
}

export interface Pushed extends Lasting {
  readonly data: { json(): unknown } | null
}

export interface Clicked extends Lasting {
  readonly notification: Notification
}

export interface Said extends Lasting {
  readonly data: unknown
  readonly source: Tab | null
}

export interface Synced extends Lasting {
  readonly tag: string
}

/** A page of the app. */
export interface Tab {
  readonly id: string
  readonly url: string
  readonly focused?: boolean
  readonly visibilityState?: string
  focus?(): Promise<Tab>
  postMessage(message: unknown): void
}

interface Events {
  install: Lasting
  activate: Lasting
  fetch: Fetching
  push: Pushed
  pushsubscriptionchange: Lasting
  notificationclick: Clicked
  message: Said
  sync: Synced
}

export interface Scope {
  readonly registration: ServiceWorkerRegistration
  readonly location: Location
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled?: boolean }): Promise<Tab[]>
    openWindow(url: string): Promise<Tab | null>
    claim(): Promise<void>
  }
  skipWaiting(): Promise<void>
  addEventListener<K extends keyof Events>(kind: K, hear: (event: Events[K]) => void): void
}

export const scope = self as unknown as Scope
