// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MembershipView } from '../../model'
import { call } from '../../wire'
import { Organisations } from '../../wire/organisation'
import type { Account } from '../account'

/** How the account hangs on the organisation's provider; null: that does not sign it in. */
export async function connectionOf({ tabs }: Account): Promise<MembershipView | null> {
  const { linked, provider, endsMs, password } = await call(tabs, Organisations.method.mine, {})
  return linked ? { provider, until: Number(endsMs), password } : null
}

/** Ends that, for who knows the password. */
export async function disconnect({ tabs }: Account, password: string): Promise<void> {
  await call(tabs, Organisations.method.unlink, { password })
}
