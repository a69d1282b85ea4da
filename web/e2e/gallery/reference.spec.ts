// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, settled, test } from './fixtures'

const frames = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } } as const

/** What was looked at and found beautiful, and is shown in the README. `make screenshots` takes it anew. */
const shots = [
  ['list', '#/', 'phone', 'fa', 'light'],
  ['group', '#/c/102', 'phone', 'fa', 'light'],
  ['sign-up', '?as=signedOut#/signup', 'phone', 'fa', 'light'],
  ['browse', '#/public', 'phone', 'fa', 'light'],
  ['direct', '#/c/101', 'phone', 'en', 'dark'],
  ['settings', '#/settings', 'phone', 'en', 'dark'],
  ['group', '#/c/102', 'desktop', 'fa', 'dark'],
  ['channel', '#/c/103', 'desktop', 'en', 'light'],
  ['details', '#/c/102/info', 'desktop', 'fa', 'light'],
] as const

/** Versions of a browser smooth letters differently; a line that moved is more than that. */
const same = { maxDiffPixelRatio: 0.002 }

/** A word that changed may be less than that, so what a picture says is kept beside it. */
const said = (page: Page) => page.locator('#app').innerText()

for (const [screen, path, frame, language, theme] of shots) {
  const name = [screen, frame, language, theme].join('-')
  test(`looks as it was found beautiful: ${name}`, async ({ page, gallery }) => {
    await page.setViewportSize(frames[frame])
    await gallery.open(page, path, { language, theme })
    await settled(page)
    await expect(page).toHaveScreenshot(`${name}.png`, same)
    expect(await said(page)).toMatchSnapshot(`${name}.txt`)
  })
}

test('looks as it was found beautiful: scan-phone-fa-light', async ({ page, gallery }) => {
  await page.context().grantPermissions(['camera'])
  await page.setViewportSize(frames.phone)
  await gallery.open(page, '#/scan')
  await page.locator('video.shown').waitFor()
  // What a camera sees is another thing at every look.
  await page.locator('video').evaluate((film) => {
    film.style.visibility = 'hidden'
  })
  await settled(page)
  await expect(page).toHaveScreenshot('scan-phone-fa-light.png', same)
})

for (const [name, path, frame, row] of [
  ['list-phone-fa-light', '#/', 'phone', 'nav a.row >> nth=0'],
  ['channel-desktop-en-light', '#/c/103', 'desktop', '.scroller [data-key] >> nth=-1'],
] as const) {
  test(`a line that moved is noticed: ${name}`, async ({ page, gallery }) => {
    await page.setViewportSize(frames[frame])
    const [, , language, theme] = name.split('-') as [string, string, 'fa' | 'en', 'light']
    await gallery.open(page, path, { language, theme })
    await settled(page)
    await page.locator(row).evaluate((node) => {
      node.style.translate = '0 4px'
    })
    await expect(page).not.toHaveScreenshot(`${name}.png`, same)
  })
}
