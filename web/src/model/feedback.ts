// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Ms } from './id'

export type FeedbackCategory = 'idea' | 'problem' | 'other'

export const feedbackStatuses = ['new', 'planned', 'doing', 'done', 'declined'] as const
export type FeedbackStatus = (typeof feedbackStatuses)[number]

/** What a person says about the app, in their own words; the app adds nothing by itself. */
export interface FeedbackForm {
  readonly category: FeedbackCategory
  readonly text: string
  /** Empty unless the person chose to say. */
  readonly version: string
  readonly platform: string
}

/** Feedback that an operator has published, in the operator's words. */
export interface WishView {
  readonly number: number
  readonly at: Ms
  readonly category: FeedbackCategory
  readonly status: FeedbackStatus
  readonly title: string
  readonly changed: Ms | null
  /** How many voted for it; nobody is told who. */
  readonly votes: number
  /** One is among them. */
  readonly mine: boolean
}

/** Feedback as the operator reads it. Who gave it is not told. */
export interface FeedbackView extends FeedbackForm {
  readonly number: number
  readonly at: Ms
  readonly status: FeedbackStatus
  /** What everybody reads of it; empty: nothing. */
  readonly title: string
  readonly changed: Ms | null
  readonly votes: number
}

export interface FeedbackActions {
  /** Resolves to the number of the feedback, by which it is found on the public list. */
  give(form: FeedbackForm): Promise<number>
  /** The public list, the newest first. */
  wishes(): Promise<readonly WishView[]>
  /** Votes for something of the public list, or not any more. */
  vote(number: number, on: boolean): Promise<void>
  /** For operators: all of it, the newest first. */
  all(): Promise<readonly FeedbackView[]>
  /** For operators: how it stands, and what everybody reads of it. */
  set(number: number, status: FeedbackStatus, title: string): Promise<void>
}
