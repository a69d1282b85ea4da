// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { CDPSession, Page } from '@playwright/test'
import { expect, type Server } from './fixtures'

const root = resolve(import.meta.dirname, '../../..')
const binary = join(root, 'bin/e2e-pushservice')

/** Builds the push service; for beforeAll. */
export function buildPushService(): void {
  execFileSync('go', ['build', '-o', binary, './web/e2e/pushservice'], { cwd: root })
}

/** A push service as makers of browsers run them, in a process of its own. */
export class PushService {
  readonly #process: ChildProcess
  readonly #said: string[] = []
  /** What browsers got, decrypted. */
  readonly pushed: string[] = []

  private constructor(process: ChildProcess) {
    this.#process = process
    if (!process.stdout) throw new Error('no output')
    createInterface({ input: process.stdout }).on('line', (line) => {
      if (line.startsWith('> ')) this.pushed.push(line.slice(2))
      else this.#said.push(line)
    })
  }

  /** Starts it, and the server again so that it may speak to it. */
  static async start(server: Server): Promise<PushService> {
    const certificate = join(server.home, 'push.pem')
    const service = new PushService(spawn(binary, [certificate], { stdio: ['pipe', 'pipe', 'inherit'] }))
    await service.#heard('ready')
    await server.stop()
    await server.start('--push-test-root', certificate)
    return service
  }

  async #heard(start: string): Promise<string> {
    const found = () => this.#said.find((line) => line.startsWith(start))
    await expect.poll(found).toBeTruthy()
    return found() ?? ''
  }

  #ask(line: string): void {
    this.#process.stdin?.write(`${line}\n`)
  }

  /**
   * Gives a page's browser, which does not reach the push service of its maker from here, a subscription at
   * this one. What comes to it is handed to the worker by `deliver`.
   */
  async gives(page: Page): Promise<void> {
    this.#ask('browser')
    const made = await this.#heard('{')
    await page.addInitScript((text) => {
      const { endpoint, key, secret } = JSON.parse(text) as Record<'endpoint' | 'key' | 'secret', string>
      const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer
      const subscription = () => {
        const known = localStorage.getItem('e2e.push')
        if (!known) return null
        return {
          endpoint,
          options: { userVisibleOnly: true, applicationServerKey: bytes(known) },
          getKey: (name: string) => bytes(name === 'auth' ? secret : key),
          unsubscribe: async () => {
            localStorage.removeItem('e2e.push')
            return true
          },
        } as unknown as PushSubscription
      }
      PushManager.prototype.getSubscription = async () => subscription()
      PushManager.prototype.subscribe = async (options) => {
        const its = options?.applicationServerKey as Uint8Array
        localStorage.setItem('e2e.push', btoa(String.fromCharCode(...its)))
        return subscription() as PushSubscription
      }
    }, made)
  }

  async close(): Promise<void> {
    this.#ask('close')
    await this.#heard('closed')
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await gone
  }
}

/** The service worker of a page, as the browser's tools reach it. */
export class Worker {
  readonly #cdp: CDPSession
  readonly #origin: string
  #registration = ''

  private constructor(cdp: CDPSession, origin: string) {
    this.#cdp = cdp
    this.#origin = origin
  }

  /** Waits until the worker of a page is running the page. */
  static async of(page: Page): Promise<Worker> {
    const cdp = await page.context().newCDPSession(page)
    const worker = new Worker(cdp, new URL(page.url()).origin)
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      worker.#registration = registrations[0]?.registrationId ?? worker.#registration
    })
    await cdp.send('ServiceWorker.enable')
    await controlled(page)
    await expect.poll(() => worker.#registration).not.toBe('')
    return worker
  }

  /** Wakes it as a browser does once there is a network again. */
  async wake(tag: string): Promise<void> {
    await this.#cdp.send('ServiceWorker.dispatchSyncEvent', {
      origin: this.#origin,
      registrationId: this.#registration,
      tag,
      lastChance: false,
    })
  }

  async deliver(data: string): Promise<void> {
    await this.#cdp.send('ServiceWorker.deliverPushMessage', {
      origin: this.#origin,
      registrationId: this.#registration,
      data,
    })
  }
}

/** Waits until the service worker runs a page. */
export async function controlled(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated')
}

export interface ShownNotification {
  readonly title: string
  readonly body: string
  readonly tag: string
  readonly icon: string
}

/**
 * From here on what the app itself takes down is written down, in this document and in its worker;
 * the answer tells their tags so far. What Chromium takes down by itself is not among them.
 */
export async function takenDown(page: Page): Promise<() => Promise<string[]>> {
  type Noted = typeof globalThis & { taken?: string[] }
  const note = () => {
    const taken: string[] = []
    ;(globalThis as Noted).taken = taken
    const { close } = Notification.prototype
    Notification.prototype.close = function () {
      taken.push(this.tag)
      close.call(this)
    }
  }
  const tell = () => (globalThis as Noted).taken ?? []
  const [worker] = page.context().serviceWorkers()
  if (!worker) throw new Error('no worker')
  await Promise.all([page.evaluate(note), worker.evaluate(note)])
  return async () => (await Promise.all([page.evaluate(tell), worker.evaluate(tell)])).flat()
}

/** From here on what the worker writes on the icon of the app is written down; the answer tells it so far. */
export async function badges(page: Page): Promise<() => Promise<number[]>> {
  type Noted = typeof globalThis & { badges?: number[] }
  const [worker] = page.context().serviceWorkers()
  if (!worker) throw new Error('no worker')
  await worker.evaluate(() => {
    const noted: number[] = []
    ;(globalThis as Noted).badges = noted
    const note = async (n: number) => void noted.push(n)
    Object.assign(navigator, { setAppBadge: note, clearAppBadge: () => note(0) })
  })
  return () => worker.evaluate(() => (globalThis as Noted).badges ?? [])
}

/**
 * The notifications that the worker shows now, as the app looks at them: in turn with who puts one up.
 * Chromium takes each down by itself 25 s after it came.
 */
export const shown = (page: Page): Promise<ShownNotification[]> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    const all = await navigator.locks.request('notifications', () => registration.getNotifications())
    return all.map(({ title, body, tag, icon }) => ({ title, body, tag, icon }))
  })
