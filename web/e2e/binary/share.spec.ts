// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { accessible, expect, field, said, test, write } from './fixtures'
import { controlled } from './pushservice'

/** Gives the app a form, as the system does for another program. */
async function share(page: Page, url: string, text: string, files: readonly [string, string, string][]) {
  const form = { url: `${url}/share`, text, files }
  await page.evaluate(async ({ url, text, files }) => {
    const body = new FormData()
    body.set('text', text)
    for (const [name, type, content] of files)
      body.append('files', new File([content], name, { type, lastModified: 1_700_000_000_000 }))
    location.href = (await fetch(url, { method: 'POST', body })).url
  }, form)
}

test('files that another program shares are looked at in the chat that is picked', async ({ world }) => {
  const sara = await world.person('سارا محمدی', 'sara_files', { worker: true, phone: true })
  await controlled(sara)
  await sara.goto(`${world.server.url}/#/saved`)
  await share(sara, world.server.url, 'برای فردا', [
    ['برنامه.txt', 'text/plain', 'ساعت هفت'],
    ['نشانی.txt', 'text/plain', 'دم در'],
  ])
  const dialog = sara.getByRole('dialog', { name: 'فرستادن به…' })
  await expect(dialog.getByText('برنامه.txt')).toBeVisible()
  await expect(dialog.getByText('برای فردا')).toBeVisible()
  await sara.screenshot({ path: 'test-results/share-files-fa.png' })
  await accessible(sara)
  await dialog.getByRole('button', { name: /پیام‌های ذخیره/ }).click()
  const sheet = sara.getByRole('dialog')
  await expect(sheet.getByText('نشانی.txt')).toBeVisible()
  await sara.screenshot({ path: 'test-results/share-sheet-fa.png' })
  await accessible(sara)
  await sheet.getByRole('button', { name: /^فرستادن/ }).click()
  await expect(sara.getByText('برنامه.txt').first()).toBeVisible()
  expect(await sara.evaluate(() => caches.has('zolal-given')), 'nothing of it is left').toBe(false)

  await sara.goto(`${world.server.url}/share?files=none`)
  await expect(sara.getByRole('alert').filter({ hasText: 'پرونده‌ها گرفته نشدند' })).toBeVisible()
})

test('what another program shares becomes a draft of the chat that is picked', async ({ world }) => {
  const sara = await world.person('سارا محمدی', 'sara_shares', { worker: true, phone: true })
  await sara
    .getByRole('button', { name: /^(منو|فهرست)/ })
    .first()
    .click()
  await sara.getByText('پیام‌های ذخیره').first().click()
  await write(sara, 'یادداشت')
  await expect(said(sara, 'یادداشت')).toBeVisible()
  await field(sara).fill('این را ببین:')
  await sara.getByRole('button', { name: 'بازگشت' }).click()
  await expect(sara.getByRole('link', { name: /این را ببین:/ })).toBeVisible()
  const shared = new URLSearchParams({
    title: 'کتابخانهٔ ملی',
    text: 'کتابخانهٔ ملی https://library.example/fa',
    url: 'https://library.example/fa',
  })
  await sara.goto(`${world.server.url}/share?${shared}`)
  const dialog = sara.getByRole('dialog', { name: 'فرستادن به…' })
  await expect(dialog.getByText('کتابخانهٔ ملی https://library.example/fa', { exact: true })).toBeVisible()
  await sara.screenshot({ path: 'test-results/share-fa.png' })
  expect(new URL(sara.url()).pathname, 'it comes once').toBe('/')
  await dialog.getByRole('button', { name: /پیام‌های ذخیره/ }).click()
  await expect(field(sara)).toHaveValue(/این را ببین:[\s\S]*https:\/\/library\.example\/fa/)
})
