// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatInfo } from '../../model'
import { words as roomWords } from './words'

/** Members leave; an owner deletes, and so does either of a direct chat, for itself. */
export function leaveLabel(info: ChatInfo): string {
  const words = roomWords()
  if (info.kind === 'direct') return words.removeChat
  const group = info.kind === 'group'
  if (info.role === 'owner') return group ? words.deleteGroup : words.deleteChannel
  return group ? words.leaveGroup : words.leaveChannel
}
