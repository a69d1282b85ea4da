// SPDX-License-Identifier: AGPL-3.0-or-later
import { join } from 'node:path'
import { accept, expect, findPerson, said, test, texts, write } from './fixtures'

test('after a restore open apps offer again what only they have, and nothing is doubled', async ({
  world,
}) => {
  const { server } = world
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'پیش از پشتیبان')
  await accept(nilu, /سارا محمدی/)
  await expect(said(nilu, 'پیش از پشتیبان')).toBeVisible()
  const kept = join(server.home, 'kept.tar.zst')
  server.run('backup', kept)

  await write(sara, 'پس از پشتیبان')
  await write(nilu, 'این هم پس از آن')
  await expect(said(sara, 'این هم پس از آن')).toBeVisible()
  await expect(said(nilu, 'پس از پشتیبان')).toBeVisible()
  await server.stop()
  server.run('restore', kept, '--force')
  await server.start()

  await write(sara, 'و باز')
  for (const page of [sara, nilu]) {
    await expect(said(page, 'و باز')).toBeVisible({ timeout: 60_000 })
    const sorted = async () => [...(await texts(page))].sort()
    const all = ['پیش از پشتیبان', 'پس از پشتیبان', 'این هم پس از آن', 'و باز'].sort()
    await expect.poll(sorted, { timeout: 60_000 }).toEqual(all)
    await expect(page.getByRole('img', { name: 'در انتظار فرستادن' })).toHaveCount(0)
  }
  await expect.poll(() => texts(nilu)).toEqual(await texts(sara))
  server.run('fsck')
})

test('where WebSockets are blocked, and then streams too, messages arrive live all the same', async ({
  world,
}) => {
  const sara = await world.person('سارا محمدی', 'sara_m')
  const nilu = await world.person('نیلوفر رستگار', 'niloofar')
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'با سوکت')
  await accept(nilu, /سارا محمدی/)
  await expect(said(nilu, 'با سوکت')).toBeVisible()

  await nilu.routeWebSocket(/\/api\//, (socket) => socket.close())
  await nilu.reload()
  const stream = nilu.waitForRequest(/\/api\/stream/)
  await expect(said(nilu, 'با سوکت')).toBeVisible()
  await stream
  await write(sara, 'با جریان')
  await expect(said(nilu, 'با جریان')).toBeVisible()
  await write(nilu, 'رسید')
  await expect(said(sara, 'رسید')).toBeVisible()

  await nilu.route(/\/api\/stream/, (route) => route.abort())
  const poll = nilu.waitForRequest(/\/api\/Sync\/Poll/)
  await nilu.reload()
  await poll
  await write(sara, 'با پرسش')
  await expect(said(nilu, 'با پرسش')).toBeVisible()
  await write(nilu, 'این هم رسید')
  await expect(said(sara, 'این هم رسید')).toBeVisible()
})
