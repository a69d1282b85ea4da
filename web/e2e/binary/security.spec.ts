// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHmac } from 'node:crypto'
import type { Page } from '@playwright/test'
import { expect, field, password, said, signIn, speak, test, write } from './fixtures'

/**
 * A part's script or style is another than was built, with something in it that would be seen, until the test
 * says otherwise. Counts how often it was asked for.
 */
async function meddled(
  page: Page,
  part: string,
  kind: 'js' | 'css',
): Promise<{ over: boolean; asked: number }> {
  const told = { over: false, asked: 0 }
  await page.route(new RegExp(`/assets/${part}-[^/]*\\.${kind}$`), async (route) => {
    const response = await route.fetch()
    told.asked++
    if (told.over) return route.fulfill({ response })
    const more = kind === 'js' ? ';window.e2eForeign=1' : 'html{--e2e-foreign:1}'
    return route.fulfill({ response, body: (await response.text()) + more })
  })
  return told
}

/** Whether anything of it ran, or is applied. */
const foreign = (page: Page) =>
  page.evaluate(() => [
    'e2eForeign' in window,
    getComputedStyle(document.documentElement).getPropertyValue('--e2e-foreign') !== '',
  ])

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
  // No text becomes markup, nor a file from elsewhere code.
  const tries = await sara.evaluate(() =>
    [
      () => (document.createElement('div').innerHTML = '<b>x</b>'),
      () => new DOMParser().parseFromString('<b>x</b>', 'text/html'),
      () => new Worker('https://example.org/x.js'),
    ].map((act) => {
      try {
        act()
        return 'done'
      } catch (error) {
        return (error as Error).name
      }
    }),
  )
  expect(tries).toEqual(['TypeError', 'TypeError', 'TypeError'])
  // In a task of the page's own: what the browser's tools run may do more.
  const compiled = sara.evaluate(
    () =>
      new Promise<string>((resolve) =>
        setTimeout(() => {
          try {
            resolve(String(new Function('return 1')()))
          } catch (error) {
            resolve((error as Error).name)
          }
        }),
      ),
  )
  expect(await compiled).toBe('EvalError')
  await sara.goto(`${server.url}/healthz`)
  const thief = await world.visitor({ ...phone, from: `${server.url}/#/signin` })
  // A script that is not what was built does not run, nor does such a style draw; both are asked for again.
  const script = await meddled(thief, 'Settings', 'js')
  const style = await meddled(thief, 'Contacts', 'css')
  await signIn(thief, 'sara_m')
  const outAll = thief.getByRole('button', { name: 'Sign out all others' })
  const parts = [
    { files: style, at: 'contacts', shown: thief.getByRole('heading', { name: 'Contacts', exact: true }) },
    { files: script, at: 'settings/devices', shown: outAll },
  ]
  for (const { files, at, shown } of parts) {
    await thief.goto(`${server.url}/#/${at}`)
    // What waits longer each time to ask again does so now.
    const seen = async () => {
      await thief.evaluate(() => dispatchEvent(new Event('online')))
      return [files.asked > 4, await shown.isVisible(), ...(await foreign(thief))]
    }
    await expect.poll(seen, at).toEqual([true, false, false, false])
    files.over = true
    await expect.poll(seen, `${at}, as it was built`).toEqual([true, true, false, false])
  }
  await outAll.click()
  await thief.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await expect(thief.getByText('This device signed in recently.')).toBeVisible()

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
  // The server knows its own app.
  await expect(sara.locator('.device .build')).toHaveText(/^[0-9a-f]{10}$/)
  await expect(sara.getByText('نه نسخهٔ منتشرشده')).toHaveCount(0)
  await look(sara, 'notices-fa')

  // Whoever nobody answered for stands first in the list, also after the notice was seen.
  const again = await world.visitor({ ...phone, from: `${server.url}/#/signin` })
  await signIn(again, 'sara_m')
  const doubt = sara.locator('section', { hasText: 'تأیید نشده' })
  await expect(doubt).toContainText('شما بودید؟')
  await sara.reload()
  await expect(doubt.getByText(/Chrome/)).toHaveCount(1)
  await look(sara, 'doubt-fa')
  await doubt.getByRole('button', { name: 'نه، بیرونش کن' }).click()
  await sara.getByRole('dialog').getByRole('button', { name: 'بیرون کردن' }).click()
  await expect(sara.getByText('تغییر گذرواژه')).toBeVisible()
  await expect(again.getByText('This device was signed out from another device.')).toBeVisible()
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

  const third = await world.visitor({ language: 'en', from: `${server.url}/#/signin` })
  await signIn(third, 'sara_m')
  await sara.goto(`${server.url}/#/settings/devices`)
  const doubt = sara.locator('section', { hasText: 'Was it you?' })
  await expect(doubt.getByText('Not confirmed')).toHaveCount(1)
  await look(sara, 'doubt-en-phone-dark')
  await third.goto(`${server.url}/#/settings/devices`)
  await expect(third.getByText('This device', { exact: true })).toBeVisible()
  await expect(third.getByText('Not confirmed')).toBeHidden()
  await doubt.getByRole('button', { name: 'Yes, it was me' }).click()
  await expect(doubt).toBeHidden()
})

for (const language of ['fa', 'en'] as const) {
  test(`on a phone a sign-in is told in an open chat too, and nothing is covered (${language})`, async ({
    world,
  }) => {
    const { server } = world
    const theme = language === 'fa' ? 'light' : 'dark'
    const sara = await world.person('Sara', 'sara_m', { language, phone: true, theme })
    await sara.getByRole('button', { name: /^(فهرست|Menu)$/ }).click()
    await sara.getByRole('menuitem', { name: /^(پیام‌های ذخیره‌شده|Saved messages)$/i }).click()
    await write(sara, 'shopping')
    const other = await world.visitor({ language, from: `${server.url}/#/signin` })
    await signIn(other, 'sara_m')
    // Until somebody has answered, the new device runs no server and changes no name, though its owner may.
    const young = language === 'fa' ? /^این دستگاه تازه وارد شده است/ : /^This device signed in recently/
    await other.goto(`${server.url}/#/feedback`)
    await expect(other.getByText(young).first()).toBeVisible()
    await look(other, `young-desk-${language}`)
    await other.goto(`${server.url}/#/settings/invite`)
    // It is told once, and nothing stands there that would be refused.
    await expect(other.getByRole('button', { name: /^(تلاش دوباره|Try again)$/ })).toBeVisible()
    await expect(other.getByText(young)).toHaveCount(1)
    const nobody = other.getByRole('radio', { name: /^(هیچ‌کس|Nobody)$/ })
    await expect(nobody).toHaveCount(0)
    await look(other, `young-invite-${language}`)
    await other.goto(`${server.url}/#/settings/profile`)
    await other.getByLabel(/^(نام کاربری|Username)/).fill('sara_stolen')
    await other.getByRole('button', { name: /^(ذخیره|Save)$/ }).click()
    await expect(other.getByLabel(/^(نام کاربری|Username)/)).toHaveAttribute('aria-invalid', 'true')
    await expect(other.locator('form').getByText(young)).toBeVisible()
    await look(other, `young-name-${language}`)
    const bar = sara.getByRole('main').getByRole('alert')
    await expect(bar).toContainText(/ورود تازه: .*Chrome|New sign-in: .*Chrome/)
    const below = async () => {
      const notice = await bar.boundingBox()
      const box = await field(sara).boundingBox()
      return notice && box ? notice.y + notice.height <= box.y && box.y + box.height <= 844 : false
    }
    await expect.poll(below).toBe(true)
    await expect(said(sara, 'shopping')).toBeVisible()
    await look(sara, `notice-chat-${language}-phone`)
    await write(sara, 'and bread')
    await expect(said(sara, 'and bread')).toBeVisible()
    await bar.getByRole('button', { name: /بله، من بودم|Yes, it was me/ }).click()
    await expect(bar).toBeHidden()
    await other.goto(`${server.url}/#/settings/invite`)
    await nobody.click()
    await expect(nobody).toBeChecked()
  })
}

test('a lost password and code: the way is said, a link sets a password once, the code is asked for', async ({
  world,
}) => {
  const { server } = world
  const sara = await world.person('Sara', 'sara_m', phone)
  await sara.goto(`${server.url}/#/settings/security`)
  await expect(
    sara.getByText('You have confirmed that you have it. Entering it again changes nothing.'),
  ).toBeVisible()
  await sara.goto(`${server.url}/#/`)
  await expect(sara.getByText('Do you still have your recovery code?')).toBeHidden()
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

  // The same in English, by another link.
  await late.goto(`${server.url}/#/signin`)
  await late.getByRole('button', { name: 'Forgot your password?' }).click()
  await expect(late.getByText(/the account is lost/)).toBeVisible()
  await look(late, 'lost-en')
  await late.goto((server.run('user', 'reset', 'sara_m') as { link: string }).link)
  await late.getByLabel('New password').fill('clear water and a tall mountain')
  await late.getByRole('button', { name: 'Set the new password' }).click()
  await expect(late.getByText('Do you still have your recovery code?')).toBeVisible()
  await look(late, 'remind-en')
  await late.getByRole('button', { name: 'Enter it' }).click()
  await late.getByLabel('Recovery code', { exact: true }).fill(world.codes.get('sara_m') ?? '')
  await late.getByRole('button', { name: 'Check the code' }).click()
  await expect(late.getByText('The code is right')).toBeVisible()
  await look(late, 'checked-en')
})

for (const language of ['fa', 'en'] as const) {
  test(`with the link of a reset alone a suspension is read of and appealed against (${language})`, async ({
    world,
  }) => {
    const { server } = world
    const fa = language === 'fa'
    await world.person('Sara', 'sara_m', { language })
    const { link } = server.run('user', 'reset', 'sara_m') as { link: string }
    server.run('user', 'suspend', 'sara_m', '--reason', 'spam')
    const back = await world.visitor({ language, phone: !fa, theme: fa ? 'light' : 'dark', from: link })
    await back.getByLabel(fa ? 'گذرواژهٔ تازه' : 'New password').fill(password)
    await back.getByRole('button', { name: fa ? 'گذاشتن گذرواژهٔ تازه' : 'Set the new password' }).click()
    const alert = back.getByRole('alert').filter({ hasText: fa ? 'تعلیق' : 'suspended' })
    await expect(alert).toContainText(fa ? 'پیام‌های ناخواسته به بسیاری کسان' : 'unwanted messages to many')
    await look(back, `suspended-link-${language}`)
    await alert.getByRole('button', { name: fa ? 'اعتراض' : 'Appeal' }).click()
    await back.getByLabel(fa ? 'دلیل‌های شما' : 'Your reasons').fill('I was away')
    await back.getByRole('button', { name: fa ? 'فرستادن اعتراض' : 'Send the appeal' }).click()
    await expect(alert).toContainText(
      fa ? 'اعتراض شما در انتظار پاسخ است' : 'Your appeal waits for an answer',
    )
    server.run('user', 'suspend', 'sara_m', '--lift')
    await back.getByRole('button', { name: fa ? 'گذاشتن گذرواژهٔ تازه' : 'Set the new password' }).click()
    await expect(back.getByRole('searchbox')).toBeVisible()
  })
}

/** Sets an authenticator up. */
async function factorOn(page: Page, language: 'fa' | 'en'): Promise<void> {
  const origin = new URL(page.url()).origin
  await page.goto(`${origin}/#/settings/security`)
  const fa = language === 'fa'
  await page
    .getByLabel(fa ? 'گذرواژهٔ کنونی، برای تغییر این‌ها' : 'Current password, for changes here')
    .fill(password)
  await page.getByRole('button', { name: fa ? 'گذاشتن رمزساز' : 'Set up an authenticator' }).click()
  const secret = (await page.locator('.secret').textContent())?.trim() ?? ''
  await page.getByLabel(fa ? 'کد' : 'Code', { exact: true }).fill(totp(secret))
  await page.getByRole('button', { name: fa ? 'روشن کردن' : 'Turn it on' }).click()
  await page.getByRole('button', { name: fa ? 'نگهشان داشتم' : 'I have kept them' }).click()
}

for (const language of ['fa', 'en'] as const) {
  test(`what the operator gives and takes away is read, each in a line of its own (${language})`, async ({
    world,
  }) => {
    const { server } = world
    const theme = language === 'fa' ? 'light' : 'dark'
    const sara = await world.person('Sara', 'sara_m', { language, phone: language === 'en', theme })
    await factorOn(sara, language)
    server.run('user', 'reset', 'sara_m')
    server.runWith(password, 'user', 'reset', 'sara_m', '--password-stdin', '--second-factor')
    const back = await world.visitor({
      language,
      phone: language === 'en',
      theme,
      from: `${server.url}/#/signin`,
    })
    await signIn(back, 'sara_m')
    await back.goto(`${server.url}/#/settings/acts`)
    const lines = back.getByRole('listitem')
    const said =
      language === 'fa'
        ? ['گام دوم ورود شما برداشته شد', 'گذرواژهٔ دیگری داده شد', 'پیوندی برای گذاشتن گذرواژهٔ تازه']
        : [
            'second step at your sign-in was taken away',
            'given another password',
            'a link was made that sets another',
          ]
    for (const line of said) await expect(lines.filter({ hasText: line })).toHaveCount(1)
    await look(back, `given-acts-${language}`)
    await back.goto(`${server.url}/#/settings/devices`)
    const notices =
      language === 'fa'
        ? ['گردانندهٔ سرور گام دوم ورود را برداشت', 'گردانندهٔ سرور به این حساب گذرواژهٔ دیگری داد']
        : [
            'The operator took the second step at sign-in away',
            'The operator gave this account another password',
          ]
    for (const notice of notices) await expect(back.getByText(notice).last()).toBeVisible()
    await look(back, `given-devices-${language}`)
  })
}

for (const [language, phone] of [
  ['fa', true],
  ['en', false],
] as const) {
  const title = 'who is suspended appeals with a code beside the password, or by the recovery code'
  test(`${title} (${language})`, async ({ world }) => {
    const { server } = world
    const fa = language === 'fa'
    const look_ = { language, phone, theme: fa ? ('dark' as const) : ('light' as const) }
    const sara = await world.person('Sara', 'sara_m', look_)
    await factorOn(sara, language)
    server.run('user', 'suspend', 'sara_m', '--reason', 'spam')
    const out = await world.visitor({ ...look_, from: `${server.url}/#/signin` })
    await out.getByLabel(fa ? 'نام کاربری' : 'Username').fill('sara_m')
    await out.getByLabel(fa ? 'گذرواژه' : 'Password', { exact: true }).fill(password)
    await out.getByRole('button', { name: fa ? 'ورود' : 'Sign in', exact: true }).click()
    const alert = out.getByRole('alert').filter({ hasText: /تعلیق|suspended/ })
    const appeal = alert.getByRole('button', { name: fa ? 'اعتراض' : 'Appeal' })
    const dialog = out.getByRole('dialog')
    const send = dialog.getByRole('button', { name: fa ? 'فرستادن اعتراض' : 'Send the appeal' })
    await appeal.click()
    await dialog.getByLabel(fa ? 'دلیل‌های شما' : 'Your reasons').fill('It was not me.')
    await send.click()
    const code = dialog.getByLabel(fa ? 'کد' : 'Code', { exact: true })
    await code.fill('123')
    await expect(send).toBeDisabled()
    await code.fill('abcdefgh')
    await send.click()
    await expect(code).toHaveAttribute('aria-invalid', 'true')
    await look(out, `suspended-code-${language}`)

    // Who has neither the password nor an authenticator has the recovery code.
    await out.goto(`${server.url}/#/recover`)
    await out.reload()
    await out.getByLabel(fa ? 'نام کاربری' : 'Username').fill('sara_m')
    await out.getByLabel(fa ? 'کد بازیابی' : 'Recovery code').fill(world.codes.get('sara_m') ?? '')
    await out.getByLabel(fa ? 'گذرواژهٔ تازه' : 'New password').fill('clear water and a tall mountain')
    await out.getByRole('button', { name: fa ? 'گذاشتن گذرواژهٔ تازه' : 'Set the new password' }).click()
    await expect(alert).toContainText(fa ? 'پیام‌های ناخواسته' : 'unwanted messages')
    await look(out, `suspended-recovery-${language}`)
    await appeal.click()
    await dialog.getByLabel(fa ? 'دلیل‌های شما' : 'Your reasons').fill('It was not me.')
    await send.click()
    await expect(alert).toContainText(
      fa ? 'اعتراض شما در انتظار پاسخ است' : 'Your appeal waits for an answer',
    )
  })
}

/** What an authenticator shows (RFC 6238), `ahead` steps from now. */
function totp(secret: string, ahead = 0): string {
  const bits = [...secret].map((c) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'),
  )
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead))
  const mac = createHmac('sha1', key).update(step).digest()
  const at = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('a second step: set up, asked for in Persian digits, a backup code in its place', async ({ world }) => {
  const { server } = world
  const sara = await world.person('سارا', 'sara_m')
  await sara.goto(`${server.url}/#/settings/security`)
  await sara.getByLabel('گذرواژهٔ کنونی، برای تغییر این‌ها').fill(password)
  await sara.getByRole('button', { name: 'گذاشتن رمزساز' }).click()
  const secret = (await sara.locator('.secret').textContent())?.trim() ?? ''
  await look(sara, 'factor-fa')
  // Each code opens once, and three are typed: the first is good for as long as this step lasts.
  await expect.poll(() => Date.now() % 30_000, { intervals: [250], timeout: 15_000 }).toBeLessThan(22_000)
  const [first, second, third] = [totp(secret, -1), totp(secret), totp(secret, 1)]
  await sara.getByLabel('کد', { exact: true }).fill(first)
  await sara.getByRole('button', { name: 'روشن کردن' }).click()
  const backup =
    (await sara.getByRole('list', { name: 'کدهای پشتیبان' }).locator('li').first().textContent()) ?? ''
  await look(sara, 'backup-fa')
  await sara.getByRole('button', { name: 'نگهشان داشتم' }).click()
  await expect(sara.getByText(/کد رمزساز پرسیده می‌شود/)).toBeVisible()

  for (const [language, code] of [
    ['fa', second.replace(/\d/g, (d) => '۰۱۲۳۴۵۶۷۸۹'[Number(d)] ?? d)],
    ['en', third],
    ['fa', backup],
  ] as const) {
    const other = await world.visitor({ language, phone: true, from: `${server.url}/#/signin` })
    await other.getByLabel(/^(نام کاربری|Username)/).fill('sara_m')
    await other.getByLabel(/^(گذرواژه|Password)$/).fill(password)
    await other.getByRole('button', { name: /^(ورود|Sign in)$/ }).click()
    const field = other.getByLabel(/^(کد|Code)$/)
    if (code !== backup) {
      await field.fill('000000')
      await look(other, `second-${language}-phone`)
      await other.getByRole('button', { name: /^(ورود|Sign in)$/ }).click()
      await expect(other.getByText(/این کد درست نیست|That code is wrong/)).toBeVisible()
    }
    await field.fill(code)
    await other.getByRole('button', { name: /^(ورود|Sign in)$/ }).click()
    await expect(other.getByRole('searchbox')).toBeVisible()
  }
})

/** Ends the sign-in of this device, where it stands. */
async function signOut(page: Page): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/settings`)
  const name = /^(خروج از حساب|Sign out)$/
  await page.getByRole('button', { name }).click()
  await page.getByRole('dialog').getByRole('button', { name }).click()
  await expect(page.getByLabel(/^(گذرواژه|Password)$/)).toBeVisible()
}

test('a new device is let in by an old one, by a code on its screen or after the password', async ({
  world,
}) => {
  const { server } = world
  const sara = await world.person('Sara', 'sara_m', phone)
  const other = await world.visitor({ language: 'fa', from: `${server.url}/#/signin` })
  await other.getByRole('button', { name: 'ورود با دستگاه دیگر' }).click()
  await expect(other.getByRole('img', { name: 'ورود با دستگاه دیگر' })).toBeVisible()
  await look(other, 'qr-fa')
  await other.getByRole('button', { name: 'کپی پیوند' }).click()
  await expect(other.getByText('کپی شد')).toBeVisible()
  const link = await other.evaluate(() => navigator.clipboard.readText())
  await sara.goto(link)
  await expect(sara.getByRole('dialog')).toContainText('Let this device in?')
  await look(sara, 'link-en-phone')
  await sara.getByRole('button', { name: 'Let it in' }).click()
  await expect(other.getByRole('searchbox')).toBeVisible()

  // From here on old devices approve new ones; the one let in is not asked to wait for a day.
  await other.goto(`${server.url}/#/settings/security`)
  await other.getByLabel('گذرواژهٔ کنونی، برای تغییر این‌ها').fill(password)
  await other.getByRole('button', { name: 'ورود فقط با اجازهٔ دستگاه قدیمی' }).click()
  await expect(other.getByText(/منتظر اجازهٔ دستگاهی قدیمی/)).toBeVisible()
  const third = await world.visitor({ language: 'en', from: `${server.url}/#/signin` })
  for (const { language, yes, old } of [
    { language: 'en', yes: false, old: sara },
    { language: 'fa', yes: false, old: other },
    { language: 'fa', yes: true, old: other },
    { language: 'en', yes: true, old: sara },
  ] as const) {
    await third.goto(`${server.url}/#/signin`)
    await speak(third, language)
    await third.getByLabel(/^(نام کاربری|Username)/).fill('sara_m')
    await third.getByLabel(/^(گذرواژه|Password)$/).fill(password)
    await third.getByRole('button', { name: /^(ورود|Sign in)$/ }).click()
    await expect(third.getByText(/^(منتظر دستگاه دیگر|Waiting for another device)/)).toBeVisible()
    await look(third, `wait-${language}`)
    await old
      .getByRole('dialog')
      .getByRole('button', { name: yes ? /^(اجازه می‌دهم|Let it in)$/ : /^(نه|Refuse)$/ })
      .click()
    if (!yes)
      await expect(third.getByText(/دستگاه دیگر اجازه نداد|The other device refused it/)).toBeVisible()
    else await expect(third.getByRole('searchbox')).toBeVisible()
    for (const one of [sara, other]) await expect(one.getByRole('dialog')).toBeHidden()
    if (yes) await signOut(third)
  }

  // The code is as good the other way round: the new device in English, the old one in Persian.
  await third.getByRole('button', { name: 'Sign in with another device' }).click()
  await expect(third.getByRole('img', { name: 'Sign in with another device' })).toBeVisible()
  await third.getByRole('button', { name: 'Copy link' }).click()
  await expect(third.getByText('Copied')).toBeVisible()
  await other.goto(await third.evaluate(() => navigator.clipboard.readText()))
  await other.getByRole('dialog').getByRole('button', { name: 'اجازه می‌دهم' }).click()
  await expect(third.getByRole('searchbox')).toBeVisible()
})
