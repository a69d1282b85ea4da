// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { password } from '../e2e/binary/fixtures'
import { note } from './figure'
import { bench, CHATS, leave, visitor } from './stage'

/** Counts from the press of "sign in" until the list has room for every chat and shows the first. */
function whenListed(page: Page): Promise<void> {
  return page.evaluate((chats) => {
    const listed = new Promise<number>((resolve) => {
      const begin = ({ timeStamp }: Event) => {
        const look = () => {
          const list = document.querySelector<HTMLElement>('.rows .all')
          const height = list?.querySelector<HTMLElement>('.one')?.offsetHeight ?? 0
          if (!list || !height || list.offsetHeight < height * chats) return void requestAnimationFrame(look)
          requestAnimationFrame(() => resolve(performance.now() - timeStamp))
        }
        look()
      }
      addEventListener('submit', begin, { once: true, capture: true })
    })
    Object.assign(globalThis, { benchListed: listed })
  }, CHATS)
}

bench(`cold sync of ${CHATS} chats`, async ({ browser, stage }, info) => {
  const values: number[] = []
  for (let i = 0; i < 5; i++) {
    const page = await visitor(browser)
    await page.goto(stage.server.url)
    await page.getByLabel(/^نام کاربری/).fill('mina_bench')
    await page.getByLabel(/^گذرواژه$/).fill(password)
    await whenListed(page)
    await page.getByRole('button', { name: /^ورود$/ }).click()
    values.push(
      await page.evaluate(() => (globalThis as { benchListed?: Promise<number> }).benchListed ?? -1),
    )
    await leave(page)
  }
  const name = `cold sync of ${CHATS} chats, from signing in to the whole list`
  note(info, { name, unit: 's', values: values.map((ms) => ms / 1e3), floor: 1.5 })
})
