// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FeedbackActions } from '../../model'
import { call } from '../../wire'
import { type Asker, acting, signedIn } from './asking'

/** Gives feedback. The same words sent again, because an answer was lost, are the same feedback. */
export function feedbackActions(asker: Asker): FeedbackActions {
  const keys = new Map<string, Uint8Array>()
  return {
    give: (form) =>
      acting(async () => {
        const { Feedbacks } = await import('../../wire/feedback')
        const account = signedIn(asker)
        const name = JSON.stringify(form)
        const key = keys.get(name) ?? account.keys.make()
        keys.set(name, key)
        const { seq } = await call(account.tabs, Feedbacks.method.give, { key, feedback: { ...form } })
        return seq
      }),
  }
}
