// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type Browser, type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { freePort } from '../../test/server/port'

const root = resolve(import.meta.dirname, '../../..')
const binary = process.env['ZOLAL_BIN'] ?? join(root, 'bin/zolal')
export const sharedData = process.env['ZOLAL_SHARED'] ?? resolve(root, '../shared/data')
export const password = 'رود زلال و کوه بلند'

/** The real binary on a data directory of its own. */
export class Server {
  /** Where the data directory lies, with room beside it. */
  readonly home = mkdtempSync(join(tmpdir(), 'zolal-e2e-'))
  readonly data = join(this.home, 'data')
  readonly #port: number
  #process: ChildProcess | null = null
  #setup = ''
  /** How browsers call this machine; passkeys know it by its name alone. */
  host: '127.0.0.1' | 'localhost' = '127.0.0.1'

  private constructor(port: number) {
    this.#port = port
  }

  static async make(): Promise<Server> {
    const server = new Server(await freePort())
    await server.start()
    return server
  }

  get url(): string {
    return `http://${this.host}:${this.#port}`
  }

  /** The link of the last start at which the server had no operator. */
  get setup(): string {
    return this.#setup.replace('127.0.0.1', this.host)
  }

  /** `more`: settings beside those of every test. */
  async start(...more: readonly string[]): Promise<void> {
    const child = spawn(
      binary,
      ['serve', '--data', this.data, '--listen', `127.0.0.1:${this.#port}`, '--backup-keep', '0', ...more],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    this.#process = child
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
    }
    let answer: unknown
    const ready = async () => {
      answer = await fetch(`${this.url}/readyz`).catch((error: Error) => error.cause ?? error)
      return answer instanceof Response && answer.ok
    }
    try {
      await expect.poll(ready, { timeout: 60_000 }).toBe(true)
    } catch {
      // Nobody has it yet who would stop it.
      await this.stop('SIGKILL')
      throw new Error(`the server at ${this.url} does not start: ${answer}\n${said}`)
    }
    const link = () => /\S+#setup=\S+/.exec(said)?.[0] ?? ''
    // A server without an operator prints a link at each start, a moment after it is ready; no other is good.
    const told = () => link() !== '' || said.includes('setup_needed=false')
    await expect.poll(told, { message: said }).toBe(true)
    this.#setup = link() || this.#setup
  }

  /** From here on it answers nothing, as one that is very slow. */
  sleep(): void {
    this.#process?.kill('SIGSTOP')
  }

  wake(): void {
    this.#process?.kill('SIGCONT')
  }

  /** SIGKILL is a crash. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    // One that sleeps would not hear of it.
    this.wake()
    await gone
    this.#process = null
  }

  /** A command of the operator; its JSON answer. */
  run(...words: string[]): unknown {
    return this.runWith('', ...words)
  }

  /** Likewise, with what it reads from its standard input. */
  runWith(input: string, ...words: string[]): unknown {
    const options = { encoding: 'utf8', input } as const
    return JSON.parse(execFileSync(binary, [...words, '--data', this.data, '--json'], options))
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.home, { recursive: true, force: true })
  }
}

export interface PersonOptions {
  readonly language?: 'fa' | 'en'
  readonly theme?: 'light' | 'dark'
  readonly phone?: boolean
  /** With the service worker, which keeps the app's files; else every page is fetched as at first. */
  readonly worker?: boolean
  /** With what is fetched while nothing else is done; else each screen comes when it is first opened. */
  readonly warm?: boolean
  /** The address to begin at; else the sign-up form. */
  readonly from?: string
  /** An iPhone, in the browser or the installed app. Its look is what the phone says; nothing is kept. */
  readonly apple?: 'browser' | 'installed'
  /** It speaks to others on this machine, as an organisation's provider: their addresses are no fault. */
  readonly leaves?: boolean
}

export interface World {
  readonly server: Server
  /** A browser of its own, not signed in. */
  visitor(options?: PersonOptions): Promise<Page>
  /** The recovery codes that were shown, by username. */
  readonly codes: ReadonlyMap<string, string>
  /** A browser of its own with a new account. */
  person(name: string, username: string, options?: PersonOptions): Promise<Page>
}

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1'

/** Addresses of this machine. */
const HERE = /^http:\/\/(127\.0\.0\.1|localhost)[:/]/

/** Tells where all pages of a browser go, and its workers with them; sockets too, as if by HTTP. */
function watch(context: BrowserContext, tell: (address: string) => void): void {
  // What a page made itself, such as a picture before it is sent, has an address in it.
  context.on('request', (request) => tell(request.url().replace(/^blob:/, '')))
  context.on('page', (page) => page.on('websocket', (socket) => tell(socket.url().replace(/^ws/, 'http'))))
}

async function newPage(
  browser: Browser,
  url: string,
  options: PersonOptions,
  wrong: string[],
): Promise<Page> {
  const context = await browser.newContext({
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    hasTouch: options.phone ?? false,
    locale: options.apple && options.language === 'en' ? 'en-US' : 'fa-IR',
    ...(options.apple && { userAgent: IPHONE, colorScheme: options.theme ?? 'light' }),
    timezoneId: 'Asia/Tehran',
    permissions: ['clipboard-read', 'clipboard-write'],
    serviceWorkers: options.worker ? 'allow' : 'block',
  })
  const look = { language: options.language ?? 'fa', theme: options.theme ?? 'light' }
  if (options.apple)
    await context.addInitScript((standalone) => {
      Object.defineProperty(navigator, 'vendor', { value: 'Apple Computer, Inc.' })
      Object.defineProperty(navigator, 'standalone', { value: standalone })
    }, options.apple === 'installed')
  else
    await context.addInitScript((chosen) => {
      // An empty page keeps nothing.
      if (location.protocol === 'about:') return
      if (!localStorage.getItem('zolal.look')) localStorage.setItem('zolal.look', JSON.stringify(chosen))
    }, look)
  if (!options.worker && !options.warm)
    await context.addInitScript(() => {
      // There is always something else to do.
      window.requestIdleCallback = () => 0
    })
  watch(context, (address) => {
    const own = options.leaves ? HERE.test(address) : address.startsWith(`${url}/`)
    if (!own) wrong.push(`request to ${address}`)
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => wrong.push(`${error.message}\n${error.stack}`))
  page.on('console', (line) => {
    if (/content security policy/i.test(line.text())) wrong.push(line.text())
  })
  return page
}

/** The labels of the first screens in both languages. */
const labels = {
  name: /^(نام شما|Your name)/,
  user: /^(نام کاربری|Username)/,
  word: /^(گذرواژه|Password)$/,
  next: /^(ادامه|Next)$/,
  make: /^(ساختن حساب|Make an account)$/,
  go: /^(ورود|Sign in)$/,
}

/** Fills the sign-up form, and sends it; the recovery code that was shown. */
export async function fillSignUp(page: Page, name: string, username: string): Promise<string> {
  await page.getByLabel(labels.name).fill(name)
  await page.getByLabel(labels.user).fill(username)
  await page.getByLabel(labels.word).fill(password)
  await page.getByRole('button', { name: labels.next }).click()
  const groups = await page.locator('.code b').allTextContents()
  const asked = (await page.locator('.code li.asked b').textContent()) ?? ''
  await page.getByLabel(/برای اطمینان|To be sure/).fill(asked)
  await page.getByRole('button', { name: labels.make }).click()
  return groups.join(' ')
}

/** Signs up; the recovery code that was shown. */
export async function signUp(page: Page, name: string, username: string): Promise<string> {
  const code = await fillSignUp(page, name, username)
  await expect(page.getByRole('searchbox')).toBeVisible()
  return code
}

/** Signs in, or reads why not. */
export async function signIn(page: Page, username: string, why?: RegExp): Promise<void> {
  await page.getByLabel(labels.user).fill(username)
  await page.getByLabel(labels.word).fill(password)
  await page.getByRole('button', { name: labels.go }).click()
  await expect(why ? page.getByText(why) : page.getByRole('searchbox')).toBeVisible()
}

export const test = base.extend<{ world: World }>({
  world: async ({ browser }, use) => {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: run make build first`)
    const server = await Server.make()
    const wrong: string[] = []
    const pages: Page[] = []
    const codes = new Map<string, string>()
    const open = async (options: PersonOptions) => {
      const page = await newPage(browser, server.url, options, wrong)
      pages.push(page)
      return page
    }
    await use({
      server,
      codes,
      async visitor(options = {}) {
        const page = await open(options)
        await page.goto(options.from ?? server.url)
        return page
      },
      async person(name, username, options = {}) {
        const page = await open(options)
        // The first account comes by the set-up link; those after it sign up.
        const first = server.setup !== '' && pages.length === 1
        await page.goto(options.from ?? (first ? server.setup : `${server.url}/#/signup`))
        codes.set(username, await signUp(page, name, username))
        return page
      },
    })
    for (const page of pages) await page.context().close()
    await server.close()
    expect(wrong, 'errors, broken policy or requests to the outside').toEqual([])
  },
})

/** Goes on in another language and theme, as the settings keep them. */
export async function speak(page: Page, language: 'fa' | 'en', theme?: 'light' | 'dark'): Promise<void> {
  await page.evaluate(
    (chosen) => {
      const look = JSON.parse(localStorage.getItem('zolal.look') ?? '{}')
      localStorage.setItem('zolal.look', JSON.stringify({ ...look, ...chosen }))
    },
    { language, ...(theme && { theme }) },
  )
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('lang', language)
}

/** What a page shows now is without a fault of accessibility. */
export async function accessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page })
    // One document and no frames: no blank page of its own is needed to put results together.
    .setLegacyMode()
    .options({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
      preload: false,
    })
    .analyze()
  expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`)).toEqual([])
}

export const field = (page: Page) => page.getByRole('textbox', { name: /^(پیام|Message|Post)$/ })
export const talk = (page: Page) => page.locator('.scroller')

/** The newest message that holds a text. */
export const said = (page: Page, text: string) => talk(page).locator('[data-key]', { hasText: text }).last()

/**
 * Waits until a message stands in the page's log. Its author's page shows it as sent when the server has
 * acknowledged it, which may be before the entry has come back, and others may have it by then.
 */
export const numbered = (page: Page, text: string) =>
  expect(said(page, text)).toHaveAttribute('data-seq', /\d/, { timeout: 60_000 })

/** The texts of all messages that are drawn and have their number, without their times and marks. */
export const texts = (page: Page): Promise<string[]> =>
  talk(page)
    .locator('[data-seq] .content')
    .evaluateAll((contents) =>
      contents.map((content) => {
        const copy = content.cloneNode(true) as HTMLElement
        for (const meta of copy.querySelectorAll('.meta')) meta.remove()
        return copy.textContent?.trim() ?? ''
      }),
    )

export async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  const phone = (page.viewportSize()?.width ?? 0) < 720
  // On a touch screen Enter begins a new line.
  if (phone) await page.locator('.composer .send').click()
  else await field(page).press('Enter')
}

export async function findPerson(page: Page, username: string, name: string): Promise<void> {
  await page.getByRole('searchbox').fill(username)
  await page.locator('.results').getByText(name).first().click()
  await expect(field(page)).toBeVisible()
}

/** Opens what a stranger wrote, among the requests. */
export async function openRequest(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name: /^(درخواست‌های پیام|Message requests)/ }).click()
  await page.getByRole('link', { name }).click()
}

/** Opens what a stranger wrote, and accepts it. */
export async function accept(page: Page, name: RegExp): Promise<void> {
  await openRequest(page, name)
  await page.getByRole('button', { name: /^(پذیرفتن|Accept)$/ }).click()
  await expect(field(page)).toBeVisible()
}

/** Follows a public channel that the search box finds by its name. */
export async function follow(page: Page, name: string, title: string): Promise<void> {
  await page.getByRole('searchbox').fill(name)
  await page.locator('.results').getByText(title).click()
  await page.getByRole('button', { name: 'پیوستن به کانال' }).click()
  await expect(talk(page)).toBeVisible()
}

/** Sara at a desk and Niloofar on a phone, who talk to each other; in English it is dark. */
export async function pair(
  world: World,
  en = false,
  also: PersonOptions = {},
): Promise<{ sara: Page; nilu: Page }> {
  const more = en ? ({ ...also, language: 'en', theme: 'dark' } as const) : also
  const sara = await world.person('سارا محمدی', 'sara_m', more)
  const nilu = await world.person('نیلوفر رستگار', 'niloofar', { ...more, phone: true })
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'سلام')
  await accept(nilu, /سارا محمدی/)
  await write(nilu, 'سلام سارا')
  await expect(said(sara, 'سلام سارا')).toBeVisible()
  return { sara, nilu }
}

export async function menu(page: Page, text: string, item: string): Promise<void> {
  await said(page, text).locator('.bubble').click({ button: 'right' })
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** Nobody looks at a page any more, or somebody does again: no browser without windows says so by itself. */
export function hide(page: Page, hidden = true): Promise<void> {
  return page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}

export { expect }

/** Counts what a store of this device's database holds, of the account or of its media. */
export function held(page: Page, store: string, of: 'account' | 'media' = 'account'): Promise<number> {
  return page.evaluate(
    async ([store, media]) => {
      const names = (await indexedDB.databases()).map(({ name = '' }) => name)
      const counts = names
        .filter((name) => name.startsWith('zolal/') && name.endsWith('/media') === media)
        .map(async (name) => {
          const db = await new Promise<IDBDatabase>((resolve) => {
            const open = indexedDB.open(name)
            open.onsuccess = () => resolve(open.result)
          })
          const count = await new Promise<number>((resolve) => {
            const asked = db.transaction(store).objectStore(store).count()
            asked.onsuccess = () => resolve(asked.result)
          })
          db.close()
          return count
        })
      return (await Promise.all(counts)).reduce((sum, n) => sum + n, 0)
    },
    [store, of === 'media'] as const,
  )
}
