// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from './fixtures'

test.describe('what is sent together', () => {
  test('what cannot be shown is said, and where a part is queued the rest alone is sent again', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/101')
    await page.getByRole('button', { name: 'پیوست' }).click()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('menuitem', { name: 'عکس یا ویدئو' }).click()
    const file = (name: string, mimeType: string) => ({ name, mimeType, buffer: Buffer.from(name) })
    await (await chooser).setFiles([
      file('یک.txt', 'text/plain'),
      file('IMG_2.HEIC', 'image/heic'),
      file('سه.txt', 'text/plain'),
    ])
    const sheet = page.getByRole('dialog')
    await expect(sheet.getByRole('status')).toContainText(/IMG_2\.HEIC.*جای گرفتن عکس/)
    // Whoever wants it unchanged knows that it is.
    await sheet.getByRole('switch', { name: /به‌صورت پرونده/ }).click()
    await expect(sheet.getByRole('status')).toHaveCount(0)
    await sheet.getByRole('switch', { name: /به‌صورت پرونده/ }).click()
    await sheet.getByLabel('توضیح').fill('برای فردا')
    const said = page.locator('.scroller [data-key]')
    const before = await said.count()
    await page.evaluate(() => Object.assign(window, { room: 2 }))
    await sheet.getByRole('button', { name: 'فرستادن', exact: true }).click()
    await expect(sheet.getByRole('listitem')).toHaveCount(1)
    await expect(sheet.getByText('سه.txt')).toBeVisible()
    await expect(sheet.getByLabel('توضیح')).toHaveValue('')
    await page.evaluate(() => Object.assign(window, { room: 9 }))
    await sheet.getByRole('button', { name: 'فرستادن', exact: true }).click()
    await expect(sheet).toBeHidden()
    await expect(said).toHaveCount(before + 3)
    await expect(said.filter({ hasText: 'برای فردا' })).toHaveCount(1)
    await expect(page.getByRole('textbox', { name: 'پیام' })).toHaveValue('')
  })
})
