// SPDX-License-Identifier: AGPL-3.0-or-later
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { type Browser, test as base, chromium, type Page } from '@playwright/test'
import { password, Server, signIn, signUp } from '../e2e/binary/fixtures'
import e2e from '../playwright.config'
import { KeyMaker } from '../src/wire/key'
import { watchDrawing } from './browser'
import { BAD, Link } from './link'

/** How many messages the great chat has. */
export const MANY = 100_000
/** Chats of the one who is in many. */
export const CHATS = 500
/** Chats to open one after the other, and messages in each. */
const FEW = 8
const IN_EACH = 300

const words = [
  'سلام به همه؛ فردا ساعت هفت صبح سر کوچه جمع می‌شویم و تا ظهر برمی‌گردیم.',
  'باشد، من نان و پنیر می‌آورم.',
  'The forecast says rain in the afternoon, so bring something warm and leave early.',
  'عکس‌های هفتهٔ پیش را هنوز نگذاشته‌ای! همه منتظرند.',
  'راه بالای چشمه بسته است، از سمت آسیاب برویم که هم کوتاه‌تر است و هم سایه دارد؛ فقط کفش خوب بپوشید.',
  'چشم 🌿',
  'قرارمان همان جای همیشگی: کنار پل چوبی، روبه‌روی درخت گردو. اگر کسی دیر کرد ده دقیقه می‌مانیم و بعد راه می‌افتیم.',
]

/** Writes an export of so many messages, five writers in turn, one every ten minutes. */
async function writeExport(path: string, o: { id: number; title: string; count: number }): Promise<void> {
  const out = createWriteStream(path)
  out.write(`{"name":${JSON.stringify(o.title)},"type":"private_supergroup","id":${o.id},"messages":[\n`)
  const end = Math.floor(Date.now() / 1000) - 3_600
  for (let id = 1; id <= o.count; id++) {
    const text = `${words[id % words.length]} (${id})`
    const at = end - (o.count - id) * 600
    const line = {
      id,
      type: 'message',
      date: new Date(at * 1000).toISOString().slice(0, 19),
      date_unixtime: String(at),
      from: ['سارا', 'بابک', 'نیلوفر', 'رضا', 'مینا'][Math.floor(id / 3) % 5],
      from_id: `user${1 + (Math.floor(id / 3) % 5)}`,
      text,
      text_entities: [{ type: 'plain', text }],
    }
    const more = out.write(`${JSON.stringify(line)}${id < o.count ? ',' : ''}\n`)
    if (!more) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
  }
  out.end(']}\n')
  await finished(out)
}

/** The real server with what the benches need on it, and people to look at it. */
export class Stage {
  readonly server: Server
  readonly #keys = new KeyMaker(Date.now)
  /** The chat of a hundred thousand messages, and the others of the same person. */
  great = 0
  few: readonly number[] = []

  #sara: Promise<string> | null = null

  private constructor(server: Server) {
    this.server = server
  }

  static async make(browser: Browser): Promise<Stage> {
    const server = await Server.make()
    const stage = new Stage(server)
    try {
      await stage.#set(browser)
    } catch (error) {
      await server.close()
      throw error
    }
    return stage
  }

  async #set(browser: Browser): Promise<void> {
    const { server } = this
    await server.stop()
    const unlimited = ['--limits-requests', '0', '--limits-open', '0', '--limits-day', '0']
    await server.start(...unlimited, '--limits-strangers', 'off', '--limits-lookup', 'off')
    for (const words of [['omid_bench', '--operator'], ['reza_bench']])
      server.runWith(`${password}\n`, 'user', 'add', ...words, '--password-stdin')
    // Those who are looked at came as people come: with a recovery code, of which nothing reminds them.
    for (const name of ['sara_bench', 'mina_bench']) {
      const page = await visitor(browser)
      await page.goto(`${server.url}/#/signup`)
      await signUp(page, name, name)
      // The server is told that they have the code once they are in.
      await page.goto(`${server.url}/#/settings/security`)
      await page.getByText('نشان داده‌اید که آن را نگه داشته‌اید').waitFor()
      await leave(page)
    }
    const few: number[] = []
    for (let i = 1; i <= FEW; i++) few.push(await this.#import(`گروه ${i}`, i, IN_EACH))
    this.few = few
    this.great = await this.#import('کوه‌نوردان', FEW + 1, MANY)
    await this.#crowd()
  }

  async #import(title: string, id: number, count: number): Promise<number> {
    const path = join(this.server.home, `export-${id}.json`)
    await writeExport(path, { id: 1_000_000_000 + id, title, count })
    const done = this.server.run('import', 'telegram', path, '--as', 'sara_bench') as { chat: number }
    return done.chat
  }

  /** One call of the API, in JSON. */
  async call<T>(method: string, token: string | undefined, request: object): Promise<T> {
    const answer = await fetch(`${this.server.url}/api/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(request),
    })
    const said = await answer.text()
    if (answer.ok) return JSON.parse(said) as T
    if (answer.status !== 503) throw new Error(`${method}: ${answer.status} ${said}`)
    // Others change the same; keys make it safe to ask again.
    await new Promise((resolve) => setTimeout(resolve, 20))
    return this.call(method, token, request)
  }

  async token(username: string): Promise<string> {
    const { token } = await this.call<{ token: string }>('Accounts/SignIn', '', { username, password })
    return token
  }

  /** Sara says something on another device. */
  async say(chat: number, text: string): Promise<void> {
    this.#sara ??= this.token('sara_bench')
    await this.call('Messages/Send', await this.#sara, { chat, key: this.#key(), text })
  }

  #key(): string {
    return Buffer.from(this.#keys.make()).toString('base64')
  }

  /** Omid makes groups, writes in each; Mina is in all of them, Reza in some. */
  async #crowd(): Promise<void> {
    const [omid, mina, reza] = await Promise.all(
      ['omid_bench', 'mina_bench', 'reza_bench'].map((name) => this.token(name)),
    )
    const one = async (i: number) => {
      const title = `انجمن ${i}`
      const made = { key: this.#key(), title, name: `bench_room_${String(i).padStart(4, '0')}` }
      const { id: chat } = await this.call<{ id: number }>('Chats/CreateGroup', omid, made)
      for (const who of i % 10 === 0 ? [mina, reza] : [mina])
        await this.call('Chats/Join', who, { key: this.#key(), chat })
      for (let n = 0; n < 2; n++) {
        const text = words[(i + n) % words.length]
        await this.call('Messages/Send', omid, { chat, key: this.#key(), text })
      }
    }
    for (let i = 0; i < CHATS; i += 4) await Promise.all([0, 1, 2, 3].map((n) => one(i + n)))
  }
}

export interface Visit {
  /** The address to reach the server by; else its own. */
  readonly url?: string
  readonly desk?: boolean
}

/** A browser of its own, in Persian, that keeps nothing of another. */
export async function visitor(browser: Browser, { desk = false }: Visit = {}): Promise<Page> {
  const context = await browser.newContext({
    ...(desk ? { viewport: { width: 1440, height: 900 } } : PHONE),
    locale: 'fa-IR',
    timezoneId: 'Asia/Tehran',
    serviceWorkers: 'allow',
  })
  const page = await context.newPage()
  // Nothing fails here because something is slow.
  page.setDefaultTimeout(120_000)
  await watchDrawing(page)
  return page
}

const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
} as const

/** A browser of its own in which somebody is signed in. */
export async function person(
  browser: Browser,
  stage: Stage,
  username: string,
  visit: Visit = {},
): Promise<Page> {
  const page = await visitor(browser, visit)
  await page.goto(visit.url ?? stage.server.url)
  await signIn(page, username)
  return page
}

export const leave = (page: Page): Promise<void> => page.context().close()

/** A browser that knows that its network is bad, as a phone does; of loopback it would think the best. */
export function onPhone(): Promise<Browser> {
  const { launchOptions = {} } = e2e.use ?? {}
  const args = [...(launchOptions.args ?? []), '--force-effective-connection-type=3G']
  return chromium.launch({ ...launchOptions, args })
}

/** An app that nobody touches, from when on, and what had gone over its link until then. */
export interface Idling {
  readonly page: Page
  readonly link: Link
  readonly since: number
  readonly bytes: number
}

/** After the start what is begun late ends too: so long nothing has come or gone then. */
const SETTLED_MS = 15_000

async function beginIdling(
  browser: Browser,
  stage: Stage,
): Promise<{ link: Link; settled: Promise<Idling> }> {
  const link = await Link.to(stage.server.url, 11)
  const page = await person(browser, stage, 'reza_bench', { url: link.url })
  await page.locator('.rows a.row').first().waitFor()
  link.terms = BAD
  link.cut()
  // What is loaded at leisure comes piece by piece; the bench that asks waits until all of it is here.
  const settle = async () => {
    for (let before = -1; before !== link.bytes; ) {
      before = link.bytes
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
    }
    return { page, link, since: performance.now(), bytes: link.bytes }
  }
  return { link, settled: settle() }
}

interface Shared {
  /** The server, once for all benches. */
  readonly stage: Stage
  /** Idle while the others are measured: minutes that would else be spent on waiting. */
  readonly idling: { readonly settled: Promise<Idling> }
}

export const bench = base.extend<object, Shared>({
  stage: [
    async ({ browser }, use) => {
      const stage = await Stage.make(browser)
      await use(stage)
      await stage.server.close()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  idling: [
    async ({ stage }, use) => {
      const browser = await onPhone()
      const idling = await beginIdling(browser, stage)
      await use(idling)
      await browser.close()
      await idling.link.close()
    },
    { scope: 'worker', auto: true, timeout: 300_000 },
  ],
})
