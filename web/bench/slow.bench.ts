// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, type Page } from '@playwright/test'
import { field, write } from '../e2e/binary/fixtures'
import { drawn, idle, openChat } from './browser'
import { note, quantile } from './figure'
import { BAD, Link, LOOPBACK, SLOW_4G } from './link'
import { bench, leave, onPhone, person, visitor } from './stage'

/** So long an idle app is watched at least: longer than between two of its rarest habits. */
const IDLE_MS = 330_000
/** So long nothing may come or go until a visit has ended. */
const SILENT_MS = 6_000

/** Waits until nothing has gone over a link for a while. */
async function silent(page: Page, link: Link): Promise<void> {
  for (let before = -1; before !== link.bytes; ) {
    before = link.bytes
    await idle(page, SILENT_MS)
  }
}

bench('first visit on a bad network', async ({ stage }, info) => {
  const browser = await onPhone()
  const [kilobytes, largest]: [number[], number[]] = [[], []]
  for (let seed = 1; seed <= 3; seed++) {
    const link = await Link.to(stage.server.url, seed)
    link.terms = BAD
    const page = await visitor(browser)
    await page.goto(link.url, { waitUntil: 'commit' })
    largest.push((await drawn(page)).largest / 1e3)
    await silent(page, link)
    kilobytes.push(link.bytes / 1024)
    await leave(page)
    await link.close()
  }
  await browser.close()
  const name = 'first visit, 128 kbit/s, 800 ms, 5 % loss'
  note(info, { name: `${name}: all bytes on the wire`, unit: 'KB', values: kilobytes, floor: 350 })
  note(info, { name: `${name}: largest drawn`, unit: 's', values: largest })
})

/** Writes a text and sends it; milliseconds from the key to the mark that says the server has it. */
async function send(page: Page, text: string): Promise<number> {
  await field(page).fill(text)
  await page.evaluate((words) => {
    const sent = new Promise<number>((resolve) => {
      const begin = (event: KeyboardEvent) => {
        if (event.key !== 'Enter') return
        const look = () => {
          const row = [...document.querySelectorAll('.scroller [data-key]')].at(-1)
          const here = row?.textContent?.includes(words) && row.querySelector('svg.sent, svg.read')
          if (!here) return void requestAnimationFrame(look)
          resolve(performance.now() - event.timeStamp)
        }
        requestAnimationFrame(look)
      }
      addEventListener('keydown', begin, { once: true, capture: true })
    })
    Object.assign(globalThis, { benchSent: sent })
  }, text)
  await field(page).press('Enter')
  return page.evaluate(() => (globalThis as { benchSent?: Promise<number> }).benchSent ?? -1)
}

bench('a chat and a text on a bad network', async ({ stage }, info) => {
  const browser = await onPhone()
  const link = await Link.to(stage.server.url, 7)
  const page = await person(browser, stage, 'sara_bench', { url: link.url, desk: true })
  for (const chat of stage.few) await openChat(page, chat)
  await write(page, 'پیش از همه')
  await expect(page.locator('.scroller [data-seq] svg.sent').last()).toBeVisible()
  link.terms = BAD
  link.cut()
  await silent(page, link)
  const opened: number[] = []
  for (const chat of stage.few) opened.push(await openChat(page, chat))
  await silent(page, link)
  const acknowledged: number[] = []
  for (let i = 1; i <= 20; i++) acknowledged.push((await send(page, `پیام ${i} در راه بد`)) / 1e3)
  link.terms = LOOPBACK
  await leave(page)
  await link.close()
  await browser.close()
  note(info, { name: 'bad network: opening a cached chat', unit: 'ms', values: opened, floor: 100 })
  const name = 'bad network: a text is acknowledged'
  note(info, { name, unit: 's', values: acknowledged, floor: 5 })
  note(info, { name: `${name}, 95 of 100`, unit: 's', values: [quantile(acknowledged, 0.95)], floor: 5 })
})

/** Milliseconds from when the browser tells of a network until a message of that moment is on the screen. */
async function messageAfterChange(page: Page, link: Link, text: string, say: () => unknown): Promise<number> {
  await page.evaluate((words) => {
    const seen = new Promise<number>((resolve) => {
      addEventListener(
        'online',
        ({ timeStamp }) => {
          const look = () => {
            if (!document.querySelector('.scroller')?.textContent?.includes(words))
              return void requestAnimationFrame(look)
            resolve(performance.now() - timeStamp)
          }
          look()
        },
        { once: true },
      )
    })
    Object.assign(globalThis, { benchSeen: seen })
  }, text)
  link.strand()
  await page.context().setOffline(true)
  await page.context().setOffline(false)
  await say()
  return page.evaluate(() => (globalThis as { benchSeen?: Promise<number> }).benchSeen ?? -1)
}

bench('into another network', async ({ browser, stage }, info) => {
  const link = await Link.to(stage.server.url, 3)
  link.terms = SLOW_4G
  const page = await person(browser, stage, 'sara_bench', { url: link.url })
  const [chat] = stage.few
  if (chat === undefined) throw new Error('no chat')
  await openChat(page, chat)
  await silent(page, link)
  const values: number[] = []
  for (let i = 1; i <= 5; i++) {
    const text = `در شبکهٔ تازه ${i}`
    values.push((await messageAfterChange(page, link, text, () => stage.say(chat, text))) / 1e3)
    await silent(page, link)
  }
  await leave(page)
  await link.close()
  const name = 'another network, the connection before dead without a word: a message is there'
  note(info, { name, unit: 's', values, floor: 3 })
})

bench('idle on a bad network', async ({ idling }, info) => {
  // Alone it has to wait for the beginning, too.
  bench.setTimeout(2 * 400_000)
  const { page, link, since, bytes } = await idling.settled
  await idle(page, Math.max(0, IDLE_MS - (performance.now() - since)))
  const hours = (performance.now() - since) / 3_600_000
  const perHour = (link.bytes - bytes) / 1024 / hours
  const name = `idle, of ${Math.round(hours * 60)} minutes`
  note(info, { name, unit: 'KB an hour', values: [perHour], floor: 30 })
})
