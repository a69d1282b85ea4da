// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, field, menu, said, talk, test, write } from './fixtures'

const kinds = [
  {
    language: 'fa',
    phone: true,
    theme: 'dark',
    link: {
      details: 'پیوندهای دعوت',
      make: 'پیوند تازه',
      create: 'ساختن',
      join: 'پیوستن به گروه',
      copy: 'کپی پیوند',
    },
    group: { name: 'نام گروه', later: 'بعداً' },
    menu: { readers: 'چه کسانی خوانده‌اند', more: 'واکنش‌های دیگر', react: 'پاسخ' },
    mute: ['بی‌صدا کردن', 'هشت ساعت', 'با صدا کردن'],
    more: 'بیشتر',
    oldest: 'به آغاز گفتگو',
  },
  {
    language: 'en',
    phone: false,
    theme: 'light',
    link: {
      details: 'Invite links',
      make: 'New link',
      create: 'Create',
      join: 'Join the group',
      copy: 'Copy link',
    },
    group: { name: 'Name of the group', later: 'Later' },
    menu: { readers: 'Read by', more: 'More reactions', react: 'Reply' },
    mute: ['Mute', 'For 8 hours', 'Unmute'],
    more: 'More',
    oldest: 'To the beginning',
  },
] as const

type Kind = (typeof kinds)[number]

/** A group that another person came into by its link; the link leads there. */
async function groupLink(page: Page, kind: Kind): Promise<string> {
  await page.goto(`${new URL(page.url()).origin}/#/new/group`)
  await page.getByLabel(kind.group.name).fill('Tochal')
  await page.getByRole('button', { name: kind.link.create }).click()
  await page.getByRole('dialog').getByRole('button', { name: kind.group.later }).click()
  await expect(field(page)).toBeVisible()
  const chat = page.url()
  await page.locator('header .who').click()
  await page.getByRole('button', { name: kind.link.details }).click()
  await page.getByRole('button', { name: kind.link.make }).click()
  await page.getByRole('button', { name: kind.link.create }).click()
  const link = page.getByRole('dialog').getByText(/^http:\/\/127\.0\.0\.1:\d+\/#\/join\//)
  const address = (await link.textContent()) ?? ''
  await page.goto(chat)
  await expect(field(page)).toBeVisible()
  return address
}

for (const kind of kinds) {
  const { language, phone, theme } = kind
  const where = phone ? 'phone' : 'desktop'
  test(`${language} ${where}: who has read, any reaction, silence for a time, and the way to a day`, async ({
    world,
  }) => {
    const sara = await world.person('Sara', 'sara_m', { language, phone, theme })
    const link = await groupLink(sara, kind)
    const nilu = await world.person('Niloofar', 'niloofar', { language, phone, theme })
    await nilu.goto(link)
    await nilu.getByRole('button', { name: kind.link.join }).click()
    await expect(field(nilu)).toBeVisible()

    await write(sara, 'first words')
    await expect(said(nilu, 'first words')).toBeVisible()
    await nilu.bringToFront()
    await expect(said(sara, 'first words').getByRole('img', { name: /^(خوانده شد|Read)$/ })).toBeVisible()
    await menu(sara, 'first words', kind.menu.readers)
    await expect(sara.getByRole('dialog').getByRole('button')).toHaveText([/Niloofar/])
    await sara.screenshot({ path: `test-results/binary/readers-${language}.png` })
    await sara.keyboard.press('Escape')

    await said(nilu, 'first words').locator('.bubble').click({ button: 'right' })
    await nilu.getByRole('button', { name: kind.menu.more }).click()
    await nilu.getByRole('dialog').getByRole('button', { name: '😎' }).click()
    await expect(said(sara, 'first words').getByRole('button', { name: /😎/ })).toBeVisible()

    const [mute, during, unmute] = kind.mute
    await nilu.locator('header').getByRole('button', { name: kind.more }).last().click()
    await nilu.getByRole('menuitem', { name: mute }).click()
    await nilu.getByRole('menuitem', { name: during }).click()
    // It is the server that keeps it.
    for (const again of [false, true]) {
      if (again) await nilu.reload()
      await expect(field(nilu)).toBeVisible()
      await expect(async () => {
        await nilu.locator('header').getByRole('button', { name: kind.more }).last().click()
        await expect(nilu.getByRole('menu')).toBeVisible()
        const found = await nilu.getByRole('menuitem', { name: unmute }).isVisible()
        await nilu.keyboard.press('Escape')
        expect(found).toBe(true)
      }).toPass()
    }

    for (let i = 0; i < 12; i++) await write(sara, `line ${i}\n`.repeat(6))
    await expect(said(sara, 'line 11')).toBeVisible()
    await talk(sara).locator('.day button').last().click()
    await sara.getByRole('dialog').getByRole('button', { name: kind.oldest }).click()
    await expect(said(sara, 'first words')).toBeInViewport()
    await sara.screenshot({ path: `test-results/binary/oldest-${language}.png` })
  })
}
