// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, ChatItem } from '../../model'
import { declinedIn } from '../../model/staff'
import { toasts } from '../state/toast.svelte'
import { sentence } from './deed'
import { words } from './words'

/** Tells an owner, whose standing was told anew, that their offer was declined. */
export async function tellDeclined(model: AppModel, { id, title }: ChatItem): Promise<void> {
  const staff = await model.rooms.staff()
  const said = declinedIn((await staff.deeds(id, { author: null, kind: 'members' }, null)).deeds)
  if (said) toasts.say(words().told(title, sentence(said)), { ms: 8000 })
}
