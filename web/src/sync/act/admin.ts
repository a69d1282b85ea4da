// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AdminActions } from '../../model'
import { call } from '../../wire'
import { type Asker, acting, signedIn } from './asking'

/** What an operator asks the server. Few do, so how it is read comes when it is needed. */
export function adminActions(asker: Asker): AdminActions {
  const wire = () => import('../../wire/admin')
  return {
    status: () =>
      acting(async () => {
        const { Admin, statusOf } = await wire()
        return statusOf(await call(signedIn(asker).tabs, Admin.method.status, {}))
      }),
    backUp: () =>
      acting(async () => {
        const { Admin } = await wire()
        await call(signedIn(asker).tabs, Admin.method.backUp, {})
      }),
  }
}
