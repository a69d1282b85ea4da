// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatInfo, PresenceView } from '../../model'
import { f, t } from '../i18n/i18n.svelte'
import { isolate } from '../i18n/isolate'

export function presenceLine(presence: PresenceView): string {
  if (presence.kind === 'online') return t().chat.online
  if (presence.kind === 'hidden') return t().chat.lastSeenHidden
  return t().chat.lastSeen(f().dateTime(presence.at))
}

/** The one quiet line under a chat's name. */
export function statusOf(info: ChatInfo): string {
  switch (info.kind) {
    case 'direct':
      if (info.request) return t().request.title
      // Who has not accepted yet tells nothing of where they are, so nothing is claimed of it.
      if (info.waiting) return info.publicName ? isolate(`@${info.publicName}`) : ''
      return info.peer === null ? '' : presenceLine(info.presence)
    case 'saved':
      return t().chat.savedHint
    case 'service':
      return t().chat.serverHint
    case 'channel':
      return info.members === null ? t().chat.channel : t().chat.subscribers(info.members)
    case 'group': {
      if (info.members === null) return t().chat.group
      const members = t().chat.members(info.members)
      return info.onlineMembers ? `${members} · ${t().chat.onlineCount(info.onlineMembers)}` : members
    }
  }
}
