// SPDX-License-Identifier: AGPL-3.0-or-later
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
}

export interface SecurityActions {
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
const arrivals = ['signed_in', 'recovery', 'reset_used', 'token']

/** Whether a notice tells of a device that came, and that the list does not tell to be gone again. */
export function isArrival(notice: NoticeView, all: readonly NoticeView[]): boolean {
  if (notice.removed || !arrivals.includes(notice.reason)) return false
  return !all.some((other) => other.removed && other.device.id === notice.device.id)
}
