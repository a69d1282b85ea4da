// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'

test.describe('installing', () => {
  /** The browser offers it, as late as it likes. */
  const offers = (page: Page) =>
    page.evaluate(() => {
      const offer = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
        prompt: async () => {
          document.title = 'asked'
          return { outcome: 'dismissed' }
        },
      })
      dispatchEvent(offer)
    })
  const bar = (page: Page) => page.getByRole('status').filter({ hasText: 'زلال را نصب می‌کنید؟' })
  const started = (page: Page, minutes: number) =>
    page.addInitScript((ago) => {
      if (!localStorage.getItem('zolal.install'))
        localStorage.setItem('zolal.install', String(Date.now() - ago * 60_000))
    }, minutes)

  test('it stands on the first page of the settings, however late the browser offers it', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/settings')
    const row = page.getByRole('button', { name: /نصب زلال/ })
    await expect(page.getByText('درباره')).toBeVisible()
    await expect(row).toHaveCount(0)
    await offers(page)
    await expect(row).toBeVisible()
    await expect(bar(page)).toHaveCount(0)
    await row.click()
    await expect(page).toHaveTitle('asked')
    await expect(row).toHaveCount(0)
  })

  test('who has had the app for an hour is asked once', async ({ page, gallery }) => {
    await started(page, 61)
    await gallery.open(page, '#/')
    await offers(page)
    await expect(bar(page)).toBeVisible()
    await page.screenshot({ path: 'test-results/install-ask-fa.png' })
    await bar(page).getByRole('button', { name: 'نه، ممنون' }).click()
    await expect(bar(page)).toHaveCount(0)
    await page.reload()
    await expect(page.getByRole('searchbox')).toBeVisible()
    await offers(page)
    await page.evaluate(() => {
      location.hash = '#/settings'
    })
    await expect(page.getByRole('button', { name: /نصب زلال/ })).toBeVisible()
    await expect(bar(page)).toHaveCount(0)
  })
})
