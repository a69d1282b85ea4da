// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatInfo } from '../../model'
import { t } from '../i18n/i18n.svelte'

/** Members leave; an owner deletes. */
export function leaveLabel(info: ChatInfo): string {
  const words = t().room
  const group = info.kind === 'group'
  if (info.role === 'owner') return group ? words.deleteGroup : words.deleteChannel
  return group ? words.leaveGroup : words.leaveChannel
}
