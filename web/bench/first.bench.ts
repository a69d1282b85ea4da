// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Browser, Page, TestInfo } from '@playwright/test'
import { drawn, interactiveAt, type Profile, slow, slowCpu } from './browser'
import { note } from './figure'
import { Link, LOOPBACK, SLOW_4G } from './link'
import { bench, leave, person, visitor } from './stage'

/** "Slow 4G" as Lighthouse says it, on a CPU four times slower. */
const EMULATED: Profile = { ...SLOW_4G, latency: SLOW_4G.trip, cpu: 4 }

interface Start {
  readonly largest: number
  readonly interactive: number
  readonly what: string
}

async function startOf(page: Page): Promise<Start> {
  const seen = await drawn(page)
  return { largest: seen.largest / 1e3, interactive: interactiveAt(seen) / 1e3, what: seen.what }
}

function say(info: TestInfo, name: string, starts: readonly Start[]): void {
  const what = [...new Set(starts.map((start) => start.what))].join(', ')
  const largest = starts.map((start) => start.largest)
  const interactive = starts.map((start) => start.interactive)
  note(info, { name: `${name}: largest drawn (${what})`, unit: 's', values: largest, floor: 1.5 })
  note(info, { name: `${name}: interactive`, unit: 's', values: interactive, floor: 2 })
}

/** Every start from nothing: files, worker and what it keeps are thrown away, who is signed in is not. */
async function forgetFiles(page: Page, url: string): Promise<void> {
  await page.goto('about:blank')
  const wire = await page.context().newCDPSession(page)
  const storageTypes = 'service_workers,cache_storage'
  await wire.send('Storage.clearDataForOrigin', { origin: new URL(url).origin, storageTypes })
  await wire.send('Network.clearBrowserCache')
  await wire.detach()
}

async function times(count: number, one: (i: number) => Promise<Start>): Promise<Start[]> {
  const all: Start[] = []
  for (let i = 0; i < count; i++) all.push(await one(i))
  return all
}

/** A first visit with everything between the browser and the server through a link. */
async function overLink(browser: Browser, url: string): Promise<Start> {
  const link = await Link.to(url)
  link.terms = SLOW_4G
  const page = await visitor(browser)
  await slowCpu(page, EMULATED.cpu)
  await page.goto(link.url, { waitUntil: 'commit' })
  const start = await startOf(page)
  await leave(page)
  await link.close()
  return start
}

bench('first visit, emulated slow 4G', async ({ browser, stage }, info) => {
  const starts = await times(5, async () => {
    const page = await visitor(browser)
    await slow(page, EMULATED)
    await page.goto(stage.server.url, { waitUntil: 'commit' })
    const start = await startOf(page)
    await leave(page)
    return start
  })
  say(info, 'first visit, CDP slow 4G, 4 × CPU', starts)
})

bench('first visit, slow 4G by the link', async ({ browser, stage }, info) => {
  const starts = await times(3, () => overLink(browser, stage.server.url))
  say(info, 'first visit, slow 4G by the link, 4 × CPU', starts)
})

bench('start of who is signed in, without a cache, emulated slow 4G', async ({ browser, stage }, info) => {
  const { url } = stage.server
  const page = await person(browser, stage, 'sara_bench')
  await page.locator('.rows a.row').first().waitFor()
  const starts = await times(5, async () => {
    await forgetFiles(page, url)
    const wire = await slow(page, EMULATED)
    await page.goto(url, { waitUntil: 'commit' })
    const start = await startOf(page)
    await wire.detach()
    return start
  })
  await leave(page)
  say(info, 'signed in, no cache, CDP slow 4G, 4 × CPU', starts)
})

bench(
  'start of who is signed in, by the link, without and with a cache',
  async ({ browser, stage }, info) => {
    const link = await Link.to(stage.server.url)
    const page = await person(browser, stage, 'sara_bench', { url: link.url })
    await page.locator('.rows a.row').first().waitFor()
    const start = async () => {
      link.cut()
      link.terms = SLOW_4G
      await slowCpu(page, EMULATED.cpu)
      await page.goto(link.url, { waitUntil: 'commit' })
      const seen = await startOf(page)
      link.terms = LOOPBACK
      return seen
    }
    const cold = await times(3, async () => {
      await forgetFiles(page, link.url)
      return start()
    })
    await page.evaluate(() => navigator.serviceWorker.ready)
    const warm = await times(3, async () => {
      await page.goto('about:blank')
      return start()
    })
    await leave(page)
    await link.close()
    say(info, 'signed in, no cache, slow 4G by the link, 4 × CPU', cold)
    say(info, 'signed in, files kept, slow 4G by the link, 4 × CPU', warm)
  },
)
