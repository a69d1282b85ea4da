// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, password, signIn, test } from './fixtures'

const phone = { language: 'en', phone: true } as const

/** Keeps a picture where one is asked for; nothing depends on it. */
async function look(page: Page, name: string): Promise<void> {
  const dir = process.env['ZOLAL_SHOTS']
  if (dir) await page.screenshot({ path: `${dir}/${name}.png`, animations: 'disabled' })
}

test('a sign-in is told to every other device, also to one that was away, and ended from there', async ({
  world,
}) => {
  const { server } = world
  const sara = await world.person('سارا', 'sara_m')
  await sara.goto(`${server.url}/healthz`)
  const thief = await world.visitor({ ...phone, from: `${server.url}/#/signin` })
  await signIn(thief, 'sara_m')
  await thief.goto(`${server.url}/#/settings/devices`)
  await thief.getByRole('button', { name: 'Sign out all others' }).click()
  await thief.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await expect(thief.getByText('This device signed in a short time ago.')).toBeVisible()

  await sara.goto(server.url)
  const bar = sara.getByRole('alert', { name: 'رویدادهای حساب' })
  await expect(bar).toContainText(/ورود تازه: .*Chrome/)
  await expect(bar).toContainText('شما بودید؟')
  await look(sara, 'notice-fa')
  await bar.getByRole('button', { name: 'نه، بیرونش کن' }).click()
  await sara.getByRole('dialog').getByRole('button', { name: 'بیرون کردن' }).click()
  await expect(thief.getByText('This device was signed out from another device.')).toBeVisible()
  await expect(sara.getByText('تغییر گذرواژه')).toBeVisible()
  await expect(bar).toBeHidden()

  await sara.goto(`${server.url}/#/settings/devices`)
  await expect(sara.getByText(/Chrome.* بیرون شد/)).toBeVisible()
  await look(sara, 'notices-fa')
})

test('on a phone: the owner says that it was them, and the new device has its say', async ({ world }) => {
  const { server } = world
  const sara = await world.person('Sara', 'sara_m', { ...phone, theme: 'dark' })
  const other = await world.visitor({ language: 'en', from: `${server.url}/#/signin` })
  await signIn(other, 'sara_m')
  await other.goto(`${server.url}/#/settings/security`)
  await expect(other.getByRole('note')).toContainText('This device is new.')
  await look(other, 'waits-en')
  const bar = sara.getByRole('alert')
  await expect(bar).toContainText(/New sign-in: .*Chrome/)
  await look(sara, 'notice-en-phone-dark')
  await bar.getByRole('button', { name: 'Yes, it was me' }).click()
  await expect(bar).toBeHidden()
  await expect(other.getByRole('note')).toBeHidden()
  await sara.reload()
  await expect(sara.getByRole('searchbox')).toBeVisible()
  await other.goto(`${server.url}/#/settings/devices`)
  await expect(other.getByText(/was confirmed from an older device/)).toBeVisible()
  await expect(sara.getByRole('alert')).toBeHidden()
})

test('a lost password and code: the way is said, a link sets a password once, the code is asked for', async ({
  world,
}) => {
  const { server } = world
  const sara = await world.person('Sara', 'sara_m', phone)
  await sara.goto(`${server.url}/#/settings/security`)
  await expect(
    sara.getByText('You have shown that you kept it. Entering it again changes nothing.'),
  ).toBeVisible()
  await sara.goto(`${server.url}/#/`)
  await expect(sara.getByText('Have you still got your recovery code?')).toBeHidden()
  const other = await world.visitor({ language: 'fa', phone: true, from: `${server.url}/#/signin` })
  await other.getByRole('button', { name: 'گذرواژه را فراموش کرده‌اید؟' }).click()
  await expect(other.getByText('گذرواژه و کد بازیابی', { exact: true })).toBeVisible()
  await expect(other.getByText(/حساب از دست رفته است/)).toBeVisible()
  await look(other, 'lost-fa-phone')

  const { link } = server.run('user', 'reset', 'sara_m') as { link: string }
  await other.goto(link)
  await look(other, 'reset-fa-phone')
  await other.getByLabel('گذرواژهٔ تازه').fill(`${password} تازه`)
  await other.getByRole('button', { name: 'گذاشتن گذرواژهٔ تازه' }).click()
  await expect(other.getByRole('searchbox')).toBeVisible()
  await expect(other.getByText('کد بازیابی را هنوز دارید؟')).toBeVisible()
  await look(other, 'remind-fa-phone')
  await other.getByRole('button', { name: 'نوشتن کد' }).click()
  const code = other.getByLabel('کد بازیابی', { exact: true })
  const kept = (world.codes.get('sara_m') ?? '').replace(/\d/g, (d) => '۰۱۲۳۴۵۶۷۸۹'[Number(d)] ?? d)
  await code.fill(kept)
  await other.getByRole('button', { name: 'آزمودن کد' }).click()
  await expect(other.getByText('کد درست است')).toBeVisible()
  await look(other, 'checked-fa-phone')
  await other.goto(`${server.url}/#/`)
  await expect(other.getByText('کد بازیابی را هنوز دارید؟')).toBeHidden()

  const late = await world.visitor({ language: 'en', from: link })
  await late.getByLabel('New password').fill('clear water and a tall mountain')
  await late.getByRole('button', { name: 'Set the new password' }).click()
  await expect(late.getByText(/This link was used/)).toBeVisible()
})
