// SPDX-License-Identifier: AGPL-3.0-or-later
import { AccountDb, type NotifyRow, Registry, type SessionRow } from '../db'
import { PUSH_DEFAULTS } from '../model/push'
import { putUp, standing } from '../model/standing'
import { scope, type Tab } from './scope'
import { speechOf } from './words'

/** What a push holds: where to look, and nothing of what is there (PUSH-4). */
export interface Hint {
  readonly chat?: number
  readonly seq?: number
  readonly read?: number
  readonly mention?: boolean
  readonly test?: string
}

/** What the server says of a message, in JSON. */
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
}

/** How long one address may take to answer, and all of them: browsers do not wait long for a notification. */
const LOOK_MS = 6000
const ALL_MS = 15_000

const tagOf = (chat: number) => `chat-${chat}`

interface Shown {
  readonly chat?: number
  readonly seq?: number
}

/** What a notification was shown for. */
const shownFor = (one: Notification) => (one.data ?? {}) as Shown

export const tabs = (): Promise<Tab[]> =>
  scope.clients.matchAll({ type: 'window', includeUncontrolled: true })

/** The session and the wishes of this device, read anew each time: a page may change both. */
async function known(): Promise<{ session: SessionRow | undefined; notify: NotifyRow }> {
  const registry = await Registry.open()
  try {
    const session = await registry.get('session')
    const notify = await registry.get('notify')
    return {
      session,
      notify: notify ?? { on: false, language: 'fa', settings: PUSH_DEFAULTS },
    }
  } finally {
    registry.close()
  }
}

/** Where the server may answer, the address that did last first. */
async function roots(session: SessionRow): Promise<ReadonlySet<string>> {
  const own = scope.location.origin
  try {
    const db = await AccountDb.open(AccountDb.nameOf(session))
    const list = await db.read((r) => r.value('addresses')).finally(() => db.close())
    const { addresses = [], good = own } = list ?? {}
    return new Set([good, own, ...addresses])
  } catch {
    // A page of a newer version has changed what is stored.
    return new Set([own])
  }
}

/** Who is signed in, if anybody is. */
export const mySession = async () => (await known()).session

/** Calls a method with the token of the device; null where nobody is signed in, or the server is silent. */
export async function post(
  method: string,
  body: BodyInit,
  headers: Record<string, string>,
): Promise<Response | null> {
  const session = await mySession()
  if (!session) return null
  const until = Date.now() + ALL_MS
  for (const root of await roots(session)) {
    const left = until - Date.now()
    if (left <= 0) break
    const answer = await fetch(`${root}/api/${method}`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${session.token}` },
      body,
      signal: AbortSignal.timeout(Math.min(LOOK_MS, left)),
    }).catch(() => null)
    // Without the header somebody else answers: a portal, a filter.
    if (answer?.headers.get('zolal') === 'v1') return answer
  }
  return null
}

/** Likewise, in JSON; null for a refusal too. */
export async function ask<T>(method: string, request: object): Promise<T | null> {
  const answer = await post(method, JSON.stringify(request), { 'content-type': 'application/json' })
  return answer?.ok ? ((await answer.json()) as T) : null
}

async function clear(chat: number, upTo: number): Promise<void> {
  for (const one of await standing(scope.registration, { tag: tagOf(chat) }))
    if ((shownFor(one).seq ?? 0) <= upTo) one.close()
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

async function showMessage(hint: Hint & { chat: number; seq: number }): Promise<void> {
  const { session, notify } = await known()
  if (!session) {
    // Nobody is signed in here any more: the subscription has outlived its device.
    await (await scope.registration.pushManager.getSubscription())?.unsubscribe()
  }
  const tag = tagOf(hint.chat)
  const before = await standing(scope.registration, { tag })
  if (before.some((one) => (shownFor(one).seq ?? 0) >= hint.seq)) return
  const look = await ask<Look>('Push/Look', { chat: hint.chat, seq: hint.seq }).catch(() => null)
  if (look && !look.waits) return clear(hint.chat, hint.seq)
  const { title, body } = faceOf(hint, look, notify)
  const { language, direction } = speechOf(notify)
  await putUp(scope.registration, title, {
    body,
    tag,
    renotify: true,
    icon: '/icon-192.png',
    badge: '/badge.png',
    lang: language,
    dir: direction,
    timestamp: Number(look?.atMs ?? Date.now()),
    data: { chat: hint.chat, seq: hint.seq },
  } as NotificationOptions)
}

async function showTest(id: string): Promise<void> {
  const { notify } = await known()
  const { words, language, direction } = speechOf(notify)
  await putUp(scope.registration, words.test, {
    body: words.testBody,
    tag: 'test',
    icon: '/icon-192.png',
    lang: language,
    dir: direction,
  })
  for (const tab of await tabs()) tab.postMessage({ test: id })
}

/** Does what a push, or a page that is hidden, asks for. */
export async function show(hint: Hint): Promise<void> {
  const { chat = 0, seq = 0, read = 0, test } = hint
  if (test) await showTest(test)
  else if (chat && read) await clear(chat, read)
  else if (chat && seq) await showMessage({ ...hint, chat, seq })
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
