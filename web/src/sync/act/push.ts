// SPDX-License-Identifier: AGPL-3.0-or-later
import type { NotifyRow, Registry } from '../../db'
import {
  AppError,
  type Arrival,
  type PushActions,
  type PushSettings,
  type PushSpeech,
  type PushState,
  type PushView,
} from '../../model'
import { isWanted, PUSH_DEFAULTS, wireSettings } from '../../model/push'
import { Accounts, call } from '../../wire'
import { Push, PushOutcome } from '../../wire/push'
import type { Account } from '../account'
import { type Asker, acting, signedIn } from './asking'
import { Sight } from './sight'

/** How long a test that was taken may be on its way. */
const ARRIVES_MS = 20_000
/** How long the worker may take to be there after the app was opened for the first time. */
const READY_MS = 10_000

const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, '0')).join('')

/** iOS lets only installed apps be woken, and says nothing of it before. */
function waitsForInstall(): boolean {
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent) || navigator.maxTouchPoints > 1
  return apple && /Apple/.test(navigator.vendor) && !matchMedia('(display-mode: standalone)').matches
}

/** Safari takes it amiss when a push shows nothing, so it is not told what was read elsewhere. */
const clears = () => !/Apple/.test(navigator.vendor)

/** Why this browser cannot be woken whatever anybody wants; null: it can. */
function obstacle(): PushState | null {
  if (typeof PushManager === 'undefined' || typeof Notification === 'undefined' || !navigator.serviceWorker)
    return waitsForInstall() ? 'install' : 'unable'
  return Notification.permission === 'denied' ? 'denied' : null
}

async function worker(): Promise<ServiceWorkerRegistration> {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new AppError('UNAVAILABLE')), READY_MS),
  )
  return Promise.race([navigator.serviceWorker.ready, late])
}

const bytesOf = (buffer: ArrayBuffer | null) => new Uint8Array(buffer ?? new ArrayBuffer(0))

/** One for the page, however often its actions are asked for. */
const sight = new Sight()

/** Notifications of this device: what the browser, the server and the worker each know of them. */
class Notifications implements PushActions {
  readonly #asker: Asker
  readonly #registry: () => Promise<Registry>

  constructor(asker: Asker, registry: () => Promise<Registry>) {
    this.#asker = asker
    this.#registry = registry
  }

  async #row(): Promise<NotifyRow> {
    const row = await (await this.#registry()).get('notify')
    return row ?? { on: false, language: 'fa', settings: PUSH_DEFAULTS }
  }

  async #note(change: Partial<NotifyRow>): Promise<void> {
    const row = await this.#row()
    await (await this.#registry()).set('notify', { ...row, ...change })
  }

  async #key(account: Account): Promise<Uint8Array<ArrayBuffer>> {
    const { pushKey } = await call(account.tabs, Accounts.method.server, {})
    return Uint8Array.from(pushKey)
  }

  /** The browser's subscription, if the server has the same. */
  async #same(account: Account, key: Uint8Array): Promise<boolean> {
    const subscription = await (await worker()).pushManager.getSubscription()
    if (!subscription || bytesOf(subscription.options.applicationServerKey).join() !== key.join())
      return false
    const state = await call(account.tabs, Push.method.state, {})
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subscription.endpoint))
    return state.subscribed && state.endpointHash === hex(hash)
  }

  async #state(): Promise<PushState> {
    const blocked = obstacle()
    if (blocked) return blocked
    const account = signedIn(this.#asker)
    const key = await this.#key(account)
    if (key.length === 0) return 'serverOff'
    if (Notification.permission !== 'granted' || !(await this.#row()).on) return 'off'
    return (await this.#same(account, key)) ? 'on' : 'off'
  }

  view(): Promise<PushView> {
    return acting(async () => ({ state: await this.#state(), settings: (await this.#row()).settings }))
  }

  enable(settings: PushSettings): Promise<PushView> {
    return acting(async () => {
      // First of all: browsers ask only while the press that wants it is fresh.
      const said = obstacle() ? 'denied' : await Notification.requestPermission()
      if (said !== 'granted') return { ...(await this.view()), state: obstacle() ?? 'off' }
      await this.#subscribe(settings)
      await this.#note({ on: true, settings })
      return this.view()
    })
  }

  async #subscribe(settings: PushSettings): Promise<void> {
    const account = signedIn(this.#asker)
    const key = await this.#key(account)
    if (key.length === 0) return
    const { pushManager } = await worker()
    let subscription = await pushManager.getSubscription()
    if (subscription && bytesOf(subscription.options.applicationServerKey).join() !== key.join()) {
      await subscription.unsubscribe()
      subscription = null
    }
    try {
      subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
    } catch {
      // The browser does not reach the push service of its maker, or has none.
      throw new AppError('PUSH_SERVICE')
    }
    const told = wireSettings(settings, clears())
    await call(account.tabs, Push.method.subscribe, {
      endpoint: subscription.endpoint,
      key: bytesOf(subscription.getKey('p256dh')),
      secret: bytesOf(subscription.getKey('auth')),
      settings: { ...told, utcMinutes: BigInt(told.utcMinutes) },
    })
  }

  disable(): Promise<PushView> {
    return acting(async () => {
      await this.#note({ on: false })
      await call(signedIn(this.#asker).tabs, Push.method.unsubscribe, {})
      await (await (await worker()).pushManager.getSubscription())?.unsubscribe()
      return this.view()
    })
  }

  set(settings: PushSettings): Promise<PushView> {
    return acting(async () => {
      const { on } = await this.#row()
      if (on && !obstacle()) await this.#subscribe(settings)
      await this.#note({ settings })
      return this.view()
    })
  }

  test() {
    return acting(async () => {
      const id = crypto.randomUUID().replaceAll('-', '')
      const heard = new Promise<boolean>((resolve) => {
        const hear = (event: MessageEvent) => {
          if ((event.data as { test?: string } | null)?.test === id) resolve(true)
        }
        navigator.serviceWorker.addEventListener('message', hear)
        setTimeout(() => {
          navigator.serviceWorker.removeEventListener('message', hear)
          resolve(false)
        }, ARRIVES_MS + 10_000)
      })
      const { outcome } = await call(signedIn(this.#asker).tabs, Push.method.test, { id })
      switch (outcome) {
        case PushOutcome.TAKEN: {
          const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ARRIVES_MS))
          return (await Promise.race([heard, late])) ? ('arrived' as const) : ('missing' as const)
        }
        case PushOutcome.REFUSED:
          return 'refused' as const
        case PushOutcome.UNREACHABLE:
          return 'unreachable' as const
        default:
          return 'gone' as const
      }
    })
  }

  keep(speech: PushSpeech): Promise<void> {
    return acting(async () => {
      const row = await this.#row()
      const { language } = speech
      if (JSON.stringify(row.speech) !== JSON.stringify(speech) || row.clears !== clears())
        await this.#note({ language, speech, clears: clears() })
      // The server lost it with a device that was signed out, the browser renewed it, or the clock moved.
      if (row.on && !obstacle() && Notification.permission === 'granted') await this.#subscribe(row.settings)
    })
  }

  away(away: boolean): Promise<void> {
    const say = async (away: boolean) => {
      if (obstacle() || !(await this.#row()).on) return
      await call(signedIn(this.#asker).tabs, Push.method.away, { away })
    }
    return away ? sight.leave(say) : sight.enter(say)
  }

  async show({ chat, seq, offer, mention, kind, muted, always }: Arrival): Promise<void> {
    if (obstacle() || Notification.permission !== 'granted') return
    const { on, settings } = await this.#row()
    const now = new Date()
    const minute = now.getHours() * 60 + now.getMinutes()
    if (!on || !isWanted(settings, { kind, muted, always, mention, minute })) return
    const { active } = await worker()
    active?.postMessage({ show: { chat, seq, offer, mention } })
  }
}

/** Notifications while the app is closed or hidden. */
export function pushActions(asker: Asker, registry: () => Promise<Registry>): PushActions {
  return new Notifications(asker, registry)
}
