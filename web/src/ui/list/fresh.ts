// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatItem } from '../../model'

/** A new account has only the place for its own notes. */
export const isFresh = (chats: readonly ChatItem[]): boolean =>
  chats.every((chat) => chat.kind === 'saved' && !chat.preview && !chat.draft)
