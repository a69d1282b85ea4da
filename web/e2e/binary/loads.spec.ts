// SPDX-License-Identifier: AGPL-3.0-or-later
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { accept, accessible, expect, findPerson, held, pair, said, test, write } from './fixtures'
import { choose, lastFrame, load, painted, sendSheet } from './fixtures-media'
import { keepAll } from './front'
import { controlled } from './pushservice'

/** Loading media between real browsers: how far it is, stopped and gone on with, kept on the device. */

/** So many bytes a second come down. */
async function slowed(page: Page, bytes: number) {
  const wire = await page.context().newCDPSession(page)
  await wire.send('Network.enable')
  const to = (downloadThroughput: number) =>
    wire.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 10,
      downloadThroughput,
      uploadThroughput: -1,
    })
  await to(bytes)
  return () => to(-1)
}

for (const language of ['fa', 'en'] as const) {
  test(`a file comes with a ring and bytes, is stopped, and goes on where it was (${language})`, async ({
    world,
  }) => {
    test.setTimeout(180_000)
    const { sara, nilu } = await pair(world, language === 'en')
    const big = join(world.server.home, 'گزارش.bin')
    writeFileSync(big, Buffer.alloc(12 << 20, 7))
    await choose(sara, big, 'file')
    await sendSheet(sara)
    await expect(lastFrame(nilu)).toContainText('.bin', { timeout: 60_000 })
    const asked: string[] = []
    nilu.on('request', (request) => {
      if (request.url().includes('/media/chat/')) asked.push(request.headers()['range'] ?? 'all')
    })
    // Slow enough that it still comes when it was looked at, which takes a while.
    const free = await slowed(nilu, 500_000)
    const row = lastFrame(nilu).locator('button')
    await row.click()
    await expect(lastFrame(nilu).locator('svg circle')).toBeVisible()
    const status = lastFrame(nilu).getByRole('status')
    await expect(status).toContainText(language === 'fa' ? /[۲-۹].*از/ : /[2-9].* of /, { timeout: 60_000 })
    await nilu.screenshot({ path: `test-results/binary/loads-running-phone-${language}.png` })
    await accessible(nilu)
    await expect(row).toHaveAttribute('aria-label', language === 'fa' ? /^توقف/ : /^Stop/)
    await row.click()
    await expect(lastFrame(nilu).locator('svg circle')).toBeHidden()
    await expect(lastFrame(nilu)).toContainText(language === 'fa' ? ' از ' : ' of ')
    await nilu.screenshot({ path: `test-results/binary/loads-stopped-phone-${language}.png` })
    await accessible(nilu)
    await free()
    const saved = nilu.waitForEvent('download')
    await row.click()
    expect((await saved).suggestedFilename()).toBe('گزارش.bin')
    expect(asked[0]).toBe('all')
    expect(asked.at(-1)).toMatch(/^bytes=[1-9]\d{4,}-$/)
    // It is here now: saved again, nothing is loaded.
    const before = asked.length
    const again = nilu.waitForEvent('download')
    await row.click()
    await again
    expect(asked.length).toBe(before)
  })
}

test('what comes is cut when the server dies, says so, and goes on', async ({ world }) => {
  test.setTimeout(180_000)
  const { sara, nilu } = await pair(world)
  const big = join(world.server.home, 'big.bin')
  writeFileSync(big, Buffer.alloc(8 << 20, 7))
  await choose(sara, big, 'file')
  await sendSheet(sara)
  await expect(lastFrame(nilu)).toContainText('big.bin', { timeout: 60_000 })
  const free = await slowed(nilu, 1_000_000)
  const row = lastFrame(nilu).locator('button')
  await row.click()
  await expect(lastFrame(nilu).getByRole('status')).toContainText(/[۲-۹].*از/, { timeout: 60_000 })
  await world.server.stop('SIGKILL')
  await free()
  await expect(lastFrame(nilu)).toContainText('نیمه‌کاره ماند', { timeout: 90_000 })
  await nilu.screenshot({ path: 'test-results/binary/loads-cut-phone.png' })
  await world.server.start()
  await expect
    .poll(async () => (await fetch(`${world.server.url}/readyz`).catch(() => null))?.ok ?? false)
    .toBe(true)
  const saved = nilu.waitForEvent('download', { timeout: 90_000 })
  await row.click()
  await saved
})

test('a loaded picture is there after a reload without the network, and goes with its message', async ({
  world,
}) => {
  test.setTimeout(180_000)
  const sara = await world.person('سارا محمدی', 'sara_m')
  const reza = await world.person('رضا امینی', 'reza_amini', { worker: true })
  await findPerson(sara, 'reza_amini', 'رضا امینی')
  await write(sara, 'سلام رضا')
  await accept(reza, /سارا محمدی/)
  await write(reza, 'سلام')
  await expect(said(sara, 'سلام')).toBeVisible()
  await choose(sara, [await painted(sara, '1.jpg', [900, 700])])
  await sendSheet(sara, 'کوه')
  await expect(said(reza, 'کوه')).toBeVisible({ timeout: 30_000 })
  await load(reza)
  await reza.evaluate(() => navigator.serviceWorker.ready)
  await reza.reload()
  await expect(said(reza, 'کوه').locator('img.ready')).toHaveCount(1)
  await controlled(reza)
  await keepAll(reza, resolve(import.meta.dirname, '../../dist'))
  await reza.context().setOffline(true)
  await reza.reload()
  await expect(said(reza, 'کوه').locator('.picture img.ready[src^="blob:"]')).toBeVisible({ timeout: 40_000 })
  await reza.context().setOffline(false)
  const kept = () => held(reza, 'pieces', 'media')
  await expect.poll(kept).toBe(1)
  await said(sara, 'کوه').getByText('کوه').click({ button: 'right' })
  await sara.getByRole('menuitem', { name: 'حذف', exact: true }).click()
  await sara.getByRole('button', { name: 'حذف برای هر دو' }).click()
  await expect(said(reza, 'کوه')).toHaveCount(0, { timeout: 40_000 })
  await expect.poll(kept).toBe(0)
})

test('a picture that is looked at comes although its message is reacted to meanwhile', async ({ world }) => {
  test.setTimeout(180_000)
  const { sara, nilu } = await pair(world)
  await choose(sara, [await painted(sara, 'large.jpg', [2400, 1600])])
  const made = sara.getByRole('dialog').locator('img')
  await expect(made).toBeVisible()
  const before = await made.getAttribute('src')
  await sara.getByRole('dialog').getByRole('switch', { name: 'با کیفیت بالا' }).click()
  await expect(made).not.toHaveAttribute('src', before ?? '')
  await sendSheet(sara, 'دریا')
  await expect(said(nilu, 'دریا')).toBeVisible({ timeout: 30_000 })
  await load(nilu)
  let free = () => {}
  const held = new Promise<void>((resolve) => {
    free = resolve
  })
  await nilu.route(/\/media\/chat\/\d+\/\d+\/original/, async (route) => {
    await held
    await route.continue()
  })
  const asked = nilu.waitForRequest(/\/media\/chat\/\d+\/\d+\/original/)
  await lastFrame(nilu).locator('.open').click()
  await asked
  await said(sara, 'دریا').getByText('دریا').click({ button: 'right' })
  await sara.getByRole('button', { name: '👍' }).click()
  await expect(said(nilu, 'دریا').getByRole('button', { name: /👍/, includeHidden: true })).toHaveCount(1)
  free()
  const stage = nilu.getByRole('dialog', { name: 'عکس‌ها و ویدئوها' }).locator('.stage')
  await expect
    .poll(() =>
      stage.locator('img').evaluateAll((all) => all.map((img) => (img as HTMLImageElement).naturalWidth)),
    )
    .toEqual([2400])
  await nilu.screenshot({ path: 'test-results/binary/loads-stage-phone.png' })
})
