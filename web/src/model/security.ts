// SPDX-License-Identifier: AGPL-3.0-or-later
import type { DeletionActions } from './deletion'
import type { DeviceId, Ms, Seq } from './id'
import type { Observable } from './observable'
import type { DeviceView } from './session'

/** Something that happened to the account: a device that came or went, or what was done to its protection. */
export interface NoticeView {
  readonly seq: Seq
  readonly at: Ms
  /** The protocol's word, such as 'signed_in'; a later server may know more of them. */
  readonly reason: string
  readonly removed: boolean
  /** Which came or went, or who did it; of the operator's acts the console. */
  readonly device: DeviceView
}

/** How an account hangs on the organisation's provider, which lets its person in. */
export interface MembershipView {
  readonly provider: string
  /** When its devices end, unless the provider signs it in before; 0: never. */
  readonly until: Ms
  /** A password lets the person in as well. */
  readonly password: boolean
}

export interface SecurityView {
  readonly state: 'loading' | 'ready'
  /** The newest first. */
  readonly notices: readonly NoticeView[]
  /** What this device has not shown yet and another one did, the oldest first. */
  readonly unseen: readonly NoticeView[]
  readonly recoverySet: boolean
  /** The owner has shown that the recovery code was kept. */
  readonly recoveryKept: boolean
  /** The person is to be reminded of the recovery code now. */
  readonly remind: boolean
  /** Until when this device has no say in what protects the account; 0: it has. */
  readonly waitsUntil: Ms
  /** A second factor is in force. */
  readonly factor: boolean
  /** How many of its backup codes are left. */
  readonly backupCodes: number
  /** Sign-ins with the password wait for a device to approve them. */
  readonly approval: boolean
  /** Those that wait now. */
  readonly asking: readonly AskingView[]
  /** When the account will be deleted; 0: it stays. */
  readonly deletes: Ms
  /** Set where there is neither a password nor a recovery code, but the organisation's provider. */
  readonly membership: MembershipView | null
}

/** A sign-in that waits for this person to approve it. */
export interface AskingView {
  readonly id: string
  readonly device: DeviceView
  readonly until: Ms
}

/** A second factor that is begun: an authenticator takes it as a code to scan, or as a secret to type. */
export interface NewFactorView {
  readonly secret: string
  /** otpauth://… */
  readonly address: string
}

/** A second factor, its backup codes, and their ends. */
export interface FactorActions {
  beginFactor(password: string): Promise<NewFactorView>
  /** Puts it in force by a code of the authenticator; the backup codes, which are shown this once. */
  enableFactor(code: string): Promise<readonly string[]>
  disableFactor(password: string): Promise<void>
  newBackupCodes(password: string): Promise<readonly string[]>
}

/** Devices that ask to be let in. */
export interface AskingActions {
  setApproval(password: string, on: boolean): Promise<void>
  /** What asks to be let in under a name that was scanned. */
  asked(id: string): Promise<AskingView>
  /** Likewise under a code that was typed. Rejects with DEVICE_CODE_WRONG and DEVICE_CODE_OVER. */
  askedByCode(code: string): Promise<AskingView>
  answer(id: string, yes: boolean): Promise<void>
}

/** What the account hangs on, and its end. */
export interface TiesActions extends OrganisationActions {
  deletion(): Promise<DeletionActions>
}

/** The organisation's provider, which signs in to the account. */
export interface OrganisationActions {
  /** null: it does not. */
  connection(): Promise<MembershipView | null>
  /** Ends that. Rejects with LAST_WAY_IN where nobody could sign in without it. */
  disconnect(password: string): Promise<void>
}

export interface SecurityActions extends FactorActions, AskingActions, TiesActions {
  readonly view: Observable<SecurityView>
  refresh(): Promise<void>
  /** Notices up to this one were seen on this device. */
  seen(notice: Seq): Promise<void>
  /** A newer device is the person's own; it has its say at once. */
  vouch(device: DeviceId): Promise<void>
  /** Shows that the recovery code was kept. */
  checkRecovery(code: string): Promise<void>
  /** No reminder of the recovery code for a week. */
  remindLater(): Promise<void>
}

/** Ways in which a device comes. */
const arrivals = ['signed_in', 'recovery', 'reset_used', 'token', 'linked']

/** Whether a notice tells of a device that came, and that the list does not tell to be gone again. */
export function isArrival(notice: NoticeView, all: readonly NoticeView[]): boolean {
  if (notice.removed || !arrivals.includes(notice.reason)) return false
  return !all.some((other) => other.removed && other.device.id === notice.device.id)
}
