// SPDX-License-Identifier: AGPL-3.0-or-later
import type { SecondFactor } from './app'
import type { AccountId, ChatId, Ms, Seq } from './id'
import type { FormattedText } from './message'
import type { PhotoView } from './photo'

/** Who shall look at a report. */
export type Desk = 'admins' | 'operator'

/** What is reported: a person, a chat, or messages of a chat, which are shown to the operator. */
export interface ReportTarget {
  readonly account: AccountId | null
  readonly chat: ChatId | null
  readonly messages: readonly Seq[]
}

export interface NewReport extends ReportTarget {
  readonly desk: Desk
  /** A code of the published list. */
  readonly reason: string
  readonly comment: string
}

export interface ReportView extends ReportTarget {
  readonly number: number
  readonly at: Ms
  readonly desk: Desk
  readonly name: string
  readonly username: string
  /** Of a public chat; else empty. */
  readonly chatTitle: string
  readonly reason: string
  readonly comment: string
  readonly closed: Ms | null
  /** Of one's own: it led to something. */
  readonly acted: boolean
  readonly reporter: AccountId | null
}

export type Act =
  | 'dismiss'
  | 'warn'
  | 'limit'
  | 'suspend'
  | 'takeDown'
  | 'reverse'
  | 'uphold'
  | 'list'
  | 'look'
  | 'reset'
  | 'makeOperator'
  | 'import'
  | 'lift'
  | 'resetLink'
  | 'givePassword'
  | 'removeFactors'
  | 'listInvitations'
  | 'revokeInvitation'
  | 'lookRecord'
  | 'makeAccount'
  | 'letIn'
  | 'unknown'

export type AppealState = 'none' | 'open' | 'refused' | 'granted'

/** Something an operator did to one's account. */
export interface ActView {
  readonly seq: Seq
  readonly at: Ms
  readonly act: Act
  readonly reason: string
  readonly until: Ms | null
  readonly decision: number | null
  readonly chat: ChatId | null
  /** How many messages were looked at or taken down. */
  readonly messages: number
  /** The public name of a chat that was taken down; empty: something else. */
  readonly name: string
  /** Photos were taken down, of the chat, else of the account. */
  readonly photos: boolean
  readonly console: boolean
  readonly reversed: boolean
  readonly appeal: AppealState
  readonly appealable: boolean
}

/**
 * What shows whose a suspended account is: its password or recovery code, what the provider gave, the link
 * of a reset, or a passkey alone, which is then asked for before every request.
 */
export type SuspendedClaim =
  | { readonly username: string; readonly password: string }
  | { readonly username: string; readonly recoveryCode: string }
  | { readonly ticket: string }
  | { readonly secret: string }
  | { readonly alone: true }

/** Why an account is suspended, for whose it is. */
export interface SuspensionView {
  readonly reason: string
  readonly at: Ms | null
  readonly appeal: AppealState
  readonly appealable: boolean
}

/** What everybody does about abuse. */
export interface ReportActions {
  /** Resolves to whether it had been reported already. */
  report(report: NewReport): Promise<boolean>
  /** Reports to the admins of a chat, for its staff. */
  inChat(chat: ChatId): Promise<readonly ReportView[]>
  close(chat: ChatId, report: number): Promise<void>
  /** One's own reports, the newest first. */
  mine(): Promise<readonly ReportView[]>
  /** What operators did to one's account, the newest first; `before` is the last one seen, 0 at first. */
  acts(before: Seq): Promise<{ readonly acts: readonly ActView[]; readonly more: boolean }>
  appeal(decision: number, text: string): Promise<void>
  /**
   * Without a session: an empty text only asks. FACTOR_NEEDED: a text wants a code or a passkey beside it;
   * the field says `passkey` where the account has one. A passkey alone is asked for by every request, and
   * PASSKEY_NOT_USED and FACTOR_WRONG are of it.
   */
  appealSuspension(claim: SuspendedClaim, text: string, second?: SecondFactor): Promise<SuspensionView>
}

export interface DecisionView {
  readonly number: number
  readonly at: Ms
  readonly account: AccountId
  readonly name: string
  readonly act: Act
  readonly reason: string
  readonly until: Ms | null
  readonly reversed: boolean
  readonly appeal: AppealState
  readonly appealText: string
}

export interface CaseList {
  readonly reports: readonly ReportView[]
  readonly more: boolean
  /** That wait for an answer. */
  readonly appeals: readonly DecisionView[]
}

export interface RevealedView {
  readonly seq: Seq
  readonly at: Ms
  readonly author: AccountId | null
  readonly name: string
  readonly body: FormattedText
}

/** One report with what its author chose to show. */
export interface CaseView {
  readonly report: ReportView
  readonly reporter: string
  /** How many reports its author made, and how many led to nothing. */
  readonly reports: number
  readonly dismissed: number
  readonly messages: readonly RevealedView[]
  /** Other open reports about the same. */
  readonly others: readonly number[]
  readonly decisions: readonly DecisionView[]
  readonly owner: AccountId | null
  readonly isPublic: boolean
  /** That everybody may see, of whom or what is reported, the newest first. */
  readonly photos: readonly PhotoView[]
}

export interface Judgement {
  readonly reports: readonly number[]
  readonly account: AccountId | null
  readonly act: Act
  readonly reason: string
  readonly until: Ms | null
  readonly chat: ChatId | null
  readonly messages: readonly Seq[]
  /** To take down instead of messages. */
  readonly photos?: readonly Seq[]
  /** To reverse or uphold. */
  readonly decision: number | null
}

/** What operators do about reports. */
export interface CaseActions {
  list(closed: boolean, before: number): Promise<CaseList>
  /** Those who wrote what it shows are told that an operator looked. */
  show(report: number): Promise<CaseView>
  decide(judgement: Judgement): Promise<void>
}
