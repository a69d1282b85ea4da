// SPDX-License-Identifier: AGPL-3.0-or-later
import type {
  ContentView,
  FoundView,
  ListedView,
  MessageView,
  SearchActions,
  SearchAsk,
  SharedKind,
} from '../../src/model'
import { Query } from '../../src/model/words'
import type { Chat } from './chats'
import { minute, now } from './fixture'

/** So many of a chat are looked through. */
const LOOKED = 300

/** Of what was shared; a page is short, so that there are several. */
const SHARED_OF = 1000
const PAGE = 2

function newest(chat: Chat, looked = LOOKED): MessageView[] {
  const from = Math.max(0, chat.count - looked)
  return Array.from({ length: chat.count - from }, (_, i) => from + i)
    .filter((index) => !chat.gone.has(index))
    .map((index) => chat.get(index))
}

function carries(kind: SharedKind, content: ContentView): boolean {
  if (kind === 'links') return content.kind === 'text' && content.body.entities.some((e) => e.kind === 'url')
  const kinds = { pictures: /photo|video/, files: /file/, music: /audio/, voice: /voice/, gifs: /gif/ }
  return content.kind === 'media' && kinds[kind].test(content.media.kind)
}

const rows: readonly [string, string, string, number, number][] = [
  ['کتاب‌خانهٔ زلال', 'zolal_books', 'هر روز یک کتاب خوب.\nپیشنهاد با شما.', 48_213, 20],
  ['اخبار محله', 'mahalle', 'خبرهای کوچه و خیابان', 12_900, 3 * 60],
  ['Mountain weather', 'mountain_weather', 'Forecasts for climbers, twice a day', 3_402, 26 * 60],
  ['آشپزی با مریم', 'maryam_cooks', '', 870, 9 * 24 * 60],
  ['عکس‌های قدیمی تهران، از آلبوم خانواده‌ها و روزنامه‌ها', 'old_tehran', 'هر هفته پنج عکس', 12, 0],
]

/** What is public in the gallery. */
const listed: readonly ListedView[] = rows.flatMap(([title, name, about, members, minutes], i) =>
  (['channel', 'group'] as const).map((kind) => ({
    ...{ chat: kind === 'channel' ? 103 + i * 100 : 102 + i * 100, kind, title, name, about, members },
    ...{ approval: i === 2, readable: true, state: 'open' as const },
    lastAt: minutes === 0 ? null : now - minutes * minute,
  })),
)

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
    shared: async ({ chat, kind, since = 0, until = Number.POSITIVE_INFINITY, after }) => {
      const one = chats().find(({ info }) => info.id === chat)
      const carried = one ? newest(one, SHARED_OF).filter(({ content }) => carries(kind, content)) : []
      const all = carried.filter(({ at }) => at >= since && at < until).sort((a, b) => b.at - a.at)
      const from = after?.[0] ?? 0
      const next = from + PAGE < all.length ? Uint8Array.of(from + PAGE) : null
      const messages = all.slice(from, from + PAGE)
      return { messages, next, total: all.length, percent: 100, here: false }
    },
    publicChats: async () => [],
    directory: async ({ kind }) => ({ chats: listed.filter((chat) => chat.kind === kind), next: null }),
    recent: async () => recent,
    remember: async (text) => {
      recent = [text, ...recent.filter((other) => other !== text)].slice(0, 8)
    },
    forget: async () => {
      recent = []
    },
  }
}
