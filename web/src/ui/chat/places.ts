// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatId } from '../../model'
import type { Anchor } from './scroll'

/** Where the reader was in chats they left away from the newest message; until the page is closed. */
const places = new Map<ChatId, Anchor>()

export function placeIn(chat: ChatId): Anchor | null {
  return places.get(chat) ?? null
}

/** null: at the end, where one opens anyway. */
export function keepPlace(chat: ChatId, place: Anchor | null): void {
  if (place?.seq) places.set(chat, place)
  else places.delete(chat)
}
