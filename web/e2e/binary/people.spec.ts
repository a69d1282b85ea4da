// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import {
  accept,
  expect,
  field,
  findPerson,
  menu,
  numbered,
  type PersonOptions,
  said,
  signIn,
  signUp,
  test,
  write,
} from './fixtures'

/** The words of both languages that these tests press. */
const words = {
  fa: {
    add: 'افزودن به مخاطبان',
    channel: 'کانال',
    copy: 'کپی پیوند',
    edit: 'تغییر نامی که گذاشته‌ام',
    findable: /پیدا شدن با نام کاربری/,
    mutual: 'گروه‌های مشترک',
    make: 'ساختن حساب',
    name: 'نامی که شما می‌گذارید',
    noLink: 'پیوندی ندارید',
    bad: 'این پیوند به کسی نمی‌رسد',
    renew: 'عوض کردن پیوند',
    takeDown: 'برداشتن پیوند',
    save: 'ذخیره',
    saved: /^ذخیره شد$/,
    seen: 'دیدم',
    write: 'نوشتن پیام',
    nothing: 'چیزی پیدا نشد',
    select: 'انتخاب',
    copyText: 'کپی متن',
    openLink: 'باز کردن این پیوند',
    elsewhere: 'این پیوند از سرور دیگری است',
    invites: 'این پیوند برای ساختن حساب است',
    private: 'خواهر کوچک',
  },
  en: {
    add: 'Add to contacts',
    channel: 'channel',
    copy: 'Copy link',
    edit: 'Change the name I gave',
    findable: /Found by my username/,
    mutual: 'Groups in common',
    make: 'Make an account',
    name: 'What you call them',
    noLink: 'You have no link',
    bad: 'This link leads to nobody',
    renew: 'Replace the link',
    takeDown: 'Take the link down',
    save: 'Save',
    saved: /^Saved$/,
    seen: 'Dismiss',
    write: 'Write',
    nothing: 'Nothing found',
    select: 'Select',
    copyText: 'Copy text',
    openLink: 'Open this link',
    elsewhere: 'This link belongs to another server',
    invites: 'This link is for signing up',
    private: 'Little sister',
  },
}

const looks: readonly (Required<Pick<PersonOptions, 'language' | 'phone' | 'theme'>> & { name: string })[] = [
  { name: 'fa phone', language: 'fa', phone: true, theme: 'light' },
  { name: 'fa wide', language: 'fa', phone: false, theme: 'dark' },
  { name: 'en phone', language: 'en', phone: true, theme: 'dark' },
  { name: 'en wide', language: 'en', phone: false, theme: 'light' },
]

async function myLink(page: Page): Promise<string> {
  const shown = page.getByText(/^http:\/\/127\.0\.0\.1:\d+\/#\/u\/[\w-]{22}$/)
  return (await shown.textContent()) ?? ''
}

async function details(page: Page): Promise<void> {
  await page.locator('header .who').click()
}

for (const look of looks) {
  test.describe(look.name, () => {
    const w = words[look.language]
    const shot = (page: Page, what: string) =>
      page.screenshot({ path: `test-results/binary/people-${what}-${look.name.replace(' ', '-')}.png` })

    test('a link and its code find who is not found by name, until it is replaced', async ({ world }) => {
      const { url } = world.server
      const sara = await world.person('سارا', 'sara_m', look)
      await sara.goto(`${url}/#/settings/privacy`)
      const findable = sara.getByRole('switch', { name: w.findable })
      await findable.click()
      await expect(findable).not.toBeChecked()
      await shot(sara, 'privacy')
      await sara.goto(`${url}/#/settings/link`)
      const link = await myLink(sara)
      const code = sara.getByRole('img', { name: /QR/ })
      expect((await code.locator('path').getAttribute('d'))?.length).toBeGreaterThan(1000)
      await shot(sara, 'link')
      await sara.getByRole('button', { name: w.copy }).click()
      await expect.poll(() => sara.evaluate(() => navigator.clipboard.readText())).toBe(link)

      const reza = await world.person('Reza', 'reza_m', look)
      await reza.getByRole('searchbox').fill('sara_m')
      await expect(reza.getByText(w.nothing)).toBeVisible()
      // A link of another server is no link of ours, whatever it names; what is of ours opens, like a code.
      const opens = reza.getByRole('button', { name: w.openLink })
      await reza.getByRole('searchbox').fill(link.replace(url, 'https://other.example'))
      await expect(reza.getByText(w.elsewhere)).toBeVisible()
      await shot(reza, 'elsewhere')
      await reza.getByRole('searchbox').fill(`${url}/#invite=abcdefghijklmnopqrstuv`)
      await expect(reza.getByText(w.invites)).toBeVisible()
      await expect(opens).toHaveCount(0)
      for (const place of ['#/c/1/1', '#link=abcdefghijklmnopqrstuv']) {
        await reza.getByRole('searchbox').fill(`${url}/${place}`)
        await expect(opens).toBeVisible()
      }
      await reza.getByRole('searchbox').fill(link)
      await opens.click()
      await expect(reza.getByRole('dialog').getByText('سارا', { exact: true })).toBeVisible()
      await shot(reza, 'person')
      await reza.getByRole('dialog').getByRole('button', { name: w.write }).click()
      await write(reza, 'پیدایت کردم')
      await expect(said(reza, 'پیدایت کردم')).toBeVisible()

      await sara.getByRole('button', { name: w.renew }).click()
      await sara.getByRole('dialog').getByRole('button', { name: w.renew }).click()
      await expect(sara.getByText(link)).toHaveCount(0)
      const renewed = await myLink(sara)
      expect(renewed).not.toBe(link)
      const mina = await world.person('Mina', 'mina_m', look)
      await mina.goto(link)
      await expect(mina.getByText(w.bad)).toBeVisible()
      await shot(mina, 'bad')
      await mina.goto(renewed)
      await expect(mina.getByRole('dialog').getByText('سارا', { exact: true })).toBeVisible()
      await sara.getByRole('button', { name: w.takeDown }).click()
      await sara.getByRole('dialog').getByRole('button', { name: w.takeDown }).click()
      await expect(sara.getByText(w.noLink)).toBeVisible()
      await sara.reload()
      await expect(sara.getByText(w.noLink)).toBeVisible()
      await shot(sara, 'nolink')
    })

    test('a contact has a private name, and a changed name is told once on all devices', async ({
      world,
    }) => {
      const { url } = world.server
      const sara = await world.person('Sara', 'sara_m', look)
      const nilu = await world.person('Niloofar', 'niloofar', look)
      await findPerson(sara, 'niloofar', 'Niloofar')
      await write(sara, 'hello')
      await details(sara)
      await sara.getByRole('button', { name: w.add }).click()
      await sara.getByLabel(w.name).fill(w.private)
      await shot(sara, 'naming')
      await sara.getByRole('dialog').getByRole('button', { name: w.save }).click()
      await expect(sara.getByRole('button', { name: w.edit })).toBeVisible()
      await expect(sara.locator('header .who').first()).toContainText(w.private)
      await shot(sara, 'details')

      // The name is hers alone: what she forwards, mentions or shows carries none of it.
      await nilu.goto(url)
      await accept(nilu, /Sara/)
      await expect(said(nilu, 'hello')).toBeVisible()
      await expect(nilu.getByText(w.private)).toHaveCount(0)

      const other = await world.visitor({ ...look, from: `${url}/#/signin` })
      await signIn(other, 'sara_m')
      await expect(other.getByRole('link', { name: new RegExp(w.private) })).toBeVisible()
      await other.goto(`${url}/#/contacts`)
      await expect(other.getByRole('button', { name: new RegExp(w.private) })).toBeVisible()
      await shot(other, 'contacts')
      await other.getByRole('searchbox').first().fill('niloof')
      await expect(other.getByRole('button', { name: new RegExp(w.private) })).toBeVisible()

      await nilu.goto(`${url}/#/settings/profile`)
      // By its label: the chat left behind slides away meanwhile, with a field of its own.
      await nilu.getByLabel(/^(نام شما|Your name)/).fill('نیلوفر رستگار')
      await nilu.getByRole('button', { name: w.save }).click()
      await expect(nilu.getByText(w.saved)).toBeVisible()
      await nilu.goto(`${url}/#/`)
      await nilu.getByRole('link', { name: /Sara/ }).click()
      await write(nilu, 'new name')
      for (const page of [sara, other]) {
        await page.goto(`${url}/#/`)
        await page.reload()
        await page.getByRole('link', { name: new RegExp(w.private) }).click()
        await expect(page.getByRole('status').filter({ hasText: 'نیلوفر رستگار' })).toBeVisible()
      }
      await shot(sara, 'changed')
      await sara.getByRole('button', { name: w.seen }).click()
      for (const page of [sara, other]) {
        await expect(page.getByRole('status').filter({ hasText: 'نیلوفر رستگار' })).toHaveCount(0)
      }
      await expect(sara.locator('header .who').first()).toContainText(w.private)

      // What is copied is pasted for others, who are not to learn what she calls her.
      await menu(sara, 'new name', w.select)
      await said(sara, 'hello').click()
      await sara.getByRole('button', { name: w.copyText }).click()
      const copied = () => sara.evaluate(() => navigator.clipboard.readText())
      await expect.poll(copied).toBe('Sara: hello\nنیلوفر رستگار: new name')
    })

    test('a link opened without an account leads on after signing up and signing in', async ({ world }) => {
      const { url } = world.server
      const sara = await world.person('Sara', 'sara_m', look)
      await sara.goto(`${url}/#/settings/link`)
      const link = await myLink(sara)

      const newcomer = await world.visitor({ ...look, from: link })
      await expect(newcomer.getByText(/ادامه|continue to what you opened|رفتن به آنچه/).first()).toBeVisible()
      await shot(newcomer, 'signin')
      await newcomer.getByRole('button', { name: w.make }).click()
      await newcomer.reload()
      await signUp(newcomer, 'Navid', 'navid_n')
      await expect(newcomer.getByRole('dialog').getByText('Sara', { exact: true })).toBeVisible()
      await shot(newcomer, 'arrived')
      await newcomer.getByRole('dialog').getByRole('button', { name: w.write }).click()
      await write(newcomer, 'I came by your link')
      await numbered(newcomer, 'I came by your link')
      const message = `${newcomer.url()}/1`

      // A name, and a message: signed out, then in again by another way.
      for (const [target, there] of [
        [
          `${url}/#/join/sara_m`,
          async (page: Page) => page.getByRole('dialog').getByText('Sara', { exact: true }),
        ],
        [message, async (page: Page) => said(page, 'I came by your link')],
      ] as const) {
        const page = await world.visitor({ ...look, from: target })
        await page.reload()
        await signIn(page, 'navid_n')
        await expect(await there(page)).toBeVisible()
      }
      await expect(field(newcomer)).toBeVisible()
    })
  })
}

test('groups in common stand in the details of a person, and channels do not', async ({ world }) => {
  const { url } = world.server
  const w = words.fa
  const sara = await world.person('سارا', 'sara_m')
  const make = async (kind: 'group' | 'channel', title: string, name: string) => {
    await sara.goto(`${url}/#/new/${kind}`)
    await sara.getByLabel(kind === 'group' ? 'نام گروه' : 'نام کانال').fill(title)
    await sara.getByRole('button', { name: 'ساختن' }).click()
    await sara.getByRole('dialog').getByRole('button', { name: 'بعداً' }).click()
    await expect(sara).toHaveURL(/#\/c\/\d+$/)
    await sara.goto(`${sara.url()}/edit`)
    await sara.getByLabel('نام عمومی').fill(name)
    await sara.getByRole('button', { name: w.save }).click()
    await expect(sara.locator('aside').getByText(name)).toBeVisible()
  }
  await make('group', 'کوه‌نوردان', 'mountain_group')
  await make('channel', 'خبرهای کوه', 'mountain_news')
  const reza = await world.person('رضا', 'reza_m')
  for (const name of ['mountain_group', 'mountain_news']) {
    await reza.goto(`${url}/#/join/${name}`)
    await reza.getByRole('button', { name: /^پیوستن/ }).click()
    await expect(reza.getByRole('button', { name: /^پیوستن/ })).toHaveCount(0)
  }
  await reza.goto(`${url}/#/`)
  await findPerson(reza, 'sara_m', 'سارا')
  await details(reza)
  await expect(reza.getByText(w.mutual)).toBeVisible()
  const aside = reza.locator('aside')
  await expect(aside.getByRole('button', { name: /کوه‌نوردان/ })).toBeVisible()
  await expect(aside.getByRole('button', { name: /خبرهای کوه/ })).toHaveCount(0)
  // Isolated: in a Persian line the sign would else stand behind the name.
  for (const where of [aside, reza.locator('.who')])
    await expect(where.getByText('\u2068@sara_m\u2069', { exact: true })).toBeVisible()
  await reza.screenshot({ path: 'test-results/binary/people-mutual.png' })
  await aside.getByRole('button', { name: /کوه‌نوردان/ }).click()
  await expect(field(reza)).toBeVisible()
})
