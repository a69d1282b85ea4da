// SPDX-License-Identifier: AGPL-3.0-or-later
export { Feedbacks } from './gen/zolal/v1/feedback_pb'
