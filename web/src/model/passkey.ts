// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Waiting } from './app'
import type { Ms } from './id'

export interface PasskeyView {
  readonly id: string
  readonly name: string
  readonly created: Ms
  /** 0: never. */
  readonly used: Ms
  /** Its maker may copy it to other devices of the person. */
  readonly synced: boolean
  /** Made for another domain than the server has now. */
  readonly elsewhere: boolean
}

/** Whether a page at a host can use passkeys of a domain; with no domain the server has none. */
export function passkeysWorkAt(host: string, domain: string): boolean {
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
}

/** All of them reject with PASSKEY_NOT_USED where the person, or the browser, chose none. */
export interface PasskeyActions {
  /** What the browser calls itself: the name that a new one is offered. */
  readonly device: string
  list(): Promise<readonly PasskeyView[]>
  /** Backup codes, shown this once, where it is the first second factor. CONFLICT: it is there already. */
  add(name: string, password: string): Promise<readonly string[]>
  rename(id: string, name: string): Promise<void>
  remove(id: string, password: string): Promise<void>
  /** In the place of name and password; FACTOR_NEEDED where the password is needed once, after a reset. */
  signIn(): Promise<Waiting | null>
  /** What `signIn` of the account takes beside the password. */
  besidePassword(username: string, password: string): Promise<string>
  /** What `enter` takes beside the ticket, and the password where it links an account by one. */
  besideTicket(ticket: string, username: string, password: string): Promise<string>
  /** What `redeem` takes beside the link of a reset. */
  besideLink(secret: string): Promise<string>
}
