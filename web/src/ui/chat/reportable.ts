// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MessageView } from '../../model'
import type { ChatState } from './chat.svelte'

/** Whether there is somebody else behind a message whom a report could be about. */
export function reportable(chat: ChatState, message: MessageView): boolean {
  const { kind } = chat.view.now.info
  return 'body' in message.content && !message.own && kind !== 'saved' && kind !== 'service'
}
