// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import {
  accessible,
  expect,
  field,
  findPerson,
  numbered,
  said,
  signIn,
  speak,
  talk,
  test,
  write,
} from './fixtures'

const phone = { language: 'en', phone: true } as const

async function create(page: Page, kind: 'group' | 'channel', title: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/new/${kind}`)
  await page.getByLabel(`Name of the ${kind}`).fill(title)
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Later' }).click()
  await expect(field(page)).toBeVisible()
}

/** Opens the details of the chat on screen, and in them a row. */
async function details(page: Page, row: string): Promise<void> {
  await page.locator('header .who').click()
  await page.getByRole('button', { name: row }).click()
}

/** The lock of the header and the words behind it. */
async function expectLock(page: Page): Promise<void> {
  const words = 'The operator of this server can technically read this'
  await page.locator('header').getByRole('button', { name: words }).click()
  await expect(page.getByRole('dialog')).toContainText(words)
  await page.getByRole('button', { name: 'Understood' }).click()
}

/** The link in the dialog with its code, once that has taken the place of the form. */
async function shownLink(page: Page): Promise<string> {
  const link = page.getByRole('dialog').getByText(/^http:\/\/127\.0\.0\.1:\d+\/#\/join\//)
  return (await link.textContent()) ?? ''
}

test('on a phone: a group, its link with a code, a request that is let in, and a channel', async ({
  world,
}) => {
  const sara = await world.person('Sara', 'sara_m', phone)
  await create(sara, 'group', 'Mountain')
  await write(sara, 'Friday at seven')
  await details(sara, 'Invite links')
  await sara.getByRole('button', { name: 'New link' }).click()
  await sara.getByRole('switch', { name: /Ask an admin first/ }).click()
  await sara.getByRole('button', { name: 'Create' }).click()
  const code = sara.getByRole('img', { name: 'QR code' })
  expect((await code.locator('path').getAttribute('d'))?.length).toBeGreaterThan(1000)
  const link = await shownLink(sara)
  await sara.screenshot({ path: 'test-results/binary/link.png' })

  const nilu = await world.person('Niloofar', 'niloofar', phone)
  await nilu.goto(link)
  await nilu.getByRole('button', { name: 'Ask to join' }).click()
  await expect(nilu.getByText('Your request is waiting for approval')).toBeVisible()
  await sara.keyboard.press('Escape')
  await sara.getByRole('button', { name: 'Back' }).last().click()
  await sara.getByRole('button', { name: /Join requests/ }).click()
  await expect(sara.getByText('@niloofar')).toBeVisible()
  await sara.getByRole('button', { name: 'Let in' }).click()
  await expect(sara.getByText('No pending requests')).toBeVisible()

  await nilu.goto(world.server.url)
  await nilu.getByRole('link', { name: /Mountain/ }).click()
  await write(nilu, 'I am in')
  await expect(said(nilu, 'I am in').getByRole('img', { name: /^(Sent|Read)$/ })).toBeVisible()
  await sara.goto(`${world.server.url}/`)
  await expect(sara.getByRole('link', { name: /Mountain/ })).toContainText('I am in')

  await create(sara, 'channel', 'Spring')
  await write(sara, 'First post')
  await expect(said(sara, 'First post')).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/channel.png' })
})

for (const [language, phone] of [
  ['fa', true],
  ['en', false],
] as const) {
  test(`making a channel asks whether it is private or public (${language})`, async ({ world }) => {
    const sara = await world.person('Sara', 'sara_m', { language, phone, theme: phone ? 'dark' : 'light' })
    await sara.goto(`${world.server.url}/#/new/channel`)
    await sara.getByLabel(/^(نام کانال|Name of the channel)$/).fill('Spring')
    await expect(sara.getByRole('radio', { name: /^(خصوصی|Private)$/ })).toBeChecked()
    await sara.getByRole('radio', { name: /^(عمومی|Public)$/ }).click()
    const make = sara.getByRole('button', { name: /^(ساختن|Create)$/ })
    await expect(make).toBeDisabled()
    const name = sara.getByLabel(/^(نام عمومی|Public name)/)
    await name.fill('spr')
    await expect(sara.getByText(/دست‌کم ۵ نویسه|At least 5 characters/)).toBeVisible()
    await name.fill('spring news')
    await expect(sara.getByText(/فقط حرف لاتین|Only Latin letters/)).toBeVisible()
    await name.fill('sara_m')
    await expect(sara.getByText(/این نام گرفته شده است|This name is taken/)).toBeVisible()
    await expect(make).toBeDisabled()
    await sara.screenshot({ path: `test-results/binary/public-${language}.png` })
    await name.fill('spring_news')
    await expect(sara.getByText(/این نام آزاد است|This name is free/)).toBeVisible()
    await make.click()
    await sara
      .getByRole('dialog')
      .getByRole('button', { name: /^(بعداً|Later)$/ })
      .click()
    await expect(sara.locator('.composer')).toBeVisible()
    await expect(talk(sara).locator('[data-key]')).toHaveText([/^(کانال ساخته شد|Channel created)$/])
    const nilu = await world.person('Niloofar', 'niloofar', { language })
    await nilu.goto(`${world.server.url}/#/join/spring_news`)
    await expect(nilu.getByRole('button', { name: /^(پیوستن به کانال|Join the channel)$/ })).toBeVisible()
  })
}

test('a new group asks whom to invite, and says who of them is online', async ({ world }) => {
  const nilu = await world.person('نیلوفر', 'niloofar', { phone: true, theme: 'dark' })
  const saras = [
    { user: 'sara_phone', phone: true, looks: { fa: 'light', en: 'dark' } },
    { user: 'sara_wide', phone: false, looks: { fa: 'dark', en: 'light' } },
  ] as const
  /** Sara in one language after the other, each time with another group. */
  const turns = saras.flatMap((of) => (['fa', 'en'] as const).map((language) => ({ ...of, language })))
  let sara = nilu
  for (const { user, phone, looks, language } of turns) {
    const [theme, title] = [looks[language], `کوه ${language}`]
    if (language === 'en') await speak(sara, language, theme)
    else {
      sara = await world.person('Sara', user, { language, phone, theme })
      await findPerson(sara, 'niloofar', 'نیلوفر')
      await write(sara, 'سلام')
      await expect(said(sara, 'سلام').getByRole('img', { name: 'فرستاده شد' })).toBeVisible()
    }
    await sara.goto(`${world.server.url}/#/new/group`)
    await sara.getByLabel(/^(نام گروه|Name of the group)$/).fill(title)
    await sara.getByRole('button', { name: /^(ساختن|Create)$/ }).click()
    const step = sara.getByRole('dialog', { name: title })
    const row = step.getByRole('listitem').filter({ hasText: 'نیلوفر' })
    await expect(row).toBeVisible()
    await sara.screenshot({ path: `test-results/binary/invite-${user}-${language}.png` })
    await row.getByRole('button', { name: /^(دعوت|Invite)$/ }).click()
    await expect(row.getByRole('button', { name: /^(فرستاده شد|Sent)$/ })).toBeDisabled()
    await step.getByRole('button', { name: /^(انجام شد|Done)$/ }).click()
    await expect(step).toHaveCount(0)

    await nilu.goto(world.server.url)
    await nilu.getByRole('button', { name: 'پیوستن', exact: true }).click()
    await expect(field(nilu)).toBeVisible()
    const both = language === 'fa' ? '۲ عضو · ۲ آنلاین' : '2 members · 2 online'
    await expect(sara.locator('header .status')).toHaveText(both)
    await expect(nilu.locator('header .status')).toHaveText('۲ عضو · ۲ آنلاین')
    await sara.screenshot({ path: `test-results/binary/invited-${user}-${language}.png` })
    if (language === 'en') await sara.close()
  }
})

test('a public channel is read before joining, and joining goes on in the same view', async ({ world }) => {
  const sara = await world.person('Sara', 'sara_m', { language: 'en' })
  await create(sara, 'channel', 'Spring')
  await sara.goto(`${sara.url().replace(/\/$/, '')}/edit`)
  await sara.getByLabel('Description').fill('Short news of mountains and rivers, once a day.')
  await sara.getByLabel('Public name').fill('spring_news')
  await sara.getByRole('button', { name: 'Save' }).click()
  await write(sara, 'First post')
  await numbered(sara, 'First post')

  for (const look of [
    { language: 'fa', phone: true },
    { language: 'en', phone: true },
    { language: 'fa', phone: false },
    { language: 'en', phone: false },
  ] as const) {
    const user = `nilu_${look.language}_${look.phone ? 'phone' : 'wide'}`
    const nilu = await world.person('Niloofar', user, look)
    if (look.phone) await nilu.goto(`${world.server.url}/#/join/spring_news`)
    else {
      await nilu.goto(world.server.url)
      await nilu
        .getByRole('button', { name: /^(کانال‌ها و گروه‌های عمومی|Public channels and groups)$/ })
        .click()
      const row = nilu.getByRole('listitem').filter({ hasText: 'Spring' })
      await expect(row).toContainText('Short news of mountains and rivers')
      await expect(row).toContainText(/(۳ دنبال‌کننده|4 subscribers)/)
      await accessible(nilu)
      await nilu.screenshot({ path: `test-results/binary/browse-${user}.png` })
      await row
        .getByRole('button', { name: /Spring/ })
        .first()
        .click()
    }
    await expect(said(nilu, 'First post')).toBeVisible()
    await expect(field(nilu)).toHaveCount(0)
    await nilu.screenshot({ path: `test-results/binary/look-${user}.png` })
    await expect(nilu.locator('nav').getByRole('link', { name: /Spring/ })).toHaveCount(0)

    await nilu.getByRole('button', { name: /^(پیوستن به کانال|Join the channel)$/ }).click()
    await expect(nilu.getByRole('button', { name: /^(بی‌صدا کردن|Mute)$/ })).toBeVisible()
    await expect(said(nilu, 'First post')).toBeVisible()
    await nilu.goto(world.server.url)
    await expect(nilu.getByRole('link', { name: /Spring/ })).toBeVisible()
  }
})

test('a group that its owner deletes is gone for its members too', async ({ world }) => {
  const sara = await world.person('Sara', 'sara_m', phone)
  await create(sara, 'group', 'Mountain')
  await details(sara, 'Invite links')
  await sara.getByRole('button', { name: 'New link' }).click()
  await sara.getByRole('button', { name: 'Create' }).click()
  const link = await shownLink(sara)
  const nilu = await world.person('Niloofar', 'niloofar', phone)
  await nilu.goto(link)
  await nilu.getByRole('button', { name: 'Join the group' }).click()
  await write(nilu, 'I am in')
  await nilu.goto(world.server.url)

  await sara.goto(world.server.url)
  await sara.getByRole('link', { name: /Mountain/ }).click()
  await details(sara, 'Delete group')
  await sara.getByRole('button', { name: 'Delete for everyone' }).click()
  await expect(sara.getByRole('link', { name: /Mountain/ })).toHaveCount(0)
  await expect(nilu.getByRole('link', { name: /Mountain/ })).toHaveCount(0)
})

test('every chat says who can read it: direct, group, channel and saved messages', async ({ world }) => {
  const sara = await world.person('Sara', 'sara_m', phone)
  await world.person('Niloofar', 'niloofar', phone)
  await create(sara, 'group', 'Mountain')
  await expectLock(sara)
  await create(sara, 'channel', 'Spring')
  await expectLock(sara)
  await sara.goto(`${world.server.url}/#/`)
  await sara.getByRole('link', { name: /Saved messages/ }).click()
  await expectLock(sara)
  await sara.goto(`${world.server.url}/#/`)
  await findPerson(sara, 'niloofar', 'Niloofar')
  await expectLock(sara)
})

test('devices are listed and revoked at once, and the recovery code lets one back in', async ({ world }) => {
  const { server } = world
  const sara = await world.person('Sara', 'sara_m', phone)
  const other = await world.visitor({ language: 'en', from: `${server.url}/#/signin` })
  await signIn(other, 'sara_m')
  await sara.goto(`${server.url}/#/settings/devices`)
  await expect(sara.getByText('This device')).toBeVisible()
  await sara.getByRole('button', { name: 'No, sign it out' }).click()
  await sara.getByRole('dialog').getByRole('button', { name: 'Sign it out' }).click()
  await expect(other.getByText('This device was signed out from another device.')).toBeVisible()
  // Whoever it was may know the password: another one is asked for next.
  await expect(sara.getByRole('heading', { name: 'Change the password' })).toBeVisible()
  await sara.goto(`${server.url}/#/settings/devices`)
  await expect(sara.getByText('You are not signed in on any other device.')).toBeVisible()

  await other.goto(`${server.url}/#/recover`)
  await other.getByLabel('Username').fill('sara_m')
  await other.getByLabel('Recovery code').fill(world.codes.get('sara_m') ?? '')
  await other.getByLabel('New password').fill('clear water and a tall mountain')
  await other.getByRole('button', { name: 'Set the new password' }).click()
  await expect(other.getByRole('searchbox')).toBeVisible()
  await expect(sara.getByText('This device was signed out from another device.')).toBeVisible()

  // The same in Persian, and the other way round.
  await speak(sara, 'fa')
  await sara.goto(`${server.url}/#/signin`)
  await sara.getByLabel(/^نام کاربری/).fill('sara_m')
  await sara.getByLabel('گذرواژه', { exact: true }).fill('clear water and a tall mountain')
  await sara.getByRole('button', { name: 'ورود', exact: true }).click()
  await expect(sara.getByRole('searchbox')).toBeVisible()
  await other.goto(`${server.url}/#/settings/devices`)
  await speak(other, 'fa')
  await expect(other.getByText('این دستگاه')).toBeVisible()
  await other.getByRole('button', { name: 'نه، بیرونش کن' }).click()
  await other.getByRole('dialog').getByRole('button', { name: 'بیرون کردن' }).click()
  await expect(sara.getByText('از دستگاه دیگری به نشست این دستگاه پایان داده شد.')).toBeVisible()
  await sara.goto(`${server.url}/#/recover`)
  await sara.getByLabel(/^نام کاربری/).fill('sara_m')
  await sara.getByLabel('کد بازیابی', { exact: true }).fill(world.codes.get('sara_m') ?? '')
  await sara.getByLabel('گذرواژهٔ تازه').fill('آب روشن و کوهی بلند')
  await sara.getByRole('button', { name: 'گذاشتن گذرواژهٔ تازه' }).click()
  await expect(sara.getByRole('searchbox')).toBeVisible()
  await expect(other.getByText('از دستگاه دیگری به نشست این دستگاه پایان داده شد.')).toBeVisible()
})
