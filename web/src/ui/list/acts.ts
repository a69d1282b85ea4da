// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  Archive,
  ArchiveRestore,
  Bookmark,
  BookUser,
  MailOpen,
  Megaphone,
  MessageCircle,
  Pin,
  PinOff,
  Settings,
  Trash2,
  Users,
} from 'lucide'
import type { AppModel, ChatItem, MeView } from '../../model'
import type { MenuItem } from '../base/Menu.svelte'
import { words as common } from '../base/words'
import { t } from '../i18n/i18n.svelte'
import { router } from '../state/route.svelte'
import { attempt } from '../state/tell'
import { toasts } from '../state/toast.svelte'
import { muteItem } from './mute'
import { words } from './words'

/** Where the menu of the list leads. */
export function mainItems(model: AppModel, me: MeView): MenuItem[] {
  return [
    { icon: Bookmark, label: t().app.saved, act: () => void openSaved(model, me) },
    { icon: BookUser, label: t().people.contacts, act: () => router.go({ at: 'contacts' }) },
    { icon: Users, label: common().newGroup, act: () => router.go({ at: 'new', what: 'group' }) },
    {
      icon: Megaphone,
      mirror: true,
      label: common().newChannel,
      act: () => router.go({ at: 'new', what: 'channel' }),
    },
    { icon: Archive, label: t().list.archive, act: () => router.go({ at: 'archive' }) },
    { icon: Settings, label: t().settings.title, act: () => router.go({ at: 'settings', page: '' }) },
  ]
}

/** What can be done with the request of a stranger without opening it. */
export function requestItems({ chats }: AppModel, chat: ChatItem): MenuItem[] {
  const act = () => void attempt(() => chats.direct.remove(chat.id))
  return [{ icon: Trash2, danger: true, label: t().request.remove, act }]
}

/** What can be done with a chat of the list. */
export function rowItems(model: AppModel, chat: ChatItem): MenuItem[] {
  const { chats } = model
  const unread = isUnread(chat)
  return [
    {
      icon: unread ? MailOpen : MessageCircle,
      label: unread ? words().markRead : words().markUnread,
      act: () => void toggleRead(model, chat),
    },
    {
      icon: chat.pin === null ? Pin : PinOff,
      label: chat.pin === null ? words().pin : words().unpin,
      act: () => void attempt(() => chats.setPinned(chat.id, chat.pin === null)),
    },
    muteItem(chats, chat.id, chat),
    {
      icon: chat.archived ? ArchiveRestore : Archive,
      label: chat.archived ? words().fromArchive : words().toArchive,
      act: () => void putAway(model, chat),
    },
  ]
}

/** Has something new, or was marked as if it had. */
export const isUnread = (chat: ChatItem) => chat.unread > 0 || chat.markedUnread

/** Marks a chat as read, or as unread. */
export function toggleRead({ chats }: AppModel, chat: ChatItem): Promise<boolean> {
  return attempt(() => chats.setMarkedUnread(chat.id, !isUnread(chat)))
}

/** Moves a chat into the archive or out of it. */
export async function putAway({ chats }: AppModel, chat: ChatItem): Promise<void> {
  const away = !chat.archived
  if (!(await attempt(() => chats.setArchived(chat.id, away)))) return
  toasts.say(away ? words().archived : words().unarchived, {
    act: { label: words().undo, run: () => void attempt(() => chats.setArchived(chat.id, !away)) },
  })
}

/** Opens one's saved messages, which a device that has just begun does not know yet. */
async function openSaved({ chats }: AppModel, me: MeView): Promise<void> {
  await attempt(async () => router.openChat(me.savedMessages || (await chats.openDirect(me.account))))
}
