// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, field, said, test, write } from './fixtures'

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
