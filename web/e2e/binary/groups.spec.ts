// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, field, held, menu, numbered, password, said, test, write } from './fixtures'
import { open, together, withMember } from './fixtures-rooms'

/** Publishes in a channel. */
async function post(page: Page, text: string): Promise<void> {
  await page.locator('.composer textarea').fill(text)
  await page.locator('.composer .send').click()
}

for (const { language, wide } of [
  { language: 'fa', wide: 'owner' },
  { language: 'en', wide: 'member' },
] as const) {
  test(`slow mode counts down, keeps what was written and loses nothing (${language})`, async ({ world }) => {
    const shot = (page: Page, name: string) =>
      page.screenshot({ path: `test-results/binary/groups-${name}-${language}.png` })
    const sara = await world.person('Sara', 'sara_m', { language, phone: wide !== 'owner' })
    const nilu = await world.person('نیلوفر', 'niloofar', {
      language,
      phone: wide !== 'member',
      theme: 'dark',
    })
    await together(sara, nilu, 'Mountain')
    const chat = sara.url()
    await open(sara, chat, 'rights')
    const ten = sara.getByRole('radio', { name: /^(۱۰ ثانیه|10 seconds)$/ })
    await ten.click()
    await expect(ten).toBeChecked()
    await shot(sara, 'slow-set')
    await open(sara, chat, 'info')
    await expect(sara.getByText(/شما مدیر هستید|You are an admin/)).toBeVisible()
    await shot(sara, 'slow-info')

    // What counts down is fetched when it is needed; nothing can be sent until it is here either.
    let fetch = () => {}
    const fetched = new Promise<void>((done) => {
      fetch = done
    })
    await nilu.route(/\/SlowWait-[^/]*\.js/, async (route) => {
      await fetched
      await route.continue()
    })
    await write(nilu, 'یک')
    const timer = nilu.getByRole('timer')
    await field(nilu).fill('دو')
    await expect(nilu.locator('.composer .send')).toBeDisabled()
    // On a touch screen Enter begins a new line.
    if (wide === 'member') await field(nilu).press('Enter')
    await expect(field(nilu)).toHaveValue('دو')
    fetch()
    await expect(timer).toHaveText(language === 'fa' ? /^۰:(۱۰|۰[۱-۹])$/ : /^0:(10|0[1-9])$/)
    await expect(nilu.locator('.composer .send')).toHaveCount(0)
    await expect(said(nilu, 'دو')).toHaveCount(0)
    await expect(field(nilu)).toHaveValue('دو')
    await shot(nilu, 'slow-wait')
    // What goes round the composer is refused by the server, waits, and comes.
    await menu(nilu, 'یک', language === 'fa' ? 'هدایت' : 'Forward')
    await nilu.getByRole('option', { name: /Mountain/ }).click()
    await nilu
      .getByRole('dialog')
      .getByRole('button', { name: /^(فرستادن|Send)$/ })
      .click()
    // What was asked for is kept a moment after; a page that is quicker to go asked for nothing.
    await expect.poll(() => held(nilu, 'outbox')).toBe(1)
    await nilu.reload()
    await expect(field(nilu)).toHaveValue('دو')
    await expect(timer).toBeVisible()
    await sara.goto(chat)
    await expect(sara.locator('[data-seq] .content', { hasText: 'یک' })).toHaveCount(2, { timeout: 30_000 })
    await nilu.locator('.composer .send').click({ timeout: 30_000 })
    await expect(said(sara, 'دو')).toBeVisible()

    for (const words of ['الف', 'ب']) await write(sara, words)
    await expect(said(nilu, 'ب')).toBeVisible()
    await expect(sara.getByRole('timer')).toHaveCount(0)
  })

  test(`what is taken says until when and why, and staff reads who did it (${language})`, async ({
    world,
  }) => {
    const fa = language === 'fa'
    const shot = (page: Page, name: string) =>
      page.screenshot({ path: `test-results/binary/staff-${name}-${language}.png` })
    const look = { language, phone: wide !== 'owner', theme: fa ? 'dark' : 'light' } as const
    const sara = await world.person('Sara', 'sara_m', look)
    const nilu = await world.person('نیلوفر', 'niloofar', { language, phone: wide !== 'member' })
    await together(sara, nilu, 'Mountain')
    const chat = sara.url()
    await write(nilu, 'spam')
    await expect(said(sara, 'spam')).toBeVisible()
    await open(nilu, chat, 'deeds')
    await expect(nilu.getByText(/اینجا اختیار این کار را ندارید|You do not have the right/)).toBeVisible()
    await nilu.goto(chat)

    // Whoever is in is found by the beginning of any word of their name, or by their username.
    await open(sara, chat, 'info')
    const search = sara.getByLabel(/^(جست‌وجوی اعضا|Search members)$/)
    const found = sara.locator('.details li')
    for (const words of ['niloof', '@niloofar', 'نیلو']) {
      await search.fill(words)
      await expect(found).toHaveCount(1)
      await expect(found).toContainText('نیلوفر')
    }
    await search.fill('nobody')
    await expect(found).toHaveText(/^(کسی با این نام اینجا نیست|Nobody here by that name)$/)
    await search.fill('')
    const choose = async (item: RegExp) => {
      await open(sara, chat, 'info')
      await sara
        .getByRole('listitem')
        .getByRole('button', { name: /نیلوفر/ })
        .click()
      await sara.getByRole('menuitem', { name: item }).click()
    }
    const dialog = sara.getByRole('dialog')
    await choose(/^(محدود کردن|Restrict)$/)
    await expect(dialog.getByRole('switch', { name: /^(نوشتن پیام|Write messages)$/ })).not.toBeChecked()
    await dialog.getByRole('radio', { name: /^(انتخاب تاریخ|Choose a date)$/ }).click()
    // The days are below the form, which moves to them.
    await expect(dialog.getByText(/^(تا پایان|Until the end of)/)).toBeInViewport()
    await dialog.getByRole('button', { name: /^(ماه بعد|The month after)$/ }).click()
    await dialog.locator('[data-day]').nth(9).click()
    await dialog.getByLabel(/^(دلیل|Reason)/).fill('سه بار تبلیغ')
    await shot(sara, 'restrict')
    await dialog.getByRole('button', { name: /^(محدود کردن|Restrict)$/ }).click()
    await expect(dialog).toHaveCount(0)
    await expect(
      nilu.getByText(/^(تا .* نمی‌توانید اینجا بنویسید|You may not write here until)/),
    ).toContainText('سه بار تبلیغ')
    await expect(field(nilu)).toHaveCount(0)
    await shot(nilu, 'restricted')

    await open(sara, chat, 'held')
    await expect(sara.getByText('سه بار تبلیغ')).toBeVisible()
    await shot(sara, 'held')
    await sara.getByRole('button', { name: /^(رفع محدودیت|Lift the restriction)/ }).click()
    await expect(
      sara.getByText(/^(کسی محدود یا کنار گذاشته نشده است|Nobody is restricted or banned)$/),
    ).toBeVisible()
    await write(nilu, 'thanks')
    await sara.goto(chat)
    await menu(sara, 'spam', fa ? 'حذف' : 'Delete')
    await sara
      .getByRole('dialog')
      .getByRole('button', { name: /^(حذف|Delete)/ })
      .last()
      .click()
    await expect(said(nilu, 'spam')).toHaveCount(0)

    await choose(/^(کنار گذاشتن|Remove and ban)$/)
    await dialog.getByRole('radio', { name: /^(یک هفته|One week)$/ }).click()
    await dialog.getByLabel(/^(دلیل|Reason)/).fill('جعل نام')
    await shot(sara, 'ban')
    await dialog.getByRole('button', { name: /^(کنار گذاشتن|Ban)$/ }).click()
    await expect(nilu.getByText('جعل نام')).toBeVisible()
    await shot(nilu, 'banned')

    await open(sara, chat, 'deeds')
    const rows = sara.locator('.details li')
    await expect(rows).toHaveCount(5)
    await expect(rows.first()).toContainText(fa ? 'را کنار گذاشت' : 'banned')
    await expect(rows.first()).toContainText('جعل نام')
    await shot(sara, 'deeds')
    await sara.getByRole('radio', { name: /^(پیام‌ها|Messages)$/ }).click()
    await expect(rows).toHaveCount(1)
    await sara.getByRole('radio', { name: /^(گزارش‌ها|Reports)$/ }).click()
    await expect(sara.getByText(/^(چیزی از این دست نیست|Nothing of that kind)$/)).toBeVisible()
  })

  test(`posts of a channel bear their author while signatures are on (${language})`, async ({ world }) => {
    const look = { language, phone: wide !== 'owner' } as const
    const sara = await world.person('Sara', 'sara_m', look)
    await sara.goto(`${world.server.url}/#/new/channel`)
    await sara.getByLabel(/^(نام کانال|Name of the channel)$/).fill('Spring')
    await sara.getByRole('radio', { name: /^(عمومی|Public)$/ }).click()
    await sara.getByLabel(/^(نام عمومی|Public name)/).fill('spring_news')
    await sara.getByRole('button', { name: /^(ساختن|Create)$/ }).click()
    await sara
      .getByRole('dialog')
      .getByRole('button', { name: /^(بعداً|Later)$/ })
      .click()
    await post(sara, 'one')
    await numbered(sara, 'one')
    const chat = sara.url()
    const turn = async () => {
      await open(sara, chat, 'edit')
      await sara.getByRole('switch').click()
      await sara.getByRole('button', { name: /^(ذخیره|Save)$/ }).click()
      await expect(sara.getByRole('switch')).toHaveCount(0)
      await sara.goto(chat)
    }
    await turn()
    await post(sara, 'two')
    await expect(said(sara, 'two').locator('.signature')).toHaveText('Sara')

    const nilu = await world.person('نیلوفر', 'niloofar', {
      language,
      phone: wide !== 'member',
      theme: 'dark',
    })
    await nilu.goto(`${world.server.url}/#/join/spring_news`)
    await nilu.getByRole('button', { name: /^(پیوستن به کانال|Join the channel)$/ }).click()
    await expect(said(nilu, 'two').locator('.signature')).toHaveText('Sara')
    await expect(said(nilu, 'one').locator('.signature')).toHaveCount(0)
    await menu(nilu, 'two', language === 'fa' ? 'هدایت' : 'Forward')
    await nilu.getByRole('option').first().click()
    await nilu
      .getByRole('dialog')
      .getByRole('button', { name: /^(فرستادن|Send)$/ })
      .click()
    await expect(said(nilu, 'two').locator('.forward')).toContainText('Spring (⁨Sara⁩)')
    await nilu.goto(world.server.url)
    await nilu.getByRole('link', { name: /Spring/ }).click()
    await turn()
    await post(sara, 'three')
    await expect(said(nilu, 'three')).toBeVisible()
    await expect(said(nilu, 'three').locator('.signature')).toHaveCount(0)
    await expect(said(nilu, 'two').locator('.signature')).toHaveText('Sara')
    await nilu.screenshot({ path: `test-results/binary/signed-${language}.png` })

    // Whoever is to have the channel is asked first.
    const { row, choose, promote, offer: asksAgain } = withMember(sara, 'نیلوفر')
    const dialog = sara.getByRole('dialog')
    await open(sara, chat, 'members')
    await promote()
    await choose(/^(واگذاری مالکیت|Hand over ownership)$/)
    const word = dialog.getByLabel(/^(گذرواژهٔ شما|Your password)$/)
    const offer = dialog.getByRole('button', { name: /^(پیشنهاد|Offer)$/ })
    await word.fill('not the password')
    await offer.click()
    await expect(word).toHaveAttribute('aria-invalid', 'true')
    await sara.screenshot({ path: `test-results/binary/offer-${language}.png` })
    await word.fill(password)
    await offer.click()
    await expect(row).toContainText(/مالکیت پیشنهاد شده|Ownership offered/)
    await sara.screenshot({ path: `test-results/binary/offered-${language}.png` })
    const asks = /به شما واگذار کند|hand this channel over to you/
    const asked = nilu.getByRole('status').filter({ hasText: asks })
    await expect(asked).toBeVisible()
    await nilu.screenshot({ path: `test-results/binary/asked-${language}.png` })
    // The list of chats says so too.
    const offered = nilu.getByRole('link', { name: /به شما پیشنهاد شده است|is offered to you/ })
    if (wide === 'owner') await nilu.goto(world.server.url)
    await expect(offered).toBeVisible()
    await nilu.screenshot({ path: `test-results/binary/offered-list-${language}.png` })
    await offered.click()
    // Who does not want it says so, and the owner, who sees it at once, asks again.
    await asked.getByRole('button', { name: /^(نمی‌پذیرم|No)$/ }).click()
    await expect(row.locator('.role')).toHaveText(/^(مدیر|Admin)$/)
    await expect(
      sara.locator('.toast', { hasText: /نیلوفر.* مالکیت را نپذیرفت|نیلوفر.* did not want/ }),
    ).toBeVisible()
    await sara.screenshot({ path: `test-results/binary/declined-${language}.png` })
    await expect(offered).toHaveCount(0)
    await asksAgain()
    await asked.getByRole('button', { name: /^(می‌پذیرم|Become the owner)$/ }).click()
    await expect(asked).toHaveCount(0)
    // The list that the owner of before looks at follows.
    await expect(row.locator('.role')).toHaveText(/^(مالک|Owner)$/)
    await open(sara, chat, 'deeds')
    await expect(sara.locator('.details li').first()).toContainText(
      /نیلوفر.* مالکیت را پذیرفت|نیلوفر.* took the ownership over/,
    )
  })
}

test('a recording that runs is not lost where slow mode begins to bind', async ({ world }) => {
  const sara = await world.person('Sara', 'sara_m', { language: 'en' })
  const nilu = await world.person('Niloofar', 'niloofar', { language: 'en' })
  await nilu.context().grantPermissions(['microphone'])
  await together(sara, nilu, 'Mountain')
  await write(nilu, 'one')
  await expect(said(sara, 'one')).toBeVisible()
  await open(nilu, nilu.url(), 'info')
  const bar = nilu.locator('.composer .bar')
  const recorded = async () => Number((await bar.locator('.time').textContent())?.replace(':', ''))
  await nilu.locator('.composer .mic').click()
  await expect.poll(recorded).toBeGreaterThan(0)
  await open(sara, sara.url(), 'rights')
  await sara.getByRole('radio', { name: '1 hour' }).click()
  await expect(nilu.getByText(/between two messages of a member/)).toBeVisible()
  const then = await recorded()
  await expect.poll(recorded).toBeGreaterThan(then + 1)
  await bar.getByRole('button', { name: 'Discard' }).click()
  await expect(bar).toHaveCount(0)
  await expect(nilu.getByRole('timer')).toBeVisible()
})
