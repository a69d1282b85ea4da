// SPDX-License-Identifier: AGPL-3.0-or-later
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accessible, expect, said, speak, test } from './fixtures'

test('the operator sees how the server is, and makes a backup', async ({ world }) => {
  const sara = await world.person('سارا', 'sara_m')
  await sara.goto(`${world.server.url}/#/settings`)
  await expect(sara.getByRole('button', { name: 'وضعیت سرور' })).toContainText('بتا')
  await sara.getByRole('button', { name: 'وضعیت سرور' }).click()
  const page = sara.getByRole('region', { name: 'وضعیت سرور' })
  await expect(page.getByText('همه‌چیز روبه‌راه است')).toBeVisible()
  await expect(page.getByText('افراد آنلاین')).toBeVisible()
  await expect(page.getByRole('img', { name: /حساب‌های تازه.*: ۱ در سی روز/ })).toBeVisible()
  await expect(page.getByText(/پشتیبان گرفته نمی‌شود/)).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/status-fa.png' })

  await world.server.stop()
  await world.server.start('--backup-keep', '7', '--disk-warn', '99.9%')
  await sara.reload()
  await expect(page.getByText('دیسک داده‌ها دارد پر می‌شود')).toBeVisible()
  await page.getByRole('button', { name: 'همین حالا پشتیبان بگیر' }).click()
  await expect(page.getByText(/کمتر از یک ساعت پیش/)).toBeVisible()
  await expect(page.getByText(/^۱ از ۷/)).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/status-warning-fa.png' })
  await accessible(sara)
  await speak(sara, 'en', 'dark')
  const english = sara.getByRole('region', { name: 'Server status' })
  await expect(english.getByText('The disk of the data is filling up')).toBeVisible()
  await english.getByRole('button', { name: 'Back up now' }).click()
  await expect(english.getByText(/^2 of 7/)).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/status-warning-en-dark.png' })
})

test('on a phone the status opens for the operator and leads back; nobody else sees it', async ({
  world,
}) => {
  const sara = await world.person('Sara', 'sara_m', { language: 'en', phone: true, theme: 'dark' })
  await sara.goto(`${world.server.url}/#/settings`)
  await sara.getByRole('button', { name: 'Server status' }).click()
  await expect(sara.getByText('All is well')).toBeVisible()
  await expect.poll(() => sara.getByRole('main').evaluate((main) => main.getBoundingClientRect().x)).toBe(0)
  await sara.screenshot({ path: 'test-results/binary/status-en.png' })
  await accessible(sara)
  await speak(sara, 'fa')
  await expect(sara.getByText('همه‌چیز روبه‌راه است')).toBeVisible()
  await expect.poll(() => sara.getByRole('main').evaluate((main) => main.getBoundingClientRect().x)).toBe(0)
  await sara.screenshot({ path: 'test-results/binary/status-fa-phone-dark.png' })
  await speak(sara, 'en')
  await sara.getByRole('main').getByRole('button', { name: 'Back' }).click()
  await expect(sara.getByRole('button', { name: 'Server status' })).toBeVisible()

  const reza = await world.person('Reza', 'reza_k', { language: 'en' })
  await reza.goto(`${world.server.url}/#/settings`)
  await expect(reza.getByText('Appearance')).toBeVisible()
  await expect(reza.getByRole('button', { name: 'Server status' })).toHaveCount(0)
  await reza.goto(`${world.server.url}/#/admin`)
  await expect(reza.getByText('Only for the operator')).toBeVisible()
})

test('the terms are read before signing up and from the settings, with what a change changes', async ({
  world,
}) => {
  const sara = await world.person('سارا', 'sara_m')
  const nilu = await world.visitor({ from: `${world.server.url}/#/signup` })
  const [terms] = await Promise.all([
    nilu.waitForEvent('popup'),
    nilu.getByRole('link', { name: /شرایط و قوانینی این سرور را می‌پذیرید/ }).click(),
  ])
  await expect(terms.getByRole('heading', { name: 'شرایط استفاده و قاعده‌ها' })).toBeVisible()
  await terms.screenshot({ path: 'test-results/binary/terms-fa.png' })
  await terms.getByRole('link', { name: 'English' }).click()
  await expect(terms.getByRole('heading', { name: 'Terms of use and rules' })).toBeVisible()
  await speak(nilu, 'en')
  const agree = nilu.getByRole('link', { name: /terms and rules of this server/ })
  await expect(agree).toHaveAttribute('href', '/terms?lang=en')
  await speak(nilu, 'fa')

  // So is what the server stores, from the foot of signing in, the settings, and in both languages.
  await nilu.goto(`${world.server.url}/#/signin`)
  const [stored] = await Promise.all([
    nilu.waitForEvent('popup'),
    nilu.getByRole('link', { name: 'این سرور چه نگه می‌دارد' }).click(),
  ])
  await expect(stored.getByRole('heading', { name: 'این سرور چه نگه می‌دارد' })).toBeVisible()
  await stored.locator('summary').first().click()
  await expect(stored.locator('dt').first()).toBeVisible()
  await stored.screenshot({ path: 'test-results/binary/stored-fa.png', fullPage: true })
  await sara.goto(`${world.server.url}/#/settings/privacy`)
  await sara.setViewportSize({ width: 390, height: 844 })
  const [inside] = await Promise.all([
    sara.waitForEvent('popup'),
    sara.getByRole('button', { name: 'این سرور چه نگه می‌دارد' }).click(),
  ])
  await inside.emulateMedia({ colorScheme: 'dark' })
  await inside.setViewportSize({ width: 390, height: 844 })
  await inside.getByRole('link', { name: 'English' }).click()
  await expect(inside.getByRole('heading', { name: 'What this server stores' })).toBeVisible()
  await inside.locator('summary').nth(1).click()
  await inside.screenshot({ path: 'test-results/binary/stored-en-phone-dark.png' })
  expect(await inside.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await sara.setViewportSize({ width: 1440, height: 900 })

  world.server.run('user', 'add', 'reza_k')
  const english = join(world.server.home, 'en.md')
  const persian = join(world.server.home, 'fa.md')
  writeFileSync(english, '# Terms of use and rules\n\nBe kind to one another.\n')
  writeFileSync(persian, '# شرایط استفاده و قاعده‌ها\n\nبا هم مهربان باشید.\n')
  const published = world.server.run('terms', 'publish', persian, english) as { since: string }
  const at = new Date(published.since)
  expect(at.getTime() - Date.now()).toBeGreaterThan(29.9 * 86_400_000)
  const since = (locale: string) =>
    new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'Asia/Tehran' }).format(at)
  await terms.goto(`${world.server.url}/terms?lang=fa&version=2&changes`)
  await expect(terms.locator('ins', { hasText: 'با هم مهربان باشید' })).toBeVisible()
  await terms.emulateMedia({ colorScheme: 'dark' })
  await terms.setViewportSize({ width: 390, height: 844 })
  await terms.screenshot({ path: 'test-results/binary/terms-changes-fa.png' })

  // Everybody is told of it in the chat of the server.
  await sara.goto(`${world.server.url}/#/`)
  await sara.getByRole('link', { name: /پیام‌های سرور/ }).click()
  const told = said(sara, 'شرایط و قاعده‌های این سرور از')
  await expect(told).toBeVisible()
  await expect(told).not.toContainText('The terms')
  await expect(told.getByRole('link', { name: 'دیدن تفاوت‌ها' })).toHaveAttribute(
    'href',
    `${world.server.url}/terms?version=2&changes&lang=fa`,
  )
  await expect(told).toContainText(since('fa-IR'))
  await sara.screenshot({ path: 'test-results/binary/terms-told-fa.png' })
  await speak(sara, 'en')
  const toldInEnglish = said(sara, 'The terms and rules of this server')
  await expect(toldInEnglish).toContainText(since('en'))
  const changes = `${world.server.url}/terms?version=2&changes&lang=en`
  await expect(toldInEnglish.getByRole('link', { name: 'See what differs' })).toHaveAttribute('href', changes)
  await terms.goto(changes)
  await expect(terms.locator('ins', { hasText: 'Be kind to one another' })).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/terms-told-en.png' })
  await speak(sara, 'fa')
  await sara.goto(`${world.server.url}/#/settings/about`)
  await expect(sara.getByText('تازه و در حال تغییر')).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/about-fa.png' })
})

test('feedback goes to the operator alone, and stands in their words on a public list', async ({ world }) => {
  const sara = await world.person('سارا', 'sara_m')
  const reza = await world.person('Reza', 'reza_k', { language: 'en', phone: true })
  await reza.goto(`${world.server.url}/#/settings/about`)
  await reza.getByRole('button', { name: 'Give feedback' }).click()
  const form = reza.getByRole('dialog')
  await form.getByRole('radio', { name: 'Idea' }).click()
  await form.getByLabel('Your words').fill('polls, as Sara told me')
  await reza.screenshot({ path: 'test-results/binary/feedback-en.png' })
  await form.getByRole('button', { name: 'Send' }).click()
  await expect(reza.getByText(/Thank you. It has the number/)).toBeVisible()

  const { items } = world.server.run('feedback', 'list') as {
    items: { number: number; text: string; version?: string }[]
  }
  expect(items.map((item) => [item.text, item.version])).toEqual([['polls, as Sara told me', undefined]])
  await sara.goto(`${world.server.url}/#/settings`)
  await sara.getByRole('button', { name: 'بازخوردها' }).click()
  const desk = sara.getByRole('region', { name: 'بازخوردها' })
  await sara.screenshot({ path: 'test-results/binary/feedback-desk-fa.png' })
  await desk.getByRole('button', { name: /polls, as Sara told me/ }).click()
  await expect(desk.getByText('Reza')).toHaveCount(0)
  await desk.getByRole('radio', { name: 'در برنامه' }).check()
  await desk.getByLabel('برای همه، با بیان شما').fill('نظرسنجی در گروه‌ها')
  await sara.screenshot({ path: 'test-results/binary/feedback-set-fa.png' })
  await desk.getByRole('button', { name: 'ذخیره' }).click()
  await expect(desk.getByRole('button', { name: /polls/ })).toContainText('در برنامه · همگانی')
  await reza.goto(`${world.server.url}/#/feedback`)
  await expect(reza.getByText('For operators only')).toBeVisible()
  await reza.goto(`${world.server.url}/#/settings/wishes`)
  const wish = reza.getByRole('listitem').filter({ hasText: 'نظرسنجی در گروه‌ها' })
  await expect(wish).toContainText('Planned')
  await wish.getByRole('button', { name: /Me too/ }).click()
  await expect(wish).toContainText(/1.? vote/)
  await reza.screenshot({ path: 'test-results/binary/wishes-en-phone.png' })
  await sara.goto(`${world.server.url}/#/settings/wishes`)
  const seen = sara.getByRole('listitem').filter({ hasText: 'نظرسنجی در گروه‌ها' })
  await expect(seen).toContainText(/۱.? رأی/)
  await seen.getByRole('button', { name: /من هم/ }).click()
  await expect(seen).toContainText(/۲.? رأی/)
  await expect(seen.getByRole('button', { name: /من هم/ })).toHaveAttribute('aria-pressed', 'true')
  await sara.screenshot({ path: 'test-results/binary/wishes-fa.png' })
  await seen.getByRole('button', { name: /من هم/ }).click()
  await expect(seen).toContainText(/۱.? رأی/)
  await reza.goto(`${world.server.url}/feedback?lang=fa`)
  await expect(reza.getByText('نظرسنجی در گروه‌ها')).toBeVisible()
  await expect(reza.getByText('در برنامه')).toBeVisible()
  await expect(reza.getByText('یک رأی')).toBeVisible()
  await expect(reza.getByText('polls, as Sara told me')).toHaveCount(0)

  // The same with the languages changed: given in Persian, read and answered in English.
  await reza.goto(`${world.server.url}/#/settings/about`)
  await speak(reza, 'fa')
  await reza.getByRole('button', { name: 'بازخورد دادن' }).click()
  const persian = reza.getByRole('dialog')
  await persian.getByRole('radio', { name: 'مشکل' }).click()
  await persian.getByLabel('نوشتهٔ شما').fill('جست‌وجو کند است')
  await persian.getByRole('button', { name: 'فرستادن' }).click()
  await expect(reza.getByText(/سپاس از شما. شماره‌اش/)).toBeVisible()
  await sara.goto(`${world.server.url}/#/feedback`)
  await speak(sara, 'en')
  const english = sara.getByRole('region', { name: 'Feedback' })
  await english.getByRole('button', { name: /جست‌وجو کند است/ }).click()
  await english.getByRole('radio', { name: 'Done' }).check()
  await english.getByLabel('For everybody, in your words').fill('Faster search')
  await english.getByRole('button', { name: 'Save' }).click()
  await expect(english.getByRole('button', { name: /جست‌وجو/ })).toContainText('Done · public')
  await sara.screenshot({ path: 'test-results/binary/feedback-set-en.png' })
  await reza.goto(`${world.server.url}/#/settings/wishes`)
  await expect(reza.getByRole('listitem').filter({ hasText: 'Faster search' })).toContainText('انجام‌شده')
  await reza.goto(`${world.server.url}/feedback?lang=en`)
  await expect(reza.getByText('Faster search')).toBeVisible()
  await expect(reza.getByText('Done')).toBeVisible()
  await reza.screenshot({ path: 'test-results/binary/feedback-list-fa.png' })
})
