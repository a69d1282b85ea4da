// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FeedbackCategory, FeedbackStatus, FeedbackView, WishView } from '../model'
import { feedbackStatuses } from '../model/feedback'
import type * as pb from './gen/zolal/v1/feedback_pb'

export { Feedbacks } from './gen/zolal/v1/feedback_pb'

const statusOf = (code: string): FeedbackStatus => feedbackStatuses.find((s) => s === code) ?? 'new'

const categoryOf = (code: string): FeedbackCategory =>
  code === 'idea' || code === 'problem' ? code : 'other'

export function wishOf(row: pb.PublicFeedback): WishView {
  return {
    number: row.number,
    at: Number(row.atMs),
    category: categoryOf(row.category),
    status: statusOf(row.state?.status ?? ''),
    title: row.state?.title ?? '',
    changed: Number(row.changedMs) || null,
    votes: row.votes,
    mine: row.mine,
  }
}

export function feedbackOf(row: pb.FeedbackRow): FeedbackView {
  return {
    number: row.number,
    at: Number(row.atMs),
    category: categoryOf(row.feedback?.category ?? ''),
    text: row.feedback?.text ?? '',
    version: row.feedback?.version ?? '',
    platform: row.feedback?.platform ?? '',
    status: statusOf(row.state?.status ?? ''),
    title: row.state?.title ?? '',
    changed: Number(row.changedMs) || null,
    votes: row.votes,
  }
}
