// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatView, MessageView, Seq } from '../../model'
import { isGone } from './gone'

type Chosen = ReadonlyMap<Seq, MessageView>

/**
 * What is selected, as the view knows it now: an edited message says what it says now, a deleted one is
 * selected no more. What the window has left stays as it was. The same map where nothing changed.
 */
export function asTheyStand(
  selected: Chosen,
  view: Pick<ChatView, 'state' | 'messages' | 'hasOlder' | 'hasNewer'>,
): Chosen {
  const now = new Map(view.messages.map((message) => [message.seq, message]))
  const next = new Map<Seq, MessageView>()
  for (const [seq, message] of selected) {
    if (!isGone(view, seq)) next.set(seq, now.get(seq) ?? message)
  }
  const same =
    next.size === selected.size && [...next].every(([seq, message]) => selected.get(seq) === message)
  return same ? selected : next
}
