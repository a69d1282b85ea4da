// SPDX-License-Identifier: AGPL-3.0-or-later
import type {
  ContentView,
  FoundView,
  MessageView,
  SearchActions,
  SearchAsk,
  SharedKind,
} from '../../src/model'
import { Query } from '../../src/model/words'
import type { Chat } from './chats'

/** So many of a chat are looked through. */
const LOOKED = 300

function newest(chat: Chat): MessageView[] {
  const from = Math.max(0, chat.count - LOOKED)
  return Array.from({ length: chat.count - from }, (_, i) => chat.get(from + i))
}

function carries(kind: SharedKind, content: ContentView): boolean {
  if (kind === 'links') return content.kind === 'text' && content.body.entities.some((e) => e.kind === 'url')
  const kinds = { pictures: /photo|video/, files: /file/, music: /audio/, voice: /voice/, gifs: /gif/ }
  return content.kind === 'media' && kinds[kind].test(content.media.kind)
}

/** Searches what the gallery shows. */
export function memorySearch(chats: () => readonly Chat[]): SearchActions {
  let recent: readonly string[] = ['قرار فردا', 'zolal.example', 'صورت‌جلسه']
  const found = (ask: SearchAsk): FoundView[] => {
    const query = new Query(ask.text)
    const of = chats().filter(({ info }) => !ask.chat || info.id === ask.chat)
    return of.flatMap((chat) =>
      newest(chat).flatMap(({ seq, at, author, own, content }): FoundView[] => {
        if (seq === null || (content.kind !== 'text' && content.kind !== 'attachments')) return []
        if ((ask.author && author?.account !== ask.author) || at < (ask.since ?? 0)) return []
        const { text } = content.body
        const ranges = query.match(text)
        return ranges ? [{ chat: chat.info.id, seq, at, author, own, text, ranges }] : []
      }),
    )
  }
  return {
    messages: async (ask) => {
      const all = found(ask).sort((a, b) => b.at - a.at)
      const total = ask.chat ? all.length : null
      return { found: all.slice(0, 200), next: null, total, percent: 100, here: false }
    },
    shared: async ({ chat, kind }) => {
      const one = chats().find(({ info }) => info.id === chat)
      const carried = one ? newest(one).filter(({ content }) => carries(kind, content)) : []
      const messages = carried.sort((a, b) => b.at - a.at)
      return { messages, next: null, total: messages.length, percent: 100, here: false }
    },
    publicChats: async () => [],
    recent: async () => recent,
    remember: async (text) => {
      recent = [text, ...recent.filter((other) => other !== text)].slice(0, 8)
    },
    forget: async () => {
      recent = []
    },
  }
}
