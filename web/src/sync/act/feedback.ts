// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FeedbackActions } from '../../model'
import { call } from '../../wire'
import { type Asker, acting, signedIn } from './asking'

/** The keys of what was given, by its words: the code is asked for with every act, and forgets nothing. */
const given = new WeakMap<Asker, Map<string, Uint8Array>>()

/** Gives feedback. The same words sent again, because an answer was lost, are the same feedback. */
export function feedbackActions(asker: Asker): FeedbackActions {
  const keys = given.get(asker) ?? new Map<string, Uint8Array>()
  given.set(asker, keys)
  const wire = () => import('../../wire/feedback')
  return {
    give: (form) =>
      acting(async () => {
        const { Feedbacks } = await wire()
        const account = signedIn(asker)
        const name = JSON.stringify(form)
        const key = keys.get(name) ?? account.keys.make()
        keys.set(name, key)
        const { seq } = await call(account.tabs, Feedbacks.method.give, { key, feedback: { ...form } })
        return seq
      }),
    wishes: () =>
      acting(async () => {
        const { Feedbacks, wishOf } = await wire()
        const { rows } = await call(signedIn(asker).tabs, Feedbacks.method.public, {})
        return rows.map(wishOf)
      }),
    vote: (number, on) =>
      acting(async () => {
        const { Feedbacks } = await wire()
        const { tabs, keys } = signedIn(asker)
        await call(tabs, Feedbacks.method.vote, { key: keys.make(), number, withdraw: !on })
      }),
    all: () =>
      acting(async () => {
        const { Feedbacks, feedbackOf } = await wire()
        const { rows } = await call(signedIn(asker).tabs, Feedbacks.method.list, {})
        return rows.map(feedbackOf)
      }),
    set: (number, status, title) =>
      acting(async () => {
        const { Feedbacks } = await wire()
        const { tabs, keys } = signedIn(asker)
        await call(tabs, Feedbacks.method.set, { key: keys.make(), number, state: { status, title } })
      }),
  }
}
