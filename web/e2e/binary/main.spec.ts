// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  accept,
  expect,
  field,
  findPerson,
  follow,
  menu,
  numbered,
  said,
  signIn,
  test,
  texts,
  write,
} from './fixtures'
import { exported, exportFile, readAll, written } from './history'

test('an imported channel is followed and read as it was written, and a talk survives a crash', async ({
  world,
}) => {
  const { server } = world
  await world.person('سارا محمدی', 'sara_m')
  const told = server.run('import', 'telegram', exportFile, '--as', 'sara_m', '--channel', 'cheshmeh')
  expect(told).toMatchObject({ added: exported.messages.length, failed: 0 })
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  const babak = await world.person('بابک رها', 'babak_r')

  await follow(nilu, 'cheshmeh', exported.name)
  await follow(babak, 'cheshmeh', exported.name)
  expect([...(await readAll(nilu)).values()]).toEqual(written)
  await nilu.screenshot({ path: 'test-results/binary/imported.png' })

  await findPerson(nilu, 'babak_r', 'بابک رها')
  await write(nilu, 'یک')
  await expect(said(nilu, 'یک').getByRole('img', { name: 'فرستاده شد' })).toBeVisible()
  await accept(babak, /نیلوفر رستگار/)
  const tagged = 'سه #قرار'
  for (const text of ['دو', tagged]) await write(nilu, text)
  await expect(said(nilu, tagged).getByRole('img', { name: 'خوانده شد' })).toBeVisible()

  await menu(babak, 'یک', 'پاسخ')
  await write(babak, 'پاسخ به یک')
  await expect(said(nilu, 'پاسخ به یک').locator('.quote')).toContainText('یک')
  await menu(nilu, 'دو', 'ویرایش')
  await expect(field(nilu)).toHaveValue('دو')
  await write(nilu, 'دوباره')
  await expect(said(babak, 'دوباره')).toContainText('ویرایش‌شده')
  await said(babak, tagged).getByText('#قرار').click()
  await expect(babak.getByText(/پیام دیگری با .*#قرار.* در این نزدیکی نیست/)).toBeVisible()
  await menu(nilu, tagged, 'حذف')
  await nilu.getByRole('button', { name: 'حذف برای هر دو' }).click()
  await expect(said(babak, tagged)).toHaveCount(0)

  await server.stop('SIGKILL')
  await write(babak, 'در نبود سرور')
  await server.start()
  await expect(said(nilu, 'در نبود سرور')).toBeVisible({ timeout: 60_000 })
  const all = ['یک', 'دوباره', 'پاسخ به یک', 'در نبود سرور']
  for (const page of [nilu, babak]) {
    await numbered(page, 'در نبود سرور')
    expect(await texts(page)).toEqual(all)
  }
  // Asked of the server anew, by a browser that has stored nothing.
  const again = await world.visitor({ from: `${server.url}/#/signin` })
  await signIn(again, 'niloofar')
  await again.getByRole('link', { name: /بابک رها/ }).click()
  await expect(said(again, 'در نبود سرور')).toBeVisible()
  expect(await texts(again)).toEqual(all)
  server.run('fsck')
})
