// SPDX-License-Identifier: AGPL-3.0-or-later
import type { NotifyRow } from '../db'
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

/** Does what a push, or a page that is hidden, asks for. */
export async function show(hint: Hint): Promise<void> {
  const { chat = 0, seq = 0, read = 0, offer = 0, over = 0, test } = hint
  if (test) await showTest(test)
  else if (chat && read) await clear(tagOf('chat', chat), read)
  else if (chat && over) await clear(tagOf('offer', chat), over)
  else if (chat && offer) await showWhat('offer', { ...hint, chat }, offer)
  else if (chat && seq) await showWhat('chat', { ...hint, chat }, seq)
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
