// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatView, Seq } from '../../model'

/**
 * Whether a message that was in view is there no longer, though what stood around it is. Of one that the view
 * has left behind nothing is known.
 */
export function isGone(
  { state, messages, hasOlder, hasNewer }: Pick<ChatView, 'state' | 'messages' | 'hasOlder' | 'hasNewer'>,
  seq: Seq | null,
): boolean {
  if (seq === null || state !== 'ready') return false
  const here = messages.flatMap((message) => message.seq ?? [])
  return (
    !here.includes(seq) &&
    (!hasOlder || here.some((one) => one < seq)) &&
    (!hasNewer || here.some((one) => one > seq))
  )
}
