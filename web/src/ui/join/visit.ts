// SPDX-License-Identifier: AGPL-3.0-or-later
import type { JoinTarget } from '../../model'
import { router } from '../state/route.svelte'

/** Opens a chat that can be read already; of another one the sheet that tells what it is. */
export function visit(target: JoinTarget, address: string): void {
  if (target.readable && target.chat !== null) router.openChat(target.chat)
  else router.go({ at: 'join', address })
}
