// SPDX-License-Identifier: AGPL-3.0-or-later
import { Bell, BellOff, BellRing, Clock } from 'lucide'
import type { ChatActions, ChatId, ChatItem } from '../../model'
import { ALWAYS, NEVER } from '../../model/mute'
import type { MenuItem } from '../base/Menu.svelte'
import { attempt } from '../state/tell'
import { words } from './words'

const HOUR = 3_600_000

/** Takes the sound of a chat away for as long as one likes, brings it back, or has it in any case. */
export function muteItem(
  chats: ChatActions,
  chat: ChatId,
  { muted, always }: Pick<ChatItem, 'muted' | 'always'>,
): MenuItem {
  const set = (until: number) => () => void attempt(() => chats.setMuted(chat, until))
  if (muted) return { icon: Bell, label: words().unmute, act: set(0) }
  const during = (label: string, hours: number): MenuItem => ({
    icon: Clock,
    label,
    act: () => set(Date.now() + hours * HOUR)(),
  })
  const more = [
    during(words().muteHour, 1),
    during(words().muteEight, 8),
    during(words().muteDays, 48),
    { icon: BellOff, label: words().muteForever, act: set(NEVER) },
    always
      ? { icon: Bell, label: words().notifyAsKind, act: set(0) }
      : { icon: BellRing, label: words().notifyAlways, act: set(ALWAYS) },
  ]
  return { icon: BellOff, label: words().mute, act: set(NEVER), more }
}
