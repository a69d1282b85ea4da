// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { accessible, expect, menu, pair, said, talk, test, write } from './fixtures'
import { choose, lastFrame, painted, sendSheet } from './fixtures-media'

/** What was shared in a chat, between real browsers. */

const tiles = (page: Page) => page.locator('[role=tabpanel] .grid button')
const panel = (page: Page) => page.getByRole('tabpanel')
const tab = (page: Page, name: RegExp) => page.getByRole('tab', { name })

async function openShared(page: Page): Promise<void> {
  await page.locator('header .who').click()
  await page.getByRole('button', { name: /^(رسانه‌ها و پرونده‌ها|Media and files)$/ }).click()
  await expect(page.getByRole('tablist')).toBeVisible()
}

for (const language of ['fa', 'en'] as const) {
  test(`what was shared in a chat is looked through by its kind (${language})`, async ({ world }) => {
    test.setTimeout(180_000)
    const { sara, nilu } = await pair(world, language === 'en')
    for (const [i, hue] of [200, 20].entries()) {
      await choose(sara, [await painted(sara, `${i}.jpg`, [900, 700], hue)])
      await sendSheet(sara, `عکس ${i}`)
      await expect(said(nilu, `عکس ${i}`)).toBeVisible({ timeout: 30_000 })
    }
    const file = { name: 'گزارش پایانی.txt', mimeType: 'text/plain', buffer: Buffer.from('متن') }
    await choose(sara, [file], 'file')
    await sendSheet(sara)
    await expect(lastFrame(nilu)).toContainText('گزارش پایانی', { timeout: 30_000 })
    await write(sara, 'این را ببینید: https://example.org/ketab')
    await expect(said(nilu, 'این را ببینید')).toBeVisible()
    await write(sara, 'متنی بی پیوند')
    await expect(said(nilu, 'متنی بی پیوند')).toBeVisible()

    await openShared(nilu)
    await expect(tiles(nilu)).toHaveCount(2)
    await nilu.screenshot({ path: `test-results/binary/shared-unloaded-phone-${language}.png` })
    await nilu.getByRole('button', { name: /^(بار کردن تصویرها|Load the pictures)$/ }).click()
    await expect(panel(nilu).locator('img.ready[src^="blob:"]')).toHaveCount(2)
    await nilu.screenshot({ path: `test-results/binary/shared-phone-${language}.png` })
    await accessible(nilu)
    // The newest stands first, and the viewer leafs through what was shared.
    await tiles(nilu).first().click()
    const viewer = nilu.getByRole('dialog')
    await expect(viewer.locator('footer')).toContainText('عکس 1')
    await expect(viewer.locator('footer')).toContainText(language === 'fa' ? '۲ از ۲' : '2 of 2')
    await nilu.keyboard.press(language === 'fa' ? 'ArrowRight' : 'ArrowLeft')
    await expect(viewer.locator('footer')).toContainText('عکس 0')
    await nilu.keyboard.press('Escape')
    await expect(viewer).toBeHidden()

    await tab(nilu, /^(پرونده‌ها|Files)$/).click()
    await expect(panel(nilu)).toContainText('گزارش پایانی')
    await nilu.screenshot({ path: `test-results/binary/shared-files-phone-${language}.png` })
    await accessible(nilu)
    await tab(nilu, /^(پرونده‌ها|Files)$/).press(language === 'fa' ? 'ArrowLeft' : 'ArrowRight')
    await expect(tab(nilu, /^(پیوندها|Links)$/)).toBeFocused()
    await expect(panel(nilu).getByRole('link')).toHaveAttribute('href', 'https://example.org/ketab')
    await expect(panel(nilu)).not.toContainText('بی پیوند')
    await nilu.screenshot({ path: `test-results/binary/shared-links-phone-${language}.png` })
    await accessible(nilu)
    await tab(nilu, /^(صدا|Voice)$/).click()
    await expect(panel(nilu).getByRole('heading')).toBeVisible()
    await nilu.screenshot({ path: `test-results/binary/shared-none-phone-${language}.png` })

    // On a wide screen beside the chat; what leads to a message shows it there.
    await openShared(sara)
    await expect(tiles(sara)).toHaveCount(2)
    await sara.screenshot({ path: `test-results/binary/shared-${language}.png` })
    await tab(sara, /^(پیوندها|Links)$/).click()
    await panel(sara)
      .getByRole('button', { name: /^(نمایش در گفتگو|Show in the chat)$/ })
      .click()
    await expect(panel(sara)).toBeHidden()
    await expect(said(sara, 'این را ببینید')).toBeInViewport()

    // Without the network there is what this device holds, and it says so.
    await nilu.context().setOffline(true)
    await tab(nilu, /^(گیف|GIFs)$/).click()
    await expect(panel(nilu)).toContainText(language === 'fa' ? 'فقط آنچه' : 'only what', { timeout: 40_000 })
    await nilu.context().setOffline(false)
  })
}

test('what was deleted is not among what was shared any more', async ({ world }) => {
  const { sara, nilu } = await pair(world)
  await choose(sara, [await painted(sara, '1.jpg', [900, 700])])
  await sendSheet(sara, 'عکسی که می‌رود')
  await expect(said(nilu, 'عکسی که می‌رود')).toBeVisible({ timeout: 30_000 })
  await openShared(nilu)
  await expect(tiles(nilu)).toHaveCount(1)
  await menu(sara, 'عکسی که می‌رود', 'حذف')
  await sara.getByRole('button', { name: 'حذف برای هر دو' }).click()
  await expect(said(sara, 'عکسی که می‌رود')).toBeHidden()
  await nilu.goBack()
  await expect(talk(nilu).getByText('عکسی که می‌رود')).toBeHidden()
  await nilu.getByRole('button', { name: 'رسانه‌ها و پرونده‌ها' }).click()
  await expect(panel(nilu)).toContainText('هنوز عکس یا ویدئویی نیست')
})
