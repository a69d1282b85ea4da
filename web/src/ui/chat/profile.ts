// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountId, AppModel } from '../../model'
import { router } from '../state/route.svelte'
import { attempt } from '../state/tell'

/** Shows who somebody is: the details of the chat with them. */
export async function openProfile(model: AppModel, account: AccountId): Promise<void> {
  await attempt(async () => {
    const chat = await model.chats.openDirect(account)
    router.go({ at: 'chat', chat, seq: null, pane: 'info' })
  })
}
