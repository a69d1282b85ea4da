// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountActions } from '../../model'
import { attempt } from '../state/tell'

/** Leaves for the organisation's provider, which leads back here. */
export async function begin(account: AccountActions): Promise<void> {
  await attempt(async () => location.assign(await account.visit()))
}
