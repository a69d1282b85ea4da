// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import {
  accept,
  expect,
  field,
  findPerson,
  numbered,
  type PersonOptions,
  type Server,
  said,
  speak,
  test,
  write,
} from './fixtures'

/** The words of both languages that these tests press. */
const words = {
  fa: {
    messages: 'پیام‌ها',
    recent: 'جست‌وجوهای اخیر',
    find: 'جست‌وجو در این گفتگو',
    more: 'بیشتر',
    older: 'پیام قدیمی‌تر',
    newer: 'پیام تازه‌تر',
    from: 'نوشتهٔ چه کسی',
    you: 'شما',
    here: /فقط آنچه روی این دستگاه است/,
    none: 'پیدا نشد',
    nothing: 'چیزی پیدا نشد',
    place: (at: string, of: string) => `${at} از ${of}`,
    digits: ['۱', '۲', '۳'],
  },
  en: {
    messages: 'Messages',
    recent: 'Recent searches',
    find: 'Search in this chat',
    more: 'More',
    older: 'Older message',
    newer: 'Newer message',
    from: 'By whom',
    you: 'You',
    here: /only what this device holds/,
    none: 'Not found',
    nothing: 'Nothing found',
    place: (at: string, of: string) => `${at} of ${of}`,
    digits: ['1', '2', '3'],
  },
}

type Look = Required<Pick<PersonOptions, 'language' | 'theme'>>

/** Where it is looked through, first in Persian, then in English. */
const places: readonly { name: string; phone: boolean; looks: readonly [Look, Look] }[] = [
  {
    name: 'phone',
    phone: true,
    looks: [
      { language: 'fa', theme: 'light' },
      { language: 'en', theme: 'dark' },
    ],
  },
  {
    name: 'wide',
    phone: false,
    looks: [
      { language: 'fa', theme: 'dark' },
      { language: 'en', theme: 'light' },
    ],
  },
]

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/binary/search-${name}.png` })
const box = (page: Page) => page.locator('[data-search]')

/** Searches the list, the chat, and without a server what is here. */
async function searchAll(sara: Page, server: Server, language: 'fa' | 'en', phone: boolean): Promise<void> {
  const w = words[language]
  const name = `${language}-${phone ? 'phone' : 'wide'}`
  const [one = '', two = '', three = ''] = w.digits
  // The half-space is seen past, the newest comes first, the words stand out.
  await box(sara).fill('میخواهم')
  const results = sara.locator('.results')
  const hits = results.locator('a.row', { has: sara.locator('mark') })
  await expect(hits).toHaveCount(3)
  await expect(hits.first().locator('mark')).toHaveText('می‌خواهم')
  await expect(hits.nth(1).locator('mark')).toHaveText('مي خواهم')
  await shot(sara, `list-${name}`)

  // By keyboard to the oldest, which is shown and flashes.
  await box(sara).press('ArrowDown')
  await expect(hits.first()).toBeFocused()
  await sara.keyboard.press('ArrowDown')
  await sara.keyboard.press('ArrowDown')
  await sara.keyboard.press('Enter')
  const oldest = said(sara, 'کتاب‌خانه')
  await expect(oldest).toBeInViewport()
  await shot(sara, `jump-${name}`)

  // In the chat: how many, one after the other, and back.
  await sara.getByRole('button', { name: w.more }).last().click()
  await sara.getByRole('menuitem', { name: w.find }).click()
  const find = sara.getByRole('searchbox', { name: w.find })
  await expect(find).toBeFocused()
  await find.fill('خواهمش')
  await expect(sara.locator('.find output')).toHaveText(w.none)
  await find.fill('می خوا')
  await expect(sara.locator('.find output')).toHaveText(w.place(one, three))
  await expect(said(sara, 'زودتر')).toBeInViewport()
  await shot(sara, `find-${name}`)
  await find.press('Enter')
  await expect(sara.locator('.find output')).toHaveText(w.place(two, three))
  await sara.getByRole('button', { name: w.older }).click()
  await expect(sara.locator('.find output')).toHaveText(w.place(three, three))
  await expect(oldest).toBeInViewport()
  await expect(sara.getByRole('button', { name: w.older })).toBeDisabled()
  await sara.getByRole('button', { name: w.newer }).click()
  await expect(sara.locator('.find output')).toHaveText(w.place(two, three))
  await sara.getByLabel(w.from).selectOption({ label: w.you })
  await expect(sara.locator('.find output')).toHaveText(w.place(one, two))
  await find.press('Escape')
  await expect(find).not.toBeVisible()
  await expect(field(sara)).toBeVisible()
  await sara.keyboard.press('Control+f')
  await expect(find).toBeFocused()
  await find.press('Escape')

  // What was picked is offered again.
  if (phone) await sara.goBack()
  await expect(box(sara)).toBeVisible()
  await box(sara).fill('')
  await box(sara).blur()
  await sara.keyboard.press('Control+k')
  await expect(sara.getByText(w.recent)).toBeVisible()
  await shot(sara, `recent-${name}`)
  await sara.getByRole('button', { name: 'میخواهم' }).click()
  await expect(hits).toHaveCount(3)

  // Without a server, what is here is searched, and it says so.
  await server.stop('SIGKILL')
  await box(sara).fill('زودتر')
  await expect(sara.getByText(w.here)).toBeVisible({ timeout: 60_000 })
  await expect(hits).toHaveCount(1)
  await shot(sara, `offline-${name}`)
  await box(sara).fill('هیچ‌کجا')
  await expect(sara.getByText(w.nothing)).toBeVisible()
  await shot(sara, `none-${name}`)
}

for (const { name, phone, looks } of places) {
  test(`messages are found in the list and in a chat: ${name}`, async ({ world }) => {
    const { server } = world
    const [persian, english] = looks
    const sara = await world.person('سارا محمدی', 'sara_m', { ...persian, phone })
    const nilu = await world.person('نیلوفر رستگار', 'niloofar')
    await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
    await write(sara, 'فردا می‌خواهم به کتاب‌خانه بروم')
    await accept(nilu, /سارا محمدی/)
    await write(nilu, 'من هم مي خواهم @niloofar see you at 10:30')
    // The order of the hits is the order in which the server took them.
    await expect(said(sara, 'من هم مي خواهم')).toBeVisible()
    await write(sara, 'پس می‌خواهم زودتر راه بیفتیم')
    for (let i = 0; i < 8; i++) await write(sara, `سطر ${i}`)
    await numbered(sara, 'سطر 7')
    await nilu.close()

    if (phone) await sara.locator('header .back button').click()
    await searchAll(sara, server, persian.language, phone)
    await server.start()
    await speak(sara, english.language, english.theme)
    await searchAll(sara, server, english.language, phone)
  })
}

test('a public channel is found by a word of its title and by the beginning of its name', async ({
  world,
}) => {
  const sara = await world.person('Sara', 'sara_m', { language: 'en' })
  await sara.goto(`${world.server.url}/#/new/channel`)
  await sara.getByLabel('Name of the channel').fill('اخبار كتاب‌ها')
  await sara.getByRole('button', { name: 'Create' }).click()
  await sara.getByRole('dialog').getByRole('button', { name: 'Later' }).click()
  await expect(sara.locator('header .title')).toHaveText('اخبار كتاب‌ها')
  await sara.goto(`${sara.url().replace(/\/$/, '')}/edit`)
  await sara.getByLabel('Public name').fill('book_news')
  await sara.getByRole('button', { name: 'Save' }).click()
  await write(sara, 'First post')
  await numbered(sara, 'First post')

  const nilu = await world.person('نیلوفر', 'niloofar')
  const found = nilu.locator('.results').getByRole('button', { name: /اخبار/ })
  for (const asked of ['کتابها', '@book_n', 'news']) {
    await box(nilu).fill(asked)
    await expect(found).toBeVisible()
  }
  await box(nilu).fill('کتاب')
  await expect(found.locator('mark')).toHaveText('كتاب‌ها')
  await shot(nilu, 'public-fa-wide')
  await found.click()
  await expect(said(nilu, 'First post')).toBeVisible()

  // Without a word, all that is public is offered; joining goes in place.
  await box(nilu).click()
  await nilu.getByRole('button', { name: 'کانال‌ها و گروه‌های عمومی' }).first().click()
  await nilu.getByRole('radio', { name: 'گروه‌ها' }).click()
  await expect(nilu.getByText('هنوز گروه عمومی نیست')).toBeVisible()
  await nilu.getByRole('radio', { name: 'کانال‌ها' }).click()
  await nilu.getByRole('button', { name: /^پیوستن به .*اخبار/ }).click()
  await expect(nilu.getByRole('button', { name: /^باز کردن/ })).toBeVisible()
  await nilu.getByRole('button', { name: 'بازگشت' }).first().click()
  await expect(nilu.getByRole('link', { name: /اخبار/ })).toBeVisible()
})
