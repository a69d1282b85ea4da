// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, ChatView, MessageView, OpenChat, Seq } from '../../model'
import { type Track, trackOf } from './track'

/** Pages of history that are looked through for the next track: what is farther is another conversation. */
const PAGES = 8

function ready(open: OpenChat): Promise<ChatView> {
  return new Promise((resolve) => {
    const look = () => {
      const view = open.view.get()
      if (view.state === 'loading') return false
      resolve(view)
      return true
    }
    if (look()) return
    const stop = open.view.subscribe(() => look() && stop())
  })
}

const carries = (kind: string) => (message: MessageView) =>
  message.seq !== null && message.content.kind === 'media' && message.content.media.kind === kind

/** The track of the same kind that follows `seq` in its chat, or comes before it. */
export async function neighbour(
  model: AppModel,
  { chat, media }: Track,
  seq: Seq,
  by: 1 | -1,
): Promise<Track | null> {
  const open = model.openChat(chat, seq)
  try {
    await ready(open)
    for (let page = 0; page < PAGES; page++) {
      const { messages, info, hasNewer, hasOlder } = open.view.get()
      const all = messages.filter(carries(media.kind))
      const next =
        by > 0 ? all.find((m) => (m.seq ?? 0) > seq) : all.findLast((m) => m.seq !== null && m.seq < seq)
      if (next) return trackOf(next, info)
      if (!(by > 0 ? hasNewer : hasOlder)) return null
      await (by > 0 ? open.history.loadNewer() : open.history.loadOlder())
    }
    return null
  } finally {
    open.close()
  }
}

/** The music of a chat around a track, in order, as far as a few pages hold it. */
export async function playlist(model: AppModel, { chat, media }: Track, seq: Seq): Promise<Track[]> {
  const open = model.openChat(chat, seq)
  try {
    await ready(open)
    for (let page = 0; page < PAGES && open.view.get().hasNewer; page++) await open.history.loadNewer()
    for (let page = 0; page < PAGES && open.view.get().hasOlder; page++) await open.history.loadOlder()
    const { messages, info } = open.view.get()
    return messages.filter(carries(media.kind)).flatMap((message) => trackOf(message, info) ?? [])
  } finally {
    open.close()
  }
}
