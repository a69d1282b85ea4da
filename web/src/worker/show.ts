// SPDX-License-Identifier: AGPL-3.0-or-later
import type { NotifyRow } from '../db'
import type { Badge } from '../model/push'
import { putUp, standing } from '../model/standing'
import { pictures } from './pictures'
import { ask, known } from './post'
import { scope, type Tab } from './scope'
import { speechOf } from './words'

/** What a push holds: where to look, and nothing of what is there (PUSH-4). */
export interface Hint {
  readonly chat?: number
  readonly seq?: number
  readonly read?: number
  readonly mention?: boolean
  /** The chat is offered (PUSH-12): the version of the standing. */
  readonly offer?: number
  readonly over?: number
  readonly test?: string
}

/** What the server says of a message or an offer, in JSON. */
interface Look {
  readonly waits?: boolean
  readonly type?: string
  readonly title?: string
  readonly author?: string
  readonly text?: string
  readonly media?: string
  readonly file?: string
  readonly unread?: number
  readonly atMs?: string
  /** Of all chats that are not muted. */
  readonly total?: number
}

/** What of a chat a notification is about; each takes the place of the one before it. */
type About = 'chat' | 'offer'

const tagOf = (about: About, chat: number) => `${about}-${chat}`

interface Shown {
  readonly chat?: number
  readonly seq?: number
  readonly offer?: number
}

/** What a notification was shown for. */
const shownFor = (one: Notification) => (one.data ?? {}) as Shown

export const tabs = (): Promise<Tab[]> =>
  scope.clients.matchAll({ type: 'window', includeUncontrolled: true })

/** What is done about each tag, the last of it. */
const turns = new Map<string, Promise<void>>()

/**
 * Does one thing about a tag after the other: two that come at once would both find that nothing stands yet
 * and alert twice, and what is read while it is looked up would be put up for good.
 */
function inTurn(tag: string, work: () => Promise<void>): Promise<void> {
  const mine = (turns.get(tag) ?? Promise.resolve()).then(work)
  const quiet = mine
    .catch(() => {})
    .finally(() => {
      if (turns.get(tag) === quiet) turns.delete(tag)
    })
  turns.set(tag, quiet)
  return mine
}

/** The number on the icon: pages may all be closed, and count by the same rule while they are not. */
async function count(look: Look | null): Promise<void> {
  const { total } = look ?? {}
  if (total === undefined) return // an older server does not say it
  const badge = navigator as Navigator & Badge
  await (total > 0 ? badge.setAppBadge?.(total) : badge.clearAppBadge?.())?.catch(() => {})
}

const numberOf = (one: Notification) => shownFor(one).seq ?? shownFor(one).offer ?? 0

async function clear(tag: string, upTo: number): Promise<void> {
  for (const one of await standing(scope.registration, { tag })) if (numberOf(one) <= upTo) one.close()
}

interface Face {
  readonly title: string
  readonly body: string
}

/** What a notification says. */
function faceOf(hint: Hint, look: Look | null, notify: NotifyRow): Face {
  const { words, locale } = speechOf(notify)
  if (!look?.waits || !notify.settings.preview) return { title: words.app, body: words.something }
  const media = words.media[look.media ?? ''] ?? ''
  const what = [media, look.file, look.text].filter(Boolean).join(' · ') || words.something
  // Marks that hold directions apart: a name in one script, words in the other.
  const said = look.author ? `\u2068${look.author}\u2069: \u2068${what}\u2069` : `\u2068${what}\u2069`
  const unread = look.unread ?? 1
  const number = new Intl.NumberFormat(locale).format(unread)
  const more = unread > 1 ? `\n${words.many.replace('#', number)}` : ''
  const called = hint.mention && look.author ? `\u2068${look.author}\u2069 ${words.mention}\n` : ''
  return { title: look.title || words.app, body: `${called}${said}${more}` }
}

/** What a notification says of a chat that is offered. */
function offerFace(look: Look | null, notify: NotifyRow): Face {
  const { words } = speechOf(notify)
  if (!look?.waits || !notify.settings.preview) return { title: words.app, body: words.offer }
  const body = look.type === 'CHAT_TYPE_CHANNEL' ? words.offerChannel : words.offerGroup
  return { title: look.title || words.app, body }
}

async function showWhat(about: About, hint: Hint & { chat: number }, number: number): Promise<void> {
  const { session, notify } = await known()
  if (!session) {
    // Nobody is signed in here any more: the subscription has outlived its device.
    await (await scope.registration.pushManager.getSubscription())?.unsubscribe()
  }
  const { chat } = hint
  const tag = tagOf(about, chat)
  const before = await standing(scope.registration, { tag })
  if (before.some((one) => numberOf(one) >= number)) return
  const what = about === 'offer' ? { chat, offer: true } : { chat, seq: number }
  const asked = ask<Look>('Push/Look', what).catch(() => null)
  const [look, drawn] = await Promise.all([asked, pictures()])
  await count(look)
  if (look && !look.waits) return clear(tag, number)
  const { title, body } = about === 'offer' ? offerFace(look, notify) : faceOf(hint, look, notify)
  const { language, direction } = speechOf(notify)
  await putUp(scope.registration, title, {
    body,
    tag,
    renotify: true,
    ...drawn,
    lang: language,
    dir: direction,
    timestamp: Number(look?.atMs ?? Date.now()),
    data: { chat, [about === 'offer' ? 'offer' : 'seq']: number },
  } as NotificationOptions)
}

async function showTest(id: string): Promise<void> {
  const { notify } = await known()
  const { words, language, direction } = speechOf(notify)
  await putUp(scope.registration, words.test, {
    body: words.testBody,
    tag: 'test',
    ...(await pictures()),
    lang: language,
    dir: direction,
  })
  for (const tab of await tabs()) tab.postMessage({ test: id })
}

/** Takes down what was read elsewhere; fewer wait then. */
async function clearRead(chat: number, read: number): Promise<void> {
  const tag = tagOf('chat', chat)
  await inTurn(tag, () => clear(tag, read))
  await count(await ask<Look>('Push/Look', {}).catch(() => null))
}

/** Does what a push, or a page that nobody looks at, asks for. */
export async function show(hint: Hint): Promise<void> {
  const { chat = 0, seq = 0, read = 0, offer = 0, over = 0, test } = hint
  const [message, offered] = [tagOf('chat', chat), tagOf('offer', chat)]
  if (test) await showTest(test)
  else if (chat && read) await clearRead(chat, read)
  else if (chat && over) await inTurn(offered, () => clear(offered, over))
  else if (chat && offer) await inTurn(offered, () => showWhat('offer', { ...hint, chat }, offer))
  else if (chat && seq) await inTurn(message, () => showWhat('chat', { ...hint, chat }, seq))
}

/**
 * Does what a page asks for that nobody looks at; unless somebody looks at another, and sees there what came.
 * A window that is in sight and not in use is not looked at.
 */
export async function showFor(page: Tab | null, hint: Hint): Promise<void> {
  const others = (await tabs()).filter(({ id }) => id !== page?.id)
  if (!others.some((one) => one.focused && one.visibilityState === 'visible')) await show(hint)
}

/** Opens what a notification was about: in a page that is there, or in a new one. */
export async function open(notification: Notification): Promise<void> {
  notification.close()
  const { chat, seq } = shownFor(notification)
  const path = chat ? `/#/c/${chat}${seq ? `/${seq}` : ''}` : '/#/settings/notifications'
  const all = await tabs()
  const tab = all.find((one) => one.focused) ?? all.find((one) => one.visibilityState === 'visible') ?? all[0]
  if (!tab?.focus) {
    await scope.clients.openWindow(path)
    return
  }
  tab.postMessage({ open: path })
  await tab.focus()
}
