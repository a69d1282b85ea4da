// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page, TestInfo } from '@playwright/test'
import { frames, held, openChat, slowCpu } from './browser'
import { note, quantile } from './figure'
import { bench, leave, MANY, person } from './stage'

const first = (page: Page): Promise<number> =>
  page
    .locator('.scroller [data-seq]')
    .first()
    .evaluate((row) => Number((row as HTMLElement).dataset['seq']))

/** Reads back as fast as pages come, to a message before this number. */
async function readBackTo(page: Page, seq: number): Promise<void> {
  await page.evaluate(async (to) => {
    const scroller = document.querySelector<HTMLElement>('.scroller')
    const oldest = () => Number(scroller?.querySelector<HTMLElement>('[data-seq]')?.dataset['seq'])
    while (scroller && oldest() > to) {
      scroller.scrollTop = 0
      await new Promise(requestAnimationFrame)
    }
  }, seq)
}

/** Scrolls as a wheel does, by so many pixels at so many a second; positive: back to what is older. */
async function scroll(page: Page, pixels: number, speed: number): Promise<void> {
  const wire = await page.context().newCDPSession(page)
  const box = await page.locator('.scroller').boundingBox()
  if (!box) throw new Error('no chat is open')
  await wire.send('Input.synthesizeScrollGesture', {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: pixels,
    speed,
    gestureSourceType: 'mouse',
    preventFling: true,
  })
  await wire.detach()
}

/** Opens the chats one after the other, some rounds of it. */
async function openAll(page: Page, chats: readonly number[], rounds: number): Promise<number[]> {
  const taken: number[] = []
  for (let round = 0; round < rounds; round++)
    for (const chat of chats) taken.push(await openChat(page, chat))
  return taken
}

bench('opening a chat that is on the device', async ({ browser, stage }, info) => {
  const page = await person(browser, stage, 'sara_bench', { desk: true })
  await openAll(page, stage.few, 1)
  const values = await openAll(page, stage.few, 3)
  note(info, {
    name: 'opening a cached chat, from the click to its messages',
    unit: 'ms',
    values,
    floor: 100,
  })
  await page.goto(`${stage.server.url}/#/`)
  await page.reload()
  const fresh = await openAll(page, stage.few, 1)
  const name = 'opening a cached chat for the first time after a start'
  note(info, { name, unit: 'ms', values: fresh, floor: 100 })
  await slowCpu(page, 4)
  const slowly = await openAll(page, stage.few, 2)
  note(info, { name: 'opening a cached chat, 4 × CPU', unit: 'ms', values: slowly })
  await leave(page)
})

function sayFrames(info: TestInfo, what: string, all: readonly number[]): void {
  note(info, {
    name: `${what}: 95 of 100 frames within`,
    unit: 'ms',
    values: [quantile(all, 0.95)],
    floor: 20,
  })
  note(info, { name: `${what}: 99 of 100 frames within`, unit: 'ms', values: [quantile(all, 0.99)] })
  note(info, { name: `${what}: all frames`, unit: 'ms', values: all })
}

/** How far the first look at memory is from the end, and the last; messages. */
const NEAR = 1_500
const FAR = 8_000

bench(`scrolling through ${MANY} messages`, async ({ browser, stage }, info) => {
  const page = await person(browser, stage, 'sara_bench', { desk: true })
  await openChat(page, stage.great)
  const back = await frames(page, () => scroll(page, 40_000, 3_000))
  sayFrames(info, 'scrolling back, messages come from the server', back)
  const on = await frames(page, () => scroll(page, -30_000, 3_000))
  sayFrames(info, 'scrolling on, messages are on the device', on)
  const end = MANY
  await readBackTo(page, end - NEAR)
  const near = await held(page)
  await readBackTo(page, end - FAR)
  const far = await held(page)
  const at = await first(page)
  for (const [name, value, unit] of [
    [`memory of JavaScript ${NEAR} messages back`, near.megabytes, 'MB'],
    [`memory of JavaScript ${end - at} messages back`, far.megabytes, 'MB'],
    [`nodes ${NEAR} messages back`, near.nodes, ''],
    [`nodes ${end - at} messages back`, far.nodes, ''],
  ] as const)
    note(info, { name, unit, values: [value] })
  const far2 = await frames(page, () => scroll(page, 20_000, 3_000))
  sayFrames(info, 'scrolling back from there', far2)
  await leave(page)
})
