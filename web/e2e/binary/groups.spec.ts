// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, field, menu, said, test, write } from './fixtures'

/** A private group of the first, whom the second joined by a link; both look at it. */
async function together(owner: Page, member: Page, title: string): Promise<void> {
  const root = new URL(owner.url()).origin
  await owner.goto(`${root}/#/new/group`)
  await owner.getByLabel(/^(نام گروه|Name of the group)$/).fill(title)
  await owner.getByRole('button', { name: /^(ساختن|Create)$/ }).click()
  await owner
    .getByRole('dialog')
    .getByRole('button', { name: /^(بعداً|Later)$/ })
    .click()
  await expect(field(owner)).toBeVisible()
  const chat = owner.url()
  await open(owner, chat, 'links')
  await owner.getByRole('button', { name: /^(پیوند تازه|New link)$/ }).click()
  await owner
    .getByRole('dialog')
    .getByRole('button', { name: /^(ساختن|Create)$/ })
    .click()
  const link = owner.getByRole('dialog').getByText(/^http:\/\/127\.0\.0\.1:\d+\/#\/join\//)
  await member.goto((await link.textContent()) ?? '')
  await member.getByRole('button', { name: /^(پیوستن به گروه|Join the group)$/ }).click()
  await expect(field(member)).toBeVisible()
  await owner.goto(chat)
}

/** A pane of the chat's details. */
async function open(page: Page, chat: string, pane: string): Promise<void> {
  await page.goto(`${chat.replace(/\/$/, '')}/${pane}`)
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

    await write(nilu, 'یک')
    const timer = nilu.getByRole('timer')
    await expect(timer).toHaveText(language === 'fa' ? /^۰:(۱۰|۰[۰-۹])$/ : /^0:(10|0\d)$/)
    await field(nilu).fill('دو')
    // On a touch screen Enter begins a new line.
    if (wide === 'member') await field(nilu).press('Enter')
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
}
