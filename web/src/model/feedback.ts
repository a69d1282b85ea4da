// SPDX-License-Identifier: AGPL-3.0-or-later

export type FeedbackCategory = 'idea' | 'problem' | 'other'

/** What a person says about the app, in their own words; the app adds nothing by itself. */
export interface FeedbackForm {
  readonly category: FeedbackCategory
  readonly text: string
  /** Empty unless the person chose to say. */
  readonly version: string
  readonly platform: string
}

export interface FeedbackActions {
  /** Resolves to the number of the feedback, by which it is found on the public list. */
  give(form: FeedbackForm): Promise<number>
}
