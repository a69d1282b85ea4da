// SPDX-License-Identifier: AGPL-3.0-or-later
import { accept, expect, field, findPerson, menu, numbered, said, talk, test, texts, write } from './fixtures'

test('two people talk: replies, edits, reactions, deletions, typing and read marks arrive live', async ({
  world,
}) => {
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')

  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'سلام **نیلوفر**! https://zolal.im')
  await expect(said(sara, 'سلام').getByRole('img', { name: 'فرستاده شد' })).toBeVisible()
  await nilu.getByRole('button', { name: /^درخواست‌های پیام/ }).click()
  const row = nilu.getByRole('link', { name: /سارا محمدی/ })
  await expect(row).toContainText('سلام نیلوفر!')
  await expect(row).toContainText('۱')

  await row.click()
  await nilu.getByRole('button', { name: 'پذیرفتن' }).click()
  await expect(said(nilu, 'سلام').getByRole('link', { name: 'https://zolal.im' })).toBeVisible()
  await write(sara, 'ببین')
  await expect(said(sara, 'ببین').getByRole('img', { name: 'خوانده شد' })).toBeVisible()
  await expect(said(nilu, 'سلام').locator('.bold')).toHaveText('نیلوفر')
  await expect(said(sara, 'سلام').getByRole('img', { name: 'خوانده شد' })).toBeVisible()

  await field(nilu).pressSequentially('در حال')
  await expect(sara.locator('header .status')).toContainText('در حال نوشتن')
  await field(nilu).fill('')

  // Beside its link, which would be followed.
  await said(nilu, 'سلام').locator('.bold').dblclick()
  await write(nilu, 'سلام سارا جان')
  await expect(said(sara, 'سلام سارا جان').locator('.quote')).toContainText('سلام نیلوفر!')

  await menu(nilu, 'سلام سارا جان', 'ویرایش')
  await expect(field(nilu)).toHaveValue('سلام سارا جان')
  await write(nilu, 'سلام سارای عزیز')
  await expect(said(sara, 'سلام سارای عزیز')).toContainText('ویرایش‌شده')

  await said(sara, 'سلام سارای عزیز').locator('.bubble').click({ button: 'right' })
  await sara.getByRole('button', { name: '❤️' }).click()
  await expect(said(nilu, 'سلام سارای عزیز').getByRole('button', { name: '❤️ ۱' })).toBeVisible()

  await write(sara, 'این را پاک می‌کنم')
  await expect(said(nilu, 'این را پاک می‌کنم')).toBeVisible()
  await menu(sara, 'این را پاک می‌کنم', 'حذف')
  await sara.getByRole('button', { name: 'حذف برای هر دو' }).click()
  await expect(talk(nilu)).not.toContainText('این را پاک می‌کنم')
  await expect(talk(sara)).not.toContainText('این را پاک می‌کنم')
  await sara.screenshot({ path: 'test-results/binary/talk-sara.png' })
  await nilu.screenshot({ path: 'test-results/binary/talk-niloofar.png' })
})

test('what is written while an edit is on its way stays', async ({ world }) => {
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'جمعه بیا')
  await accept(nilu, /سارا محمدی/)
  await numbered(sara, 'جمعه بیا')

  world.server.sleep()
  await field(sara).press('ArrowUp')
  await expect(field(sara)).toHaveValue('جمعه بیا')
  await write(sara, 'شنبه بیا')
  await field(sara).pressSequentially('ناهار با من')
  await expect(field(sara)).toHaveValue('ناهار با من')
  await expect(said(sara, 'شنبه بیا').getByRole('img', { name: 'در انتظار فرستادن' })).toBeVisible()
  world.server.wake()

  await expect(said(nilu, 'شنبه بیا')).toContainText('ویرایش‌شده')
  await expect(said(sara, 'شنبه بیا').getByRole('img', { name: /فرستاده شد|خوانده شد/ })).toBeVisible()
  await expect(field(sara)).toHaveValue('ناهار با من')
  await field(sara).press('Enter')
  await expect(said(nilu, 'ناهار با من')).toBeVisible()
})

test('a crash of the server in the middle loses nothing, and what was written meanwhile is sent', async ({
  world,
}) => {
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'پیش از افتادن 1')
  await accept(nilu, /سارا محمدی/)
  for (let i = 2; i <= 5; i++) await write(sara, `پیش از افتادن ${i}`)
  await expect(said(nilu, 'پیش از افتادن 5')).toBeVisible()

  await world.server.stop('SIGKILL')
  await write(sara, 'نوشته در نبود سرور')
  await expect(said(sara, 'نوشته در نبود سرور').getByRole('img', { name: 'در انتظار فرستادن' })).toBeVisible()
  await world.server.start()
  await expect(
    said(sara, 'نوشته در نبود سرور').getByRole('img', { name: /فرستاده شد|خوانده شد/ }),
  ).toBeVisible({ timeout: 60_000 })
  await expect(said(nilu, 'نوشته در نبود سرور')).toBeVisible({ timeout: 60_000 })
  for (const page of [sara, nilu]) {
    await numbered(page, 'نوشته در نبود سرور')
    expect(await texts(page)).toEqual([
      ...[1, 2, 3, 4, 5].map((i) => `پیش از افتادن ${i}`),
      'نوشته در نبود سرور',
    ])
  }
})

test('offline the list and the chat come from this device, and the outbox waits', async ({ world }) => {
  const sara = await world.person('سارا محمدی', 'sara_m', { warm: true })
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'پیش از قطع')
  await accept(nilu, /سارا محمدی/)
  await expect(said(nilu, 'پیش از قطع')).toBeVisible()

  const placed = () => sara.getByRole('listitem').first().boundingBox()
  const before = await placed()
  await sara.context().setOffline(true)
  await write(sara, 'در بی‌شبکگی')
  await expect(sara.getByText('در انتظار شبکه').first()).toBeVisible({ timeout: 60_000 })
  await expect(sara.getByText('۱ پیام در انتظار فرستادن است')).toBeVisible()
  expect(await placed(), 'nothing is moved from under a finger').toEqual(before)
  // A screen that was never fetched comes by itself later, with its styles.
  await sara.getByRole('button', { name: 'فهرست' }).click()
  await sara.getByRole('menuitem', { name: 'مخاطبان' }).click()
  const coming = sara.getByRole('navigation').getByRole('button')
  await expect(coming).toHaveCount(1)
  await expect(coming).toHaveAccessibleName('بازگشت')
  await sara.screenshot({ path: 'test-results/binary/talk-part-is-coming.png' })
  // An edit comes too late: its message was deleted meanwhile.
  await menu(sara, 'پیش از قطع', 'ویرایش')
  await write(sara, 'پیش از قطع، ساعت نه')
  await menu(nilu, 'پیش از قطع', 'حذف')
  await nilu.getByRole('button', { name: 'حذف برای هر دو' }).click()
  // While it asks, what is behind it takes no words.
  await expect(nilu.getByRole('dialog')).toHaveCount(0)
  await write(nilu, 'کجایی؟')
  await sara.context().setOffline(false)
  await expect(sara.getByText('پیامی که ویرایش کردید در این میان پاک شده است.')).toBeVisible({
    timeout: 60_000,
  })
  await sara.screenshot({ path: 'test-results/binary/talk-lost-edit.png' })
  await sara.getByRole('button', { name: 'کپی', exact: true }).click()
  const copied = () => sara.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied).toBe('پیش از قطع، ساعت نه')
  await expect(sara.getByRole('heading', { name: 'مخاطبان' })).toBeVisible()
  await expect(sara.locator('nav .pane')).toHaveCSS('display', 'flex')
  await expect(said(nilu, 'در بی‌شبکگی')).toBeVisible({ timeout: 60_000 })
  await expect(said(sara, 'کجایی؟')).toBeVisible({ timeout: 60_000 })
})

test('a network that answers in our place is named, believed nothing, and loses nothing', async ({
  world,
}) => {
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'پیش از مداخله')
  await accept(nilu, /سارا محمدی/)
  await expect(said(nilu, 'پیش از مداخله')).toBeVisible()

  await sara.routeWebSocket(/\/api\//, (socket) => socket.close())
  await sara.route('**/api/**', (route) =>
    route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Sign in to Wi-Fi</h1>' }),
  )
  await world.server.stop('SIGKILL')
  await world.server.start()
  await write(sara, 'در مداخله')
  await expect(sara.getByText('این شبکه دخالت می‌کند').first()).toBeVisible({ timeout: 90_000 })
  await expect(said(sara, 'در مداخله').getByRole('img', { name: 'در انتظار فرستادن' })).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/interfering.png' })
  await sara.unroute('**/api/**')
  await expect(said(nilu, 'در مداخله')).toBeVisible({ timeout: 90_000 })
})

test('two tabs write, see each other write, and go on when the one that leads is closed', async ({
  world,
}) => {
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'از زبانهٔ نخست')
  await accept(nilu, /سارا محمدی/)
  const second = await sara.context().newPage()
  let sockets = 0
  second.on('websocket', () => sockets++)
  await second.goto(sara.url())
  await expect(said(second, 'از زبانهٔ نخست')).toBeVisible()
  // One of them holds the connection; the other asks by it.
  await write(second, 'از زبانهٔ دوم')
  for (const page of [nilu, sara]) await expect(said(page, 'از زبانهٔ دوم')).toBeVisible()
  await write(nilu, 'هر دو را دارم')
  for (const page of [sara, second]) await expect(said(page, 'هر دو را دارم')).toBeVisible()
  expect(sockets, 'the second tab has no connection of its own').toBe(0)
  // What is on its way when the leading tab is closed arrives, once.
  await world.server.stop()
  await write(second, 'هنگام بستن')
  await sara.close()
  await world.server.start()
  await expect(said(nilu, 'هنگام بستن')).toBeVisible({ timeout: 60_000 })
  await numbered(second, 'هنگام بستن')
  await write(nilu, 'رسید')
  await expect(said(second, 'رسید')).toBeVisible()
  expect(sockets, 'the second tab leads now').toBeGreaterThan(0)
  for (const page of [nilu, second]) await expect(talk(page).getByText('هنگام بستن')).toHaveCount(1)
})
