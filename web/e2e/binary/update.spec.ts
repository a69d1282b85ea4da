// SPDX-License-Identifier: AGPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { build } from 'vite'
import { tableOf } from '../../marks'
import { expect, field, said, test, write } from './fixtures'
import { Front, forget, keepAll, keptOf } from './front'
import { controlled } from './pushservice'

const web = resolve(import.meta.dirname, '../..')
const first = join(web, 'dist')
let second = ''

/** Another version of the app: one page of the settings says more. */
async function buildSecond(): Promise<string> {
  const [at, more] = ['<Section>', '<p>نسخهٔ دوم</p>']
  const out = mkdtempSync(join(tmpdir(), 'zolal-second-'))
  process.env['NODE_ENV'] = 'production'
  await build({
    root: web,
    configFile: join(web, 'vite.config.ts'),
    logLevel: 'error',
    plugins: [
      {
        name: 'second',
        enforce: 'pre',
        transform: (code, id) =>
          id.endsWith('settings/About.svelte') ? code.replace(at, `${more}${at}`) : null,
      },
    ],
    build: { outDir: out, emptyOutDir: true },
  })
  return out
}

test.beforeAll(async () => {
  test.setTimeout(240_000)
  second = await buildSecond()
})
test.afterAll(() => rmSync(second, { recursive: true, force: true }))

const prompt = (page: Page) => page.getByText('نسخهٔ تازه آماده است')
const mark = (page: Page) => page.evaluate(() => Object.assign(window, { e2eSame: true }))
const same = (page: Page) => page.evaluate(() => 'e2eSame' in window)

/** For so many ms a page goes on fetching: its worker has something to do whenever it would be ended. */
const busyFor = (page: Page, ms: number) =>
  page.evaluate((during) => {
    const until = performance.now() + during
    const more = (): unknown => performance.now() < until && fetch('/icon.svg').then(more, more)
    more()
  }, ms)

test('an update is offered, taken in every page once, and fetches what is new alone', async ({ world }) => {
  const front = await Front.start(world.server.url, first)
  const setup = world.server.setup.replace(world.server.url, front.url)
  const sara = await world.person('سارا محمدی', 'sara_updates', { worker: true, leaves: true, from: setup })
  await controlled(sara)
  const other = await sara.context().newPage()
  await other.goto(`${front.url}/#/`)
  await expect(other.getByRole('searchbox')).toBeVisible()
  const assets = await keepAll(sara, first)
  let loads = 0
  sara.on('load', () => loads++)
  await mark(sara)
  await mark(other)

  front.serve(second)
  await sara.evaluate(async () => {
    await (await navigator.serviceWorker.ready).update()
  })
  await expect(prompt(sara)).toBeVisible()
  // With the version that waits, and its build.
  const info = await sara.evaluate(async () => {
    const about = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    return (await (await fetch('/api/Accounts/Server', about)).json()) as { version: string; build: string }
  })
  expect([info.version, info.build]).not.toContain('')
  await expect(sara.locator('.fresh', { has: prompt(sara) }).locator('small')).toHaveText(
    `${info.version} · ${info.build.slice(0, 8)}`,
  )
  await sara.screenshot({ path: 'test-results/update-fa.png' })
  expect(await same(sara), 'nothing is reloaded under somebody’s hands').toBe(true)
  const before = new Set(assets.map((name) => `/assets/${name}`))
  const again = front.fetched.filter((path) => before.has(path))
  expect(again, 'what did not change is not fetched again').toEqual([])
  expect(front.fetched).toContain('/index.html')

  await busyFor(sara, 1500)
  await sara.getByRole('button', { name: 'تازه‌سازی' }).click()
  await expect.poll(() => same(sara).catch(() => true)).toBe(false)
  await expect(sara.getByRole('searchbox')).toBeVisible()
  await sara.goto(`${front.url}/#/settings/about`)
  await expect(sara.getByText('نسخهٔ دوم')).toBeVisible()
  await expect(prompt(sara)).toBeHidden()
  expect(loads, 'it was loaded once').toBe(1)

  // The other page goes on as it was until it is refreshed too.
  await expect(prompt(other)).toBeVisible()
  expect(await same(other)).toBe(true)
  // What it holds its files to is kept as they are.
  const tables = [first, second].map((dist) => `/${tableOf(dist)}`)
  expect(new Set(tables).size).toBe(2)
  expect(await keptOf(other)).toEqual(expect.arrayContaining(tables))
  // One writes on below the notice.
  await other.getByRole('button', { name: 'فهرست' }).click()
  await other.getByRole('menuitem', { name: 'پیام‌های ذخیره‌شده' }).click()
  await write(other, 'یادداشت')
  await expect(said(other, 'یادداشت')).toBeVisible()
  const bottom = async (what: Locator) => {
    const box = await what.boundingBox()
    return (box?.y ?? 0) + (box?.height ?? 0)
  }
  const top = (await field(other).boundingBox())?.y ?? 0
  expect(
    await bottom(other.locator('.fresh', { has: prompt(other) })),
    'it hides nothing of the field',
  ).toBeLessThanOrEqual(top)
  await other.getByRole('button', { name: 'تازه‌سازی' }).click()
  await expect.poll(() => same(other).catch(() => true)).toBe(false)
  await other.goto(`${front.url}/#/settings/about`)
  await expect(other.getByText('نسخهٔ دوم')).toBeVisible()

  // A captive portal's page is not taken for a part of the app, whatever it says of itself. The server behind
  // has another version, so that its own address helps nobody out.
  const news = (await keepAll(sara, second)).filter((name) => name.endsWith('.js') && !assets.includes(name))
  const files = news.map((name) => `/assets/${name}`)
  expect(files.length).toBeGreaterThan(0)
  front.portal = true
  const given = (path: string) =>
    sara.evaluate(async (at) => {
      const text = await fetch(at).then(
        (answer) => answer.text(),
        () => null,
      )
      return text === null
        ? 'nothing'
        : text.startsWith('<!doctype html><title>Sign in to this')
          ? 'the portal'
          : 'the file'
    }, path)
  const all = async () => [...new Set(await Promise.all(files.map(given)))].join()
  // What was on its way is still kept once.
  const forgotten = async () => {
    await forget(sara, files)
    const what = await all()
    expect(what).not.toContain('the portal')
    return what
  }
  await expect.poll(forgotten).toBe('nothing')
  expect(front.fetched).toEqual(expect.arrayContaining(files))
  expect((await keptOf(sara)).filter((path) => files.includes(path))).toEqual([])
  // Where there is no room to keep it, it is used all the same.
  const room = await sara.context().newCDPSession(sara)
  await room.send('Storage.overrideQuotaForOrigin', { origin: front.url, quotaSize: 1 })
  front.portal = false
  expect(await all()).toBe('the file')
  expect((await keptOf(sara)).filter((path) => files.includes(path))).toEqual([])
  await room.send('Storage.overrideQuotaForOrigin', { origin: front.url })
  await room.detach()
  expect(await all()).toBe('the file')
  expect(await keptOf(sara)).toEqual(expect.arrayContaining(files))

  // Where there is no worker, a page looks for a new version itself once the server is there again.
  front.serve(first)
  const bare = await world.person('بابک راد', 'babak_bare', { leaves: true, from: `${front.url}/#/signup` })
  await bare.clock.install()
  await mark(bare)
  front.serve(second)
  await bare.clock.fastForward('01:01')
  front.cut()
  await expect(prompt(bare)).toBeVisible()
  expect(await same(bare)).toBe(true)
  await bare.getByRole('button', { name: 'تازه‌سازی' }).click()
  await expect.poll(() => same(bare).catch(() => true)).toBe(false)
  await bare.goto(`${front.url}/#/settings/about`)
  await expect(bare.getByText('نسخهٔ دوم')).toBeVisible()

  // The second version starts without anybody behind it.
  await front.stop()
  await sara.reload()
  await sara.goto(`${sara.url().split('#')[0]}#/settings/about`)
  await expect(sara.getByText('نسخهٔ دوم')).toBeVisible()
})
