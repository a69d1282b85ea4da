// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatInfo, ContentView, Entity, MessageView, PersonRef } from '../../src/model'
import { readMarkup } from '../../src/model/markup'

/** Everything in the gallery happens around this moment: Monday 23 November 2026, noon. */
export const now = new Date(2026, 10, 23, 14, 20).getTime()
export const minute = 60_000
export const day = 86_400_000

export const me: PersonRef = { account: 1, name: 'سارا محمدی' }
export const people: readonly (PersonRef & { account: number; username: string; online: boolean })[] = [
  { account: 11, name: 'نیلوفر رستگار', username: 'niloofar', online: true },
  { account: 12, name: 'امیرحسین کاویانی', username: 'amirkav', online: false },
  { account: 13, name: 'Daniel Weiss', username: 'danielw', online: true },
  { account: 14, name: 'مریم توکلی', username: 'maryam_t', online: false },
  { account: 15, name: 'بابک', username: 'babak_dev', online: true },
  { account: 16, name: 'Aïcha Benali', username: 'aicha', online: false },
]

export function person(index: number): PersonRef {
  const found = people[index % people.length]
  return { account: found?.account ?? null, name: found?.name ?? '' }
}

let keys = 0

export function message(part: Partial<MessageView> & { seq: number | null; at: number }): MessageView {
  const own = part.own ?? false
  return {
    key: part.key ?? `m${++keys}`,
    author: own ? me : person(0),
    own,
    content: { kind: 'text', body: { text: '', entities: [] } },
    reply: null,
    forward: null,
    editedAt: null,
    reactions: [],
    delivery: own ? 'read' : null,
    failure: null,
    retryAt: null,
    views: null,
    pinned: false,
    silent: false,
    mentionsMe: false,
    rights: { reply: true, edit: own, pin: true, react: true, forward: true, deleteForAll: own },
    ...part,
  }
}

export function text(markup: string, extra: readonly Entity[] = []): ContentView {
  const body = readMarkup(markup)
  return { kind: 'text', body: { text: body.text, entities: [...body.entities, ...extra] } }
}

export function info(part: Partial<ChatInfo> & Pick<ChatInfo, 'id' | 'kind' | 'title'>): ChatInfo {
  return {
    about: '',
    publicName: null,
    peer: null,
    members: null,
    onlineMembers: null,
    presence: { kind: 'hidden' },
    readableBy: 'operator',
    role: 'member',
    adminRights: [],
    memberRights: ['send', 'media', 'links', 'react', 'invite'],
    held: null,
    mayCarry: true,
    requests: 0,
    signatures: false,
    slowSeconds: 0,
    muted: false,
    always: false,
    archived: false,
    pinned: false,
    contact: null,
    blocked: false,
    membersHidden: false,
    waiting: false,
    request: null,
    ...part,
  }
}

const words = [
  'امروز هوا خیلی خوبه، برویم بیرون؟',
  'سند تازه را خواندم. بخش دوم هنوز جا دارد روشن‌تر شود.',
  'باشه 👌',
  'جلسه را بگذاریم برای ساعت پنج؟ من تا آن وقت گزارش را تمام می‌کنم و می‌فرستم که همه ببینند.',
  'I pushed the fix to the branch, tests are green now.',
  'ممنون!',
  'فکر می‌کنم بهتر است نخست با یک گروه کوچک بیازماییم و بعد برای همه باز کنیم. چیزی از دست نمی‌رود و بازخورد زودتر می‌رسد.',
  'کسی شمارهٔ پروازش را دارد؟',
  '😂',
  'نشانی: خیابان ولیعصر، روبه‌روی پارک، پلاک ۱۲',
  'See you there at 8 then.',
  'عکس‌ها را در پوشهٔ مشترک گذاشتم، هر کدام را خواستید بردارید.',
]

/** The messages of a chat of any length, made when they are asked for. */
export function generated(index: number, count: number, group: boolean): MessageView {
  const writer = Math.floor(index / 3) * 7
  const own = writer % 5 === 2
  return message({
    key: `g${index}`,
    seq: index + 1,
    at: now - (count - index) * 7 * minute,
    own,
    author: own ? me : person(group ? writer % 6 : 0),
    content: text(words[(index * 5 + Math.floor(index / 7)) % words.length] ?? ''),
    reactions: index % 17 === 0 ? [{ emoji: '👍', count: 1 + (index % 5), mine: index % 34 === 0 }] : [],
    editedAt: index % 23 === 0 ? now : null,
  })
}
