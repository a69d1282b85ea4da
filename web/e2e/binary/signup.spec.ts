// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { accessible, expect, signUp, test } from './fixtures'

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/signup/${name}.png` })

const words = {
  fa: {
    invite: 'دعوت از دیگران',
    make: 'دعوت‌نامهٔ تازه',
    label: /^نام دعوت‌نامه/,
    create: 'ساختن',
    invited: /به .*Zolal.* دعوت شده‌اید/,
    usedUp: /به شماری که برایش ساخته شده بود/,
    withdrawn: /پس گرفته شده است/,
    one: '۱ از ۱ نفر آمده‌اند',
    withdraw: /^پس گرفتن/,
    yes: 'پس گرفتن',
    open: 'همه',
    entails: 'هرزنامه و آزار خواهد آمد. کسی باید هر روز سر بزند و به گزارش‌ها رسیدگی کند.',
    openYes: 'باز شدن به روی همه',
    closed: 'این سرور فقط با دعوت عضو می‌پذیرد.',
  },
  en: {
    invite: 'Invite people',
    make: 'New invitation',
    label: /^Name of the invitation/,
    create: 'Create',
    invited: /You are invited to .*Zolal/,
    usedUp: /It has been used as many times as it allows/,
    withdrawn: /It was withdrawn/,
    one: '1 of 1 came',
    withdraw: /^Withdraw/,
    yes: 'Withdraw',
    open: 'Everybody',
    entails: 'Spam and abuse will come. Somebody has to look every day and act on what people report.',
    openYes: 'Let everybody in',
    closed: 'This server takes new people by invitation only.',
  },
} as const

for (const look of [
  { language: 'fa', theme: 'light', phone: true },
  { language: 'fa', theme: 'dark', phone: false },
  { language: 'en', theme: 'light', phone: false },
] as const) {
  const { language, theme, phone } = look
  const t = words[language]
  const name = `${language}-${theme}-${phone ? 'phone' : 'desktop'}`

  test(`people come by invitation, and by themselves once the operator opens (${name})`, async ({
    world,
  }) => {
    const { server } = world
    const boss = await world.person('سارا محمدی', 'sara_m', look)
    server.run('signup', 'invite')
    // A stranger without an invitation is told so.
    const stranger = await world.visitor({ ...look, from: `${server.url}/#/signin` })
    await expect(stranger.getByText(t.closed)).toBeVisible()

    // The operator makes one, with its code for a camera.
    await boss.goto(`${server.url}/#/settings/invite`)
    await expect(boss.getByRole('heading', { name: t.invite })).toBeVisible()
    await boss.getByRole('button', { name: t.make }).click()
    await boss.getByLabel(t.label).fill('کلاس سوم')
    await shot(boss, `${name}-form`)
    await boss.getByRole('button', { name: t.create, exact: true }).click()
    const url = (await boss.locator('.code p').textContent()) ?? ''
    expect(url).toMatch(/\/#invite=[\w-]{22}$/)
    await shot(boss, `${name}-code`)
    await accessible(boss)
    await boss.keyboard.press('Escape')

    // Who opens it is told who invites, and signs up.
    const guest = await world.visitor({ ...look, from: url })
    await expect(guest.getByRole('heading', { name: t.invited })).toBeVisible()
    await expect(guest.getByText(/سارا محمدی/)).toBeVisible()
    await shot(guest, `${name}-invited`)
    await accessible(guest)
    await signUp(guest, 'رضا کاویانی', 'reza_k')

    // It was for one: the next is told why not, and the operator sees the count.
    const late = await world.visitor({ ...look, from: url })
    await expect(late.getByText(t.usedUp)).toBeVisible()
    await shot(late, `${name}-used-up`)
    await accessible(late)
    await boss.goto(`${server.url}/#/settings`)
    await boss.goto(`${server.url}/#/settings/invite`)
    await expect(boss.getByText(t.one)).toBeVisible()

    // One that is withdrawn says so.
    const { link } = server.run('invite', 'create', '--label', 'دوم') as { link: string }
    await boss.goto(`${server.url}/#/settings`)
    await boss.goto(`${server.url}/#/settings/invite`)
    await boss.getByRole('button', { name: t.withdraw }).first().click()
    await boss.getByRole('button', { name: t.yes, exact: true }).last().click()
    await expect(boss.getByRole('dialog')).toHaveCount(0)
    await late.goto(link)
    await expect(late.getByText(t.withdrawn)).toBeVisible()
    await shot(boss, `${name}-list`)

    // Opening says what it entails; then anybody comes, and the device works while they type.
    await boss.getByRole('radio', { name: t.open }).click()
    await expect(boss.getByText(t.entails)).toBeVisible()
    await shot(boss, `${name}-open`)
    await accessible(boss)
    await boss.getByRole('button', { name: t.openYes }).click()
    await expect(boss.getByRole('radio', { name: t.open })).toHaveAttribute('aria-checked', 'true')
    server.run('signup', 'open', '--work', '50', '--yes')
    await stranger.goto(`${server.url}/#/signin`)
    await stranger.reload()
    await stranger.goto(`${server.url}/#/signup`)
    await signUp(stranger, 'نیلوفر رستگار', 'niloofar')
    expect(server.run('signup', 'show')).toMatchObject({ mode: 'open', work: 50 })
    server.run('fsck')
  })
}

test('a member invites when the account is old enough, and is told so until then', async ({ world }) => {
  const { server } = world
  await world.person('سارا محمدی', 'sara_m')
  const reza = await world.person('رضا کاویانی', 'reza_k')
  server.run('signup', 'invite')
  await reza.goto(`${server.url}/#/settings/invite`)
  await expect(reza.getByText('اینجا عضوها کسی را دعوت نمی‌کنند')).toBeVisible()
  server.run('signup', 'invite', '--members', '3')
  await reza.reload()
  await expect(reza.getByText('فعلاً سهمی نمانده است. با گذشت زمان بیشتر می‌شود.')).toBeVisible()
  await shot(reza, 'member')
  await accessible(reza)
})

test('whoever waits for a new server is let in when its operator has come', async ({ world }) => {
  const waiting = await world.visitor()
  await expect(waiting.getByText('این سرور تازه است')).toBeVisible()
  await world.person('سارا محمدی', 'sara_m', { from: world.server.setup })
  await expect(waiting.getByRole('button', { name: 'ورود', exact: true })).toBeVisible()
  // Until then nothing was fetched by the long list of what there is: the page names itself what it needs.
  const fetched = () =>
    waiting.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .join('\n'),
    )
  await expect.poll(fetched).toMatch(/\/assets\/entrance-/)
  expect(await fetched()).not.toMatch(/\/assets\/(sums|marks)-/)

  // Whoever opens the used link in a fresh browser is told before anything is typed.
  const late = await world.visitor({ from: world.server.setup })
  await expect(late.getByText('این سرور راه‌اندازی شده است')).toBeVisible()
  await shot(late, 'used')
  await late.getByRole('button', { name: 'ورود', exact: true }).click()
  await expect(late.getByLabel('گذرواژه', { exact: true })).toBeVisible()
})
