// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { accept, accessible, expect, findPerson, password, said, signIn, test, write } from './fixtures'

/** Keeps a picture where one is asked for; nothing depends on it. */
async function look(page: Page, name: string): Promise<void> {
  const dir = process.env['ZOLAL_SHOTS']
  if (dir) await page.screenshot({ path: `${dir}/${name}.png`, animations: 'disabled' })
}

const of = {
  fa: {
    leave: 'حذف حساب',
    password: 'گذرواژهٔ کنونی',
    yes: 'بله، حذف شود',
    keep: 'نگه داشتن حساب',
    pending: /حساب شما در .* حذف می‌شود/,
    bar: /این حساب در .* حذف می‌شود/,
    told: /حساب نگه داشته شد، در .*Chrome/,
    messages: 'پیام‌هایم هم حذف شود',
    gone: 'این حساب حذف شده است',
    name: 'حساب حذف‌شده',
    out: 'از دستگاه دیگری به نشست این دستگاه پایان داده شد.',
    resting: /تا ۳۰ روز کس دیگری نمی‌تواند آن را بردارد/,
    often: /نام را در ۳۰ روز سه بار می‌توان عوض کرد/,
  },
  en: {
    leave: 'Delete account',
    password: 'Current password',
    yes: 'Yes, delete it',
    keep: 'Keep the account',
    pending: /Your account will be deleted on/,
    bar: /This account will be deleted on/,
    told: /The account is kept after all \(on .*Chrome/,
    messages: 'Delete my messages too',
    gone: 'This account was deleted',
    name: 'Deleted account',
    out: 'This device was signed out from another device.',
    resting: /For 30 days nobody else can take it/,
    often: /A name can be changed three times in 30 days/,
  },
} as const

for (const language of ['fa', 'en'] as const) {
  test(`an account is deleted, kept by another device, and gone for others (${language})`, async ({
    world,
  }) => {
    const { server } = world
    const w = of[language]
    const [phone, theme] = [language === 'en', language === 'fa' ? 'light' : 'dark'] as const
    await world.person('Boss', 'the_boss', { language })
    const sara = await world.person('Sara', 'sara_m', { language, phone, theme })
    const reza = await world.person('Reza', 'reza_k', { language, phone, theme })
    await findPerson(sara, 'reza_k', 'Reza')
    await write(sara, 'hello from sara')
    await reza.goto(`${server.url}/#/`)
    await accept(reza, /Sara/)
    await write(reza, 'hello from reza')
    await expect(said(sara, 'hello from reza')).toBeVisible()

    const other = await world.visitor({ language, from: `${server.url}/#/signin` })
    await signIn(other, 'sara_m')
    await sara.goto(`${server.url}/#/settings/profile`)
    await sara.getByRole('button', { name: w.leave }).click()
    await expect(sara.getByRole('switch', { name: w.messages })).toBeVisible()
    await accessible(sara)
    await look(sara, `leaving-${language}`)
    await sara.getByLabel(w.password).fill('not this one at all')
    await sara.getByRole('button', { name: w.leave }).last().click()
    await sara.getByRole('dialog').getByRole('button', { name: w.yes }).click()
    await expect(sara.getByLabel(w.password)).toHaveAttribute('aria-invalid', 'true')
    // While it asks, what is behind it takes no words.
    await expect(sara.getByRole('dialog')).toHaveCount(0)
    await sara.getByLabel(w.password).fill(password)
    await sara.getByRole('button', { name: w.leave }).last().click()
    await look(sara, `leaving-asked-${language}`)
    await sara.getByRole('dialog').getByRole('button', { name: w.yes }).click()
    await expect(sara.getByRole('status').filter({ hasText: w.pending })).toBeVisible()
    await look(sara, `leaving-pending-${language}`)

    // Every device reads of it, and any of them keeps the account.
    const bar = other.getByRole('alert', { name: w.leave })
    const notice = other.getByRole('alert').first()
    await expect(notice).toBeVisible()
    await other.getByRole('button', { name: /^(خبر دارم|I knew about it)$/ }).click()
    await expect(bar).toContainText(w.bar)
    await look(other, `leaving-bar-${language}`)
    await bar.getByRole('button', { name: w.keep }).click()
    await expect(bar).toBeHidden()
    await expect(sara.getByRole('switch', { name: w.messages })).toBeVisible()
    await sara.goto(`${server.url}/#/settings/devices`)
    await expect(sara.getByText(w.told)).toBeVisible()

    // Where its time comes at once, it is gone for everybody, with what it wrote.
    await server.stop()
    await server.start('--deletion-after', '2s')
    await sara.goto(`${server.url}/#/settings/leaving`)
    await sara.getByRole('switch', { name: w.messages }).click()
    await sara.getByLabel(w.password).fill(password)
    await sara.getByRole('button', { name: w.leave }).last().click()
    await sara.getByRole('dialog').getByRole('button', { name: w.yes }).click()
    await expect(sara.getByText(w.out)).toBeVisible()
    await signIn(sara, 'sara_m', /نام کاربری یا گذرواژه|username or password/i)
    // That takes the seconds in which its sessions hear of it.
    await reza.goto(`${server.url}/#/`)
    await expect(async () => {
      await reza.reload()
      await expect(reza.getByRole('link', { name: w.name })).toBeVisible({ timeout: 2000 })
    }).toPass({ timeout: 30_000 })
    await reza.getByRole('link', { name: w.name }).click()
    await expect(reza.getByText(w.gone)).toBeVisible()
    await expect(said(reza, 'hello from reza')).toBeVisible()
    await expect(reza.getByText('hello from sara')).toBeHidden()
    await look(reza, `leaving-gone-${language}`)

    // Its name is nobody's yet, and who changes names too often keeps the last.
    await reza.goto(`${server.url}/#/settings/profile`)
    const name = reza.getByLabel(/^(نام کاربری|Username)/)
    const save = reza.getByRole('button', { name: /^(ذخیره|Save)$/ })
    const take = async (username: string) => {
      await name.fill(username)
      await save.click()
      await expect(save).toBeEnabled()
    }
    await take('sara_m')
    await expect(reza.getByText(w.resting)).toBeVisible()
    await look(reza, `name-resting-${language}`)
    for (const free of ['reza_one', 'reza_two', 'reza_three']) {
      await take(free)
      await expect(name).not.toHaveAttribute('aria-invalid', 'true')
    }
    await take('reza_four')
    await expect(reza.getByText(w.often)).toBeVisible()
    await look(reza, `name-often-${language}`)
    await take('reza_k')
    await expect(name).not.toHaveAttribute('aria-invalid', 'true')
  })
}
