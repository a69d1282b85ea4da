// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { accept, accessible, expect, field, findPerson, menu, password, said, test, write } from './fixtures'
import { give, painted } from './fixtures-media'

/** Keeps a picture where one is asked for; nothing depends on it. */
async function look(page: Page, name: string): Promise<void> {
  const dir = process.env['ZOLAL_SHOTS']
  if (dir) await page.screenshot({ path: `${dir}/${name}.png`, animations: 'disabled' })
}

/** Fills the sign-in form without waiting for what comes of it. */
async function knock(page: Page, username: string): Promise<void> {
  await page.getByLabel(/^(نام کاربری|Username)/).fill(username)
  await page.getByLabel(/^(گذرواژه|Password)$/).fill(password)
  await page.getByRole('button', { name: /^(ورود|Sign in)$/ }).click()
}

test('what somebody reports is shown to the operator, decided, appealed against and taken back', async ({
  world,
}) => {
  const { url } = world.server
  const sara = await world.person('سارا', 'sara_m')
  const mina = await world.person('مینا', 'mina_k')
  const reza = await world.person('رضا', 'reza_k')
  await findPerson(mina, 'reza_k', 'رضا')
  await write(mina, 'سلام')
  await accept(reza, /مینا/)
  await write(reza, 'ارزان بخرید!')
  await menu(mina, 'ارزان بخرید!', 'گزارش')
  const dialog = mina.getByRole('dialog')
  await expect(dialog).toContainText('گرداننده همین پیام را می‌بیند')
  await dialog.getByRole('radio', { name: 'پیام‌های ناخواسته به بسیاری کسان' }).check()
  await dialog.getByLabel(/چه چیزی را باید بدانند/).fill('به همه می‌فرستد')
  await look(mina, 'report-fa')
  await accessible(mina)
  await dialog.getByRole('button', { name: 'فرستادن گزارش' }).click()
  await expect(mina.getByText('سپاس. گزارش شما رسید.')).toBeVisible()
  await expect(dialog).toBeHidden()
  await mina.goto(`${url}/#/settings`)
  await mina.getByRole('button', { name: 'گزارش‌های من' }).click()
  const own = mina.getByRole('region', { name: 'گزارش‌های من' }).getByRole('listitem')
  await expect(own).toContainText(['رضا'])
  await expect(own).toContainText(['در انتظار بررسی است'])
  await look(mina, 'mine-open-fa')

  await sara.goto(`${url}/#/settings`)
  await sara.getByRole('button', { name: 'گزارش‌های تخلف' }).click()
  const page = sara.getByRole('region', { name: 'گزارش‌های تخلف' })
  await look(sara, 'reports-fa')
  await page.getByRole('button', { name: /رضا/ }).click()
  await expect(page.getByText('به نویسندهٔ پیام‌ها گفته می‌شود')).toBeVisible()
  await expect(page.getByText('ارزان بخرید!')).toHaveCount(0)
  await page.getByRole('button', { name: 'دیدن آنچه گزارش شده' }).click()
  await expect(page.getByText('ارزان بخرید!')).toBeVisible()
  await expect(page.getByText('سلام')).toHaveCount(0)
  await expect(page.getByRole('radio', { name: 'برداشتن' })).toHaveCount(0)
  await page.getByRole('radio', { name: 'تعلیق' }).check()
  await look(sara, 'case-fa')
  await page.getByRole('button', { name: 'تعلیق' }).click()
  await expect(sara.getByText('تصمیم ثبت شد')).toBeVisible()
  await expect(page.getByText('گزارش بازی نیست')).toBeVisible()
  await mina.reload()
  await expect(own).toContainText(['به نتیجه رسید'])
  await look(mina, 'mine-fa')
  await accessible(mina)

  await expect(reza.getByRole('button', { name: /^ورود$/ })).toBeVisible()
  await knock(reza, 'reza_k')
  const alert = reza.getByRole('alert').filter({ hasText: 'تعلیق' })
  await expect(alert).toContainText('پیام‌های ناخواسته به بسیاری کسان')
  await look(reza, 'suspended-fa')
  await alert.getByRole('button', { name: 'اعتراض' }).click()
  await reza.getByLabel('دلیل‌های شما').fill('یک بار و به اشتباه بود')
  await reza.getByRole('button', { name: 'فرستادن اعتراض' }).click()
  await expect(alert).toContainText('اعتراض شما در انتظار پاسخ است')

  await page.getByRole('radio', { name: 'بسته' }).click()
  await expect(page.getByText('یک بار و به اشتباه بود')).toBeVisible()
  await look(sara, 'appeal-fa')
  await page.getByRole('button', { name: 'پس گرفتن تصمیم' }).click()
  await expect(sara.getByText('پاسخ داده شد.')).toBeVisible()

  await knock(reza, 'reza_k')
  await expect(reza.getByRole('searchbox')).toBeVisible()
  await reza.getByRole('link', { name: /پیام‌های سرور/ }).click()
  await expect(said(reza, 'تصمیمی را که دربارهٔ شما گرفته بود پس گرفت')).toBeVisible()
  await expect(reza.getByText('اینجا فقط سرور می‌نویسد')).toBeVisible()
  await expect(field(reza)).toHaveCount(0)
  await look(reza, 'service-fa')
  await reza.goto(`${url}/#/settings/acts`)
  await expect(reza.getByText(/گرداننده .?۱.? پیام شما را که کسی گزارش داده بود دید/)).toBeVisible()
  await expect(reza.getByText('حساب شما به حال تعلیق درآمد')).toBeVisible()
  await expect(reza.getByText('تصمیمی دربارهٔ شما پس گرفته شد')).toBeVisible()
  await expect(reza.getByText('مینا')).toHaveCount(0)
  await look(reza, 'acts-fa')

  // A photo that everybody sees is taken down from everywhere, and whose it is reads why.
  await reza.goto(`${url}/#/settings/profile`)
  await give(reza, reza.getByRole('button', { name: 'افزودن عکس' }), await painted(reza, 'a.jpg', [640, 640]))
  await reza.getByRole('button', { name: 'همین عکس' }).click()
  await expect(reza.locator('form .face img.sharp')).toBeVisible({ timeout: 30_000 })
  await mina.goto(`${url}/#/`)
  await mina.getByRole('link', { name: /رضا/ }).click()
  await mina.locator('header button', { hasText: 'رضا' }).first().click()
  await mina.getByRole('button', { name: 'گزارش', exact: true }).click()
  await dialog.getByRole('radio', { name: /محتوای جنسی/ }).check()
  await dialog.getByRole('button', { name: 'فرستادن گزارش' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('radio', { name: 'باز', exact: true }).click()
  await page.getByRole('button', { name: /رضا/ }).click()
  await page.getByRole('button', { name: 'دیدن آنچه گزارش شده' }).click()
  await page.getByRole('radio', { name: 'برداشتن عکس' }).check()
  await expect(page.getByRole('button', { name: 'عکس ۱' })).toHaveAttribute('aria-pressed', 'true')
  await look(sara, 'case-photo-fa')
  await accessible(sara)
  await page.getByRole('button', { name: 'برداشتن عکس' }).click()
  await expect(page.getByText('گزارش بازی نیست')).toBeVisible()
  await expect(reza.getByRole('button', { name: 'افزودن عکس' })).toBeVisible()
  await reza.goto(`${url}/#/`)
  await reza.getByRole('link', { name: /پیام‌های سرور/ }).click()
  await expect(said(reza, 'عکسی از شما را که همه می‌دیدند برداشت')).toBeVisible()
  await look(reza, 'service-photo-fa')
  await reza.goto(`${url}/#/settings/acts`)
  await expect(reza.getByText('عکسی از شما که همه می‌دیدند برداشته شد')).toBeVisible()
})

test('on a phone: a warning is read and appealed against; reports to admins stay with them', async ({
  world,
}) => {
  const { url } = world.server
  const phone = { language: 'en', phone: true } as const
  // Nobody judges what was said in a group of their own (REP-8).
  const dana = await world.person('Dana', 'dana_op', { ...phone, theme: 'dark' })
  const sara = await world.person('Sara', 'sara_m', { ...phone, theme: 'dark' })
  await sara.goto(`${url}/#/new/group`)
  await sara.getByLabel('Name of the group').fill('Mountain')
  await sara.getByRole('button', { name: 'Create' }).click()
  await sara.getByRole('dialog').getByRole('button', { name: 'Later' }).click()
  await expect(field(sara)).toBeVisible()
  const room = sara.url().replace(/\/$/, '')
  await sara.goto(`${room}/edit`)
  await sara.getByLabel('Public name').fill('mountain_walks')
  await sara.getByRole('button', { name: 'Save' }).click()

  const reza = await world.person('Reza', 'reza_k', phone)
  const mina = await world.person('Mina', 'mina_k', phone)
  for (const page of [reza, mina]) {
    await page.goto(`${url}/#/join/mountain_walks`)
    await page.getByRole('button', { name: 'Join the group' }).click()
    await expect(field(page)).toBeVisible()
  }
  await write(reza, 'Buy now!')
  await expect(said(mina, 'Buy now!')).toBeVisible()

  // To the admins first: they see what was said, and not who reported it.
  for (const desk of ['The admins here', 'The operator']) {
    await menu(mina, 'Buy now!', 'Report')
    const dialog = mina.getByRole('dialog')
    await dialog.getByRole('radio', { name: desk }).click()
    await dialog.getByRole('radio', { name: 'unwanted messages to many' }).check()
    if (desk === 'The operator') await look(mina, 'report-en-phone')
    await dialog.getByRole('button', { name: 'Send the report' }).click()
    await expect(dialog).toBeHidden()
  }
  await sara.goto(`${room}/reports`)
  await expect(sara.getByText(/About .?Reza/)).toBeVisible()
  await expect(sara.locator('aside').getByText('Mina')).toHaveCount(0)
  await look(sara, 'staff-en-phone-dark')
  await sara.getByRole('button', { name: 'Done' }).click()
  await expect(sara.getByText('No reports')).toBeVisible()

  await dana.goto(`${url}/#/reports`)
  const cases = dana.getByRole('region', { name: 'Reports of abuse' })
  await cases.getByRole('button', { name: /Reza.*Mountain/ }).click()
  await cases.getByRole('button', { name: 'Show what was reported' }).click()
  await expect(cases.getByText('Buy now!')).toBeVisible()
  await cases.getByRole('radio', { name: 'Warn' }).check()
  await look(dana, 'case-en-phone-dark')
  await accessible(dana)
  await cases.getByRole('button', { name: 'Warn' }).click()
  await expect(cases.getByText('No open reports')).toBeVisible()

  await reza.goto(url)
  await reza.getByRole('link', { name: /Server messages/ }).click()
  await expect(said(reza, 'unwanted messages to many')).toBeVisible()
  await look(reza, 'service-en-phone')
  // The server stays: no way out is offered that it would refuse.
  await reza.locator('header').getByRole('button', { name: 'More' }).last().click()
  await expect(reza.getByRole('menuitem')).toHaveText(['Details', 'Search in this chat', 'Mute', 'Archive'])
  await reza.keyboard.press('Escape')
  await reza.goto(`${url}/#/settings/acts`)
  await expect(reza.getByText(/The operator looked at .?1.? message of yours/)).toBeVisible()
  await reza.getByRole('button', { name: 'Appeal' }).click()
  await reza.getByLabel('Your reasons').fill('It was a joke.')
  await reza.getByRole('button', { name: 'Send the appeal' }).click()
  await expect(reza.getByText('Your appeal waits for an answer')).toBeVisible()
  await look(reza, 'acts-en-phone')
  await accessible(reza)

  await cases.getByRole('radio', { name: 'Closed' }).click()
  await expect(cases.getByText('It was a joke.')).toBeVisible()
  await look(dana, 'appeal-en-phone-dark')
  await cases.getByRole('button', { name: 'Leave it' }).click()
  await expect(dana.getByText('Answered.')).toBeVisible()
  await reza.reload()
  await expect(reza.getByText('Your appeal was refused').first()).toBeVisible()

  // A photo of his that everybody sees is taken down.
  await reza.goto(`${url}/#/settings/profile`)
  await give(
    reza,
    reza.getByRole('button', { name: 'Add a photo' }),
    await painted(reza, 'a.jpg', [640, 640]),
  )
  await reza.getByRole('button', { name: 'Use this photo' }).click()
  await expect(reza.locator('form .face img.sharp')).toBeVisible({ timeout: 30_000 })
  await mina.goto(url)
  await findPerson(mina, 'reza_k', 'Reza')
  await mina.locator('header button', { hasText: 'Reza' }).first().click()
  await mina.getByRole('button', { name: 'Report', exact: true }).click()
  await mina
    .getByRole('dialog')
    .getByRole('radio', { name: /sexual/i })
    .check()
  await mina.getByRole('dialog').getByRole('button', { name: 'Send the report' }).click()
  await expect(mina.getByRole('dialog')).toBeHidden()
  await cases.getByRole('radio', { name: 'Open', exact: true }).click()
  await cases.getByRole('button', { name: /Reza/ }).click()
  await cases.getByRole('button', { name: 'Show what was reported' }).click()
  await cases.getByRole('radio', { name: 'Take the photo down' }).check()
  await expect(cases.getByRole('button', { name: 'Photo 1' })).toHaveAttribute('aria-pressed', 'true')
  await look(dana, 'case-photo-en-phone-dark')
  await cases.getByRole('button', { name: 'Take the photo down' }).click()
  await expect(cases.getByText('No open reports')).toBeVisible()
  await expect(reza.getByRole('button', { name: 'Add a photo' })).toBeVisible()
  await reza.goto(`${url}/#/settings/acts`)
  await expect(reza.getByText('A photo of yours that everybody saw was taken down')).toBeVisible()
  await look(reza, 'acts-photo-en-phone')

  await mina.goto(`${url}/#/reports`)
  await expect(mina.getByText('For operators only')).toBeVisible()
  await mina.goto(`${url}/#/settings/reports`)
  const own = mina.getByRole('region', { name: 'My reports' }).getByRole('listitem')
  await expect(own.filter({ hasText: 'To the admins' })).toContainText('Looked at')
  await expect(own.filter({ hasText: 'To the operator' })).toContainText([/^Reza(?! · )/, /Reza · Mountain/])
  await expect(own.filter({ hasText: 'It led to something' })).toHaveCount(2)
  await look(mina, 'mine-en-phone')
  await dana.goto(`${url}/#/settings/reports`)
  await expect(dana.getByText('You have reported nothing')).toBeVisible()
  await look(dana, 'mine-none-en-phone-dark')
})

for (const [language, phone] of [
  ['fa', true],
  ['en', true],
  ['en', false],
] as const) {
  const at = `${language}-${phone ? 'phone' : 'desktop'}`
  test(`who is suspended is told why where they sign in, and appeals there (${at})`, async ({ world }) => {
    const { server } = world
    await world.person('Sara', 'sara_m', { language })
    const reza = await world.person('Reza', 'reza_k', { language, phone, theme: phone ? 'dark' : 'light' })
    server.run('user', 'suspend', 'reza_k', '--reason', 'spam')
    await expect(reza.getByRole('button', { name: /^(ورود|Sign in)$/ })).toBeVisible()
    await look(reza, `suspended-out-${at}`)
    await knock(reza, 'reza_k')
    const alert = reza.getByRole('alert').filter({ hasText: /تعلیق|suspended/ })
    await expect(alert).toContainText(/پیام‌های ناخواسته به بسیاری کسان|unwanted messages to many/)
    await look(reza, `suspended-${at}`)
    await alert.getByRole('button', { name: /^(اعتراض|Appeal)$/ }).click()
    await reza.getByLabel(/دلیل‌های شما|Your reasons/).fill('It was not me.')
    await reza.getByRole('button', { name: /فرستادن اعتراض|Send the appeal/ }).click()
    await expect(alert).toContainText(/اعتراض شما در انتظار پاسخ است|Your appeal waits for an answer/)
    await expect(alert.getByRole('button', { name: /^(اعتراض|Appeal)$/ })).toHaveCount(0)
    await look(reza, `suspended-appealed-${at}`)
  })
}
