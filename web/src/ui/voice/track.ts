// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatId, ChatKind, MediaView, MessageView, Seq } from '../../model'
import { nameOf, titleOf } from '../list/preview'
import { words } from './words'

/** What can be played: a voice message or a piece of music, and where it was said. */
export interface Track {
  readonly chat: ChatId
  /** null while it waits in the outbox. */
  readonly seq: Seq | null
  readonly key: string
  readonly media: MediaView
  /** Who said it, or what it is called. */
  readonly title: string
  /** The chat, or who plays it. */
  readonly under: string
}

/** The track that a message is; null where it carries no sound. */
export function trackOf(
  message: MessageView,
  chat: { readonly id: ChatId; readonly kind: ChatKind; readonly title: string },
): Track | null {
  if (message.content.kind !== 'media') return null
  const { media } = message.content
  if (media.kind !== 'voice' && media.kind !== 'audio') return null
  const where = titleOf(chat)
  const who = nameOf(message.author) || where
  const music = media.kind === 'audio'
  return {
    chat: chat.id,
    seq: message.seq,
    key: message.key,
    media,
    title: music ? media.title || media.name || words().music : who,
    under: music ? media.performer || where : where === who ? words().voice : where,
  }
}
