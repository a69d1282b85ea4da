// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatId } from '../../model'

/** The group or channel that was just made: its pane asks once whom to invite. */
class Fresh {
  chat = $state.raw<ChatId | null>(null)
}

export const fresh = new Fresh()
