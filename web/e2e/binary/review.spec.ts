// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { accessible, expect, fillSignUp, said, signIn, test } from './fixtures'

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/review/${name}.png` })

const words = {
  fa: {
    note: 'چند کلمه برای گرداننده',
    waits: 'در انتظار تأیید',
    refusedTitle: 'گرداننده نپذیرفت',
    notYet: /هنوز حساب شما را تأیید نکرده است/,
    service: /پیام‌های سرور/,
    told: 'در انتظار تأیید شما',
    list: 'تازه‌واردهای منتظر',
    review: /^تأیید تازه‌واردها به دست شما/,
    experimental: 'آزمایشی',
    accept: 'راه دادن',
    refuse: 'نپذیرفتن',
    go: 'ورود',
    user: /^نام کاربری/,
    word: /^گذرواژه$/,
  },
  en: {
    note: 'A few words to the operator',
    waits: 'Waiting for approval',
    refusedTitle: 'The operator refused',
    notYet: /has not approved your account yet/,
    service: /Server messages/,
    told: 'for your approval',
    list: 'Newcomers who wait',
    review: /^Approve newcomers yourself/,
    experimental: 'experimental',
    accept: 'Let in',
    refuse: 'Refuse',
    go: 'Sign in',
    user: /^Username/,
    word: /^Password$/,
  },
} as const

for (const look of [
  { language: 'fa', theme: 'light', phone: true },
  { language: 'en', theme: 'dark', phone: false },
] as const) {
  const { language, theme, phone } = look
  const t = words[language]
  const name = `${language}-${theme}-${phone ? 'phone' : 'desktop'}`

  test(`newcomers wait until the operator lets them in, and lose nothing they typed (${name})`, async ({
    world,
  }) => {
    const { server } = world
    const boss = await world.person('سارا محمدی', 'sara_m', look)
    server.run('signup', 'open', '--yes', '--review', '--work', 'off')

    // One stays on the page, another closes it and comes back, a third is refused.
    const stays = await world.visitor({ ...look, from: `${server.url}/#/signup` })
    await stays.getByLabel(t.note).fill('از کلاس سوم، خانم رضایی مرا می‌شناسد')
    await shot(stays, `${name}-form`)
    await fillSignUp(stays, 'گلناز رضایی', 'golnaz')
    await expect(stays.getByRole('heading', { name: t.waits })).toBeVisible()
    await shot(stays, `${name}-waits`)
    await accessible(stays)
    const leaves = await world.visitor({ ...look, from: `${server.url}/#/signup` })
    await fillSignUp(leaves, 'بهروز امینی', 'behrooz')
    await expect(leaves.getByRole('heading', { name: t.waits })).toBeVisible()
    const refused = await world.visitor({ ...look, from: `${server.url}/#/signup` })
    await fillSignUp(refused, 'Spammer', 'spammer_1')
    await expect(refused.getByRole('heading', { name: t.waits })).toBeVisible()
    await leaves.goto(`${server.url}/#/signin`)
    await leaves.reload()
    await signIn(leaves, 'behrooz', t.notYet)

    // The operator is told that somebody waits, reads what they say of themselves, and decides.
    await boss.goto(server.url)
    await boss.getByRole('link', { name: t.service }).click()
    await expect(said(boss, t.told)).toHaveCount(1)
    await shot(boss, `${name}-told`)
    await boss.goto(`${server.url}/#/settings/invite`)
    await expect(boss.getByRole('heading', { name: t.list })).toBeVisible()
    await expect(boss.getByRole('switch', { name: t.review }).getByText(t.experimental)).toBeVisible()
    const row = (of: string) => boss.getByRole('listitem', { name: of })
    await expect(row('گلناز رضایی').getByText('از کلاس سوم')).toBeVisible()
    await shot(boss, `${name}-list`)
    await accessible(boss)
    await row('گلناز رضایی').getByRole('button', { name: t.accept }).click()
    await expect(row('گلناز رضایی')).toBeHidden()
    await row('Spammer').getByRole('button', { name: t.refuse }).click()
    await expect(row('Spammer').getByRole('button', { name: t.refuse })).toBeHidden()
    server.run('signup', 'approve', 'behrooz')

    await expect(stays.getByRole('searchbox')).toBeVisible()
    await expect(refused.getByRole('heading', { name: t.refusedTitle })).toBeVisible()
    await shot(refused, `${name}-refused`)
    await leaves.reload()
    await signIn(leaves, 'behrooz')
    expect(server.run('signup', 'waiting')).toMatchObject({
      newcomers: [{ username: 'spammer_1', refused: true }],
    })
  })
}
