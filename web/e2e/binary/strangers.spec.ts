// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, field, findPerson, openRequest, said, talk, test, write } from './fixtures'

const shot = (name: string) => ({ path: `test-results/binary/${name}.png` })

for (const [language, phone] of [
  ['fa', false],
  ['en', true],
] as const) {
  const words =
    language === 'fa'
      ? {
          requests: 'درخواست‌های پیام',
          accept: 'پذیرفتن',
          remove: 'حذف',
          block: 'مسدود کردن',
          report: 'گزارش',
          shows: 'گرداننده همین پیام را می‌بیند',
          waits: 'پیام شما در انتظار پذیرش است',
          first: /پیام نخست شما/,
          enough: /پیام‌های شما در انتظار پذیرش است/,
          since: /ساخته شدن حساب: .?امروز/,
          common: /گروه مشترکی ندارید/,
          back: 'بازگشت',
        }
      : {
          requests: 'Message requests',
          accept: 'Accept',
          remove: 'Delete',
          block: 'Block',
          report: 'Report',
          shows: 'The operator sees this message',
          waits: 'Your message is waiting to be accepted',
          first: /Your first message/,
          enough: /Your messages are waiting/,
          since: /Account created: .?Today/i,
          common: /No groups in common/,
          back: 'Back',
        }
  const at = `${language}-${phone ? 'phone' : 'desktop'}`

  test(`what a stranger writes waits apart until it is accepted, deleted or blocked (${at})`, async ({
    world,
  }) => {
    const nilu = await world.person('Niloofar', 'niloofar', { language, phone, theme: 'dark' })
    const sara = await world.person('Sara', 'sara_m', { language, phone })
    await findPerson(sara, 'niloofar', 'Niloofar')
    await expect(sara.getByText(words.first)).toBeVisible()
    await write(sara, 'Salam https://zolal.im')
    await expect(sara.getByText(words.waits)).toBeVisible()
    // Nothing is said of where somebody is who has not accepted.
    await expect(sara.getByRole('main').getByText('@niloofar')).toBeVisible()
    await expect(sara.getByText(/به‌تازگی اینجا بوده|last seen recently/)).toHaveCount(0)
    await sara.screenshot(shot(`strangers-sender-${at}`))

    // A quiet count, and nothing in the title or the list.
    const requests = nilu.getByRole('button', { name: new RegExp(`^${words.requests}`) })
    await expect(requests).toBeVisible()
    await expect(nilu).toHaveTitle(/^[^(]*$/)
    await expect(nilu.getByRole('link', { name: /Sara/ })).toHaveCount(0)
    await nilu.screenshot(shot(`strangers-list-${at}`))
    await openRequest(nilu, /Sara/)
    await expect(nilu.getByText('@sara_m')).toBeVisible()
    await expect(nilu.getByText(words.since)).toBeVisible()
    await expect(nilu.getByText(words.common)).toBeVisible()
    await expect(talk(nilu)).toContainText('https://zolal.im')
    await expect(talk(nilu).getByRole('link')).toHaveCount(0)
    await expect(field(nilu)).toHaveCount(0)
    await nilu.screenshot(shot(`strangers-request-${at}`))
    await nilu.getByRole('button', { name: words.report, exact: true }).click()
    await expect(nilu.getByRole('dialog')).toContainText(words.shows)
    await nilu.screenshot(shot(`strangers-report-${at}`))
    await nilu.keyboard.press('Escape')
    await expect(nilu.getByRole('dialog')).toHaveCount(0)

    // Read, and the sender cannot tell; three messages are as much as there are.
    await write(sara, 'two')
    await write(sara, 'three')
    await expect(said(nilu, 'three')).toBeVisible()
    await expect(sara.getByText(words.enough)).toBeVisible()
    await expect(field(sara)).toHaveCount(0)
    await expect(talk(sara).getByRole('img', { name: /خوانده شد|Read/ })).toHaveCount(0)

    await nilu.getByRole('button', { name: words.accept, exact: true }).click()
    await write(nilu, 'Salam Sara')
    await expect(said(sara, 'Salam Sara')).toBeVisible()
    await write(sara, 'thank you')
    await expect(said(nilu, 'thank you')).toBeVisible()
    await expect(said(sara, 'thank you').getByRole('img', { name: /خوانده شد|Read/ })).toBeVisible()

    // Back to the list while nothing waits: where one does, the way back leads to the requests.
    if (phone) await nilu.getByRole('button', { name: words.back }).first().click()
    await expect(nilu.getByRole('searchbox')).toBeVisible()
    // One that is deleted is gone; the sender sees it wait, and what comes later is a request again.
    const omid = await world.person('Omid', 'omid_r', { language, phone })
    await findPerson(omid, 'niloofar', 'Niloofar')
    await write(omid, 'buy')
    await openRequest(nilu, /Omid/)
    await nilu.getByRole('button', { name: words.remove, exact: true }).click()
    const sure = nilu.getByRole('dialog').getByRole('button', { name: words.remove, exact: true })
    await sure.click()
    await expect(requests).toHaveCount(0)
    await expect(omid.getByText(words.waits)).toBeVisible()
    await write(omid, 'buy now')
    await openRequest(nilu, /Omid/)
    await expect(talk(nilu)).not.toContainText(/^buy$/)
    await expect(said(nilu, 'buy now')).toBeVisible()
    await nilu.getByRole('button', { name: words.block, exact: true }).click()
    await nilu.getByRole('dialog').getByRole('button', { name: words.block, exact: true }).click()
    await expect(requests).toHaveCount(0)
    await write(omid, 'buy!')
    await expect(said(omid, 'buy!').getByRole('img', { name: /نرسید|فرستاده نشد|Not sent/ })).toBeVisible()
  })
}

for (const [language, phone] of [
  ['fa', true],
  ['en', false],
] as const) {
  const at = `${language}-${phone ? 'phone' : 'desktop'}`
  test(`who waits is accepted by being put on the list, and learns only then what was read (${at})`, async ({
    world,
  }) => {
    const nilu = await world.person('Niloofar', 'niloofar', { language, phone })
    const sara = await world.person('Sara', 'sara_m', { language, phone })
    await findPerson(sara, 'niloofar', 'Niloofar')
    await write(sara, 'Salam')
    await openRequest(nilu, /Sara/)
    await expect(said(nilu, 'Salam')).toBeVisible()
    await expect(field(nilu)).toHaveCount(0)
    await write(sara, 'It is me')
    await expect(said(nilu, 'It is me')).toBeVisible()
    await expect(talk(sara).getByRole('img', { name: /خوانده شد|Read/ })).toHaveCount(0)
    await nilu.getByRole('main').locator('header').getByRole('button', { name: /Sara/ }).click()
    await nilu.getByRole('button', { name: /افزودن به مخاطبان|Add to contacts/ }).click()
    const dialog = nilu.getByRole('dialog')
    await dialog.getByRole('textbox').fill('Sara of the class')
    await dialog.getByRole('button', { name: /ذخیره|Save/ }).click()
    await expect(dialog).toHaveCount(0)
    await expect(said(sara, 'It is me').getByRole('img', { name: /خوانده شد|Read/ })).toBeVisible()
    await expect(sara.getByText(/در انتظار پذیرش|wait/)).toHaveCount(0)
    await nilu.goto(world.server.url)
    await nilu.getByRole('link', { name: /Sara of the class/ }).click()
    await write(nilu, 'Salam Sara')
    await expect(said(sara, 'Salam Sara')).toBeVisible()
  })
}

test('a chat is deleted for oneself, and a daily limit is told with its time', async ({ world }) => {
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'سلام')
  await openRequest(nilu, /سارا محمدی/)
  await nilu.getByRole('button', { name: 'پذیرفتن' }).click()
  await write(nilu, 'سلام سارا')
  await expect(said(sara, 'سلام سارا')).toBeVisible()
  await nilu
    .locator('header')
    .getByRole('button', { name: /منو|بیشتر/ })
    .last()
    .click()
  await nilu.getByRole('menuitem', { name: 'حذف گفتگو' }).click()
  await nilu.getByRole('dialog').getByRole('button', { name: 'حذف گفتگو' }).click()
  await expect(nilu.getByRole('link', { name: /سارا محمدی/ })).toHaveCount(0)
  await write(sara, 'رفتی؟')
  await nilu.getByRole('link', { name: /سارا محمدی/ }).click()
  await expect(said(nilu, 'رفتی؟')).toBeVisible()
  await expect(talk(nilu)).not.toContainText('سلام سارا')
  await expect(talk(sara)).toContainText('سلام سارا')

  for (const title of ['یک', 'دو', 'سه', 'چهار']) {
    await sara.goto(`${world.server.url}/#/new/group`)
    await sara.getByLabel('نام گروه').fill(title)
    await sara.getByRole('button', { name: 'ساختن', exact: true }).click()
    if (title === 'چهار') break
    await sara.getByRole('dialog').getByRole('button', { name: 'بعداً' }).click()
    await expect(field(sara)).toBeVisible()
  }
  await expect(sara.getByText(/دوباره از/)).toBeVisible()
  await sara.screenshot(shot('strangers-limit'))
})
