// SPDX-License-Identifier: AGPL-3.0-or-later
import type { DeletionActions, DeletionView } from '../../model'
import { call } from '../../wire'
import { Deletions } from '../../wire/deletion'
import type { Deletion } from '../../wire/gen/zolal/v1/deletion_pb'
import { type Asker, acting, signedIn } from './asking'

const viewOf = ({
  dueMs,
  eraseMessages: messages,
  owned,
  lastOperator,
  afterMs,
}: Deletion): DeletionView => ({
  due: Number(dueMs),
  messages,
  owned: owned.map(({ chat, title }) => ({ chat, title })),
  lastOperator,
  after: Number(afterMs),
})

/** Deletes the account, after some days in which it can be kept. */
export function deletionActs(asker: Asker, changed: () => Promise<void>): DeletionActions {
  const tabs = () => signedIn(asker).tabs
  return {
    state: () => acting(async () => viewOf(await call(tabs(), Deletions.method.state, {}))),
    begin: ({ messages: eraseMessages, ...shown }) =>
      acting(async () => {
        const view = viewOf(await call(tabs(), Deletions.method.begin, { ...shown, eraseMessages }))
        await changed()
        return view
      }),
    cancel: () =>
      acting(async () => {
        await call(tabs(), Deletions.method.cancel, {})
        await changed()
      }),
  }
}
