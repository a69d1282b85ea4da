// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { accessible, expect, password, test, type World } from './fixtures'
import { atProvider, buildProvider, Provider } from './provider'

test.beforeAll(buildProvider)

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/provider/${name}.png` })

const words = {
  fa: {
    button: /^ورود با .*دانشگاه نمونه/,
    title: 'یک گام دیگر',
    loses: /این حساب گذرواژه و کد بازیابی نخواهد داشت/,
    user: /^نام کاربری/,
    word: /^گذرواژه$/,
    make: 'ساختن حساب',
    taken: /گرفته شده|را کس دیگری/,
    link: 'اینجا حساب دارم',
    linkDo: 'وصل کردن و ورود',
    mine: /^با .*دانشگاه نمونه.* وارد می‌شوید$/,
    old: /^گذرواژهٔ کنونی/,
    failed: 'ورود انجام نشد',
    expired: /زمانش گذشت/,
    group: /هیچ‌یک از گروه‌های شما/,
    connected: /شناسه‌ای در سازمانتان به این حساب وصل شد/,
    lastWay: /تا وقتی فقط از این راه وارد می‌شوید/,
    ties: 'اتصال به سازمان',
    young: /این دستگاه تازه وارد شده است و از/,
    end: 'قطع اتصال',
    endTitle: /دانشگاه نمونه.* قطع شود؟$/,
    endYes: 'قطع شود',
    wrong: 'گذرواژه نادرست است.',
    ended: 'اتصال قطع شد',
    unlinked: /اتصال حساب به سازمانتان قطع شد/,
    people: /عضوهای .*دانشگاه نمونه/,
    experimental: 'آزمایشی',
    signOut: 'خروج از حساب',
    reason: 'پیام‌های ناخواسته به بسیاری کسان',
    appeal: 'اعتراض',
    reasons: 'دلیل‌های شما',
    send: 'فرستادن اعتراض',
    open: 'اعتراض شما در انتظار پاسخ است',
  },
  en: {
    button: /^Sign in with .*دانشگاه نمونه/,
    title: 'One more step',
    loses: /This account will have no password and no recovery code/,
    user: /^Username/,
    word: /^Password$/,
    make: 'Make the account',
    taken: /taken/,
    link: 'I already have an account here',
    linkDo: 'Connect and sign in',
    mine: /^You sign in with .*دانشگاه نمونه/,
    old: /^Current password/,
    failed: 'That sign-in did not work',
    expired: /It took too long/,
    group: /None of your groups/,
    connected: /An identity at your organisation was connected/,
    lastWay: /while it is your only way in/,
    ties: 'Connection to your organisation',
    young: /This device signed in recently and can end the connection from/,
    end: 'End the connection',
    endTitle: /^End the connection to .*دانشگاه نمونه/,
    endYes: 'End it',
    wrong: 'The password is incorrect.',
    ended: 'The connection was ended',
    unlinked: /The connection to your organisation was ended on/,
    people: /The people of .*دانشگاه نمونه/,
    experimental: 'experimental',
    signOut: 'Sign out',
    reason: 'unwanted messages to many',
    appeal: 'Appeal',
    reasons: 'Your reasons',
    send: 'Send the appeal',
    open: 'Your appeal waits for an answer',
  },
} as const

for (const look of [
  { language: 'fa', theme: 'light', phone: true },
  { language: 'fa', theme: 'dark', phone: false },
  { language: 'en', theme: 'light', phone: false },
  { language: 'en', theme: 'dark', phone: true },
] as const) {
  const { language, theme, phone } = look
  const t = words[language]
  const name = `${language}-${theme}-${phone ? 'phone' : 'desktop'}`

  test(`people of an organisation come in by its provider, and come back (${name})`, async ({ world }) => {
    const { server } = world
    const boss = await world.person('سارا محمدی', 'sara_m', look)
    const provider = await Provider.start('staff')
    await provider.serves(server, '--oidc-rooms', `staff=${server.url}/#/join/@nowhere`)
    try {
      const page = await world.visitor({ ...look, from: `${server.url}/#/signup`, leaves: true })
      await expect(page.getByRole('button', { name: t.button })).toBeVisible()
      await page.goto(`${server.url}/#/signin`)
      await shot(page, `${name}-signin`)
      await accessible(page)
      await page.getByRole('button', { name: t.button }).click()
      await atProvider(page, 'a wrong word') // the provider's own affair
      await atProvider(page)
      // A new account: what it lacks is said before it is made, and a taken name asks for another.
      await expect(page.getByRole('heading', { name: t.title })).toBeVisible()
      await expect(page.getByText(t.loses)).toBeVisible()
      await shot(page, `${name}-choose`)
      await accessible(page)
      await page.getByLabel(t.user).fill('sara_m')
      await page.getByRole('button', { name: t.make }).click()
      await expect(page.getByText(t.taken)).toBeVisible()
      await page.getByLabel(t.user).fill('parvaneh')
      await page.getByRole('button', { name: t.make }).click()
      await expect(page.getByRole('searchbox')).toBeVisible()
      // Nothing asks for a recovery code that cannot be; the settings say how it stands.
      await page.goto(`${server.url}/#/settings/security`)
      await expect(page.getByRole('heading', { name: t.mine })).toBeVisible()
      await expect(page.getByText(t.lastWay)).toBeVisible()
      await expect(page.getByLabel(t.old)).toBeHidden()
      await expect(page.getByRole('button', { name: t.end })).toBeHidden()
      await shot(page, `${name}-settings`)
      await accessible(page)
      // A ticket is good once, and in the browser that began; who is in already is led on.
      await page.goto(`${server.url}/#/oidc/abc/parvaneh`)
      await expect(page.getByRole('searchbox')).toBeVisible()
      const other = await world.visitor({ ...look, from: `${server.url}/#/oidc/abc/parvaneh` })
      await expect(other.getByRole('heading', { name: t.failed })).toBeVisible()
      await expect(other.getByText(t.expired)).toBeVisible()
      await shot(other, `${name}-failed`)
      await accessible(other)
      // Another device of theirs: the provider knows who it is and asks for nothing here.
      const second = await world.visitor({ ...look, from: `${server.url}/#/join/@nowhere`, leaves: true })
      await second.getByRole('button', { name: t.button }).click()
      await atProvider(second)
      await expect(second.getByRole('searchbox')).toBeVisible()
      await expect(second).toHaveURL(/#\/join\/|#\/$/)
      expect(boss.isClosed()).toBe(false)
    } finally {
      await provider.stop()
    }
  })
}

test('an account is connected by its password, and who may not come in is told why', async ({ world }) => {
  const { server } = world
  const t = words.fa
  const boss = await world.person('سارا محمدی', 'sara_m')
  const provider = await Provider.start('pupils')
  try {
    await provider.serves(server)
    const page = await world.visitor({ from: `${server.url}/#/signin`, leaves: true })
    await page.getByRole('button', { name: t.button }).click()
    await atProvider(page)
    await page.getByRole('button', { name: t.link }).click()
    await page.getByLabel(t.user).fill('sara_m')
    await page.getByLabel(t.word).fill('گذرواژهٔ نادرست')
    await shot(page, 'link')
    await page.getByRole('button', { name: t.linkDo }).click()
    await expect(page.getByText('نام کاربری یا گذرواژه درست نیست.')).toBeVisible()
    await page.getByLabel(t.word).fill(password)
    await page.getByRole('button', { name: t.linkDo }).click()
    await expect(page.getByRole('searchbox')).toBeVisible()
    await boss.goto(`${server.url}/#/settings/devices`)
    await expect(boss.getByText(t.connected).first()).toBeVisible()
    // It keeps its password.
    await page.goto(`${server.url}/#/settings/security`)
    await expect(page.getByLabel(t.old).first()).toBeVisible()
    // Its last part is fetched too before the server goes away for a moment.
    for (const part of ['کلیدهای عبور', 'گام دوم هنگام ورود'])
      await expect(page.getByRole('heading', { name: part })).toBeVisible()

    await provider.serves(server, '--oidc-groups', 'staff')
    const pupil = await world.visitor({ from: `${server.url}/#/signin`, leaves: true })
    await pupil.getByRole('button', { name: t.button }).click()
    await atProvider(pupil)
    await expect(pupil.getByText(t.group)).toBeVisible()
    await shot(pupil, 'group')
  } finally {
    await provider.stop()
  }
})

/** Connects sara_m to the identity at the provider, on a new device. */
async function connected(
  world: World,
  look: Parameters<World['visitor']>[0],
  t: (typeof words)['fa' | 'en'],
) {
  const page = await world.visitor({ ...look, from: `${world.server.url}/#/signin`, leaves: true })
  await page.getByRole('button', { name: t.button }).click()
  await atProvider(page)
  await page.getByRole('button', { name: t.link }).click()
  await page.getByLabel(t.user).fill('sara_m')
  await page.getByLabel(t.word).fill(password)
  await page.getByRole('button', { name: t.linkDo }).click()
  return page
}

for (const look of [
  { language: 'fa', theme: 'light', phone: true },
  { language: 'en', theme: 'dark', phone: false },
] as const) {
  const { language, theme, phone } = look
  const t = words[language]
  const name = `${language}-${theme}-${phone ? 'phone' : 'desktop'}`

  test(`who knows the password ends the connection to an organisation (${name})`, async ({ world }) => {
    const { server } = world
    const boss = await world.person('سارا محمدی', 'sara_m', look)
    const provider = await Provider.start('staff')
    try {
      await provider.serves(server)
      // The operator sees who else comes in, and how far that is.
      server.run('signup', 'invite')
      await boss.goto(`${server.url}/#/settings/invite`)
      await expect(boss.getByText(t.people)).toBeVisible()
      await expect(boss.getByText(t.experimental, { exact: true })).toBeVisible()
      await shot(boss, `${name}-rules`)
      await accessible(boss)
      await boss.goto(`${server.url}/#/settings/security`)
      await expect(boss.getByRole('heading', { name: t.ties })).toBeHidden()
      const page = await connected(world, look, t)
      await expect(page.getByRole('searchbox')).toBeVisible()
      await page.goto(`${server.url}/#/settings/security`)
      await expect(page.getByText(t.young)).toBeVisible()
      await expect(page.getByRole('button', { name: t.end })).toBeHidden()
      await page.getByRole('heading', { name: t.ties }).scrollIntoViewIfNeeded()
      await shot(page, `${name}-ties-young`)
      // On the older device it shows without anybody asking again, and can be ended.
      await boss.getByRole('button', { name: t.end }).click()
      const dialog = boss.getByRole('dialog', { name: t.endTitle })
      await expect(dialog.getByLabel(t.old)).toBeFocused()
      await shot(boss, `${name}-ties-end`)
      await accessible(boss)
      await boss.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
      await shot(boss, `${name}-ties`)
      await accessible(boss)
      await boss.getByRole('button', { name: t.end }).click()
      await dialog.getByLabel(t.old).fill('گذرواژهٔ نادرست')
      await dialog.getByRole('button', { name: t.endYes }).click()
      await expect(dialog.getByText(t.wrong)).toBeVisible()
      await dialog.getByLabel(t.old).fill(password)
      await boss.keyboard.press('Enter')
      await expect(boss.getByText(t.ended)).toBeVisible()
      await expect(boss.getByRole('heading', { name: t.ties })).toBeHidden()
      // The other device stays, and is told.
      await expect(page.getByRole('heading', { name: t.ties })).toBeHidden()
      await page.goto(`${server.url}/#/settings/devices`)
      await expect(page.getByText(t.unlinked).first()).toBeVisible()
      await shot(page, `${name}-ties-told`)
      // The provider still knows the person, but no account here is theirs.
      const again = await world.visitor({ ...look, from: `${server.url}/#/signin`, leaves: true })
      await again.getByRole('button', { name: t.button }).click()
      await atProvider(again)
      await expect(again.getByRole('heading', { name: t.title })).toBeVisible()
    } finally {
      await provider.stop()
    }
  })
}

for (const language of ['fa', 'en'] as const) {
  test(`who comes by the provider alone reads why they are suspended, and appeals (${language})`, async ({
    world,
  }) => {
    const { server } = world
    const look = { language, theme: language === 'fa' ? 'dark' : 'light', phone: language === 'fa' } as const
    const t = words[language]
    await world.person('سارا محمدی', 'sara_m', look)
    const provider = await Provider.start('staff')
    try {
      await provider.serves(server)
      const page = await world.visitor({ ...look, from: `${server.url}/#/signin`, leaves: true })
      await page.getByRole('button', { name: t.button }).click()
      await atProvider(page)
      await page.getByLabel(t.user).fill('parvaneh')
      await page.getByRole('button', { name: t.make }).click()
      await expect(page.getByRole('searchbox')).toBeVisible()
      server.run('user', 'suspend', 'parvaneh', '--reason', 'spam')
      const back = await world.visitor({ ...look, from: `${server.url}/#/signin`, leaves: true })
      await back.getByRole('button', { name: t.button }).click()
      await atProvider(back)
      const alert = back.getByRole('alert').filter({ hasText: t.reason })
      await expect(alert).toBeVisible()
      await accessible(back)
      await alert.getByRole('button', { name: t.appeal }).click()
      await back.getByLabel(t.reasons).fill('دستگاهم دست دیگری بود')
      await back.getByRole('button', { name: t.send }).click()
      await expect(alert).toContainText(t.open)
      await shot(back, `suspended-${language}`)
    } finally {
      await provider.stop()
    }
  })
}
