// SPDX-License-Identifier: AGPL-3.0-or-later
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { accessible, expect, field, pair, said, signIn, test } from './fixtures'
import { choose, filmed, lastFrame, load, painted, sendSheet } from './fixtures-media'

/** What a device spends and keeps, and how it is cleaned. */

const words = {
  fa: {
    settings: 'تنظیمات',
    data: 'داده و فضا',
    spent: 'دادهٔ مصرف‌شده',
    kept: 'فضای گرفته‌شده از این دستگاه',
    photos: 'عکس‌ها',
    videos: 'ویدئوها و گیف‌ها',
    files: 'پرونده‌ها',
    messages: 'پیام‌ها',
    reset: 'شمارش از نو',
    clean: /^پاک کردن/,
    cleaned: 'پاک شد',
    nothing: /[1-9۱-۹]/,
  },
  en: {
    settings: 'Settings',
    data: 'Data and storage',
    spent: 'Data used',
    kept: 'Storage on this device',
    photos: 'Photos',
    videos: 'Videos and GIFs',
    files: 'Files',
    messages: 'Messages',
    reset: 'Count anew',
    clean: /^Clean/,
    cleaned: 'Cleaned',
    nothing: /[1-9]/,
  },
}

/** Opens a page of the settings by its address, as the back key would. */
async function settings(page: Page, name: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = `#/settings/${to}`
  }, name)
}

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) })

/** Throws databases of a page's browser away, as it does itself where room is short. */
async function evict(page: Page, those: RegExp): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/.well-known/zolal`)
  await page.evaluate(async (source) => {
    const names = (await indexedDB.databases()).map(({ name = '' }) => name)
    const gone = names.filter((name) => new RegExp(source).test(name))
    if (gone.length === 0) throw new Error(`none of ${names.join()}`)
    for (const name of gone)
      await new Promise((done, failed) => {
        const drop = indexedDB.deleteDatabase(name)
        drop.onsuccess = done
        drop.onerror = drop.onblocked = failed
      })
  }, those.source)
  await page.goBack()
}

for (const language of ['fa', 'en'] as const) {
  test(`what the browser throws away comes back whole, and it is told once (${language})`, async ({
    world,
  }) => {
    const { sara, nilu } = await pair(world, language === 'en')
    await choose(sara, [await painted(sara, '1.jpg', [600, 400])])
    await sendSheet(sara, 'کوه')
    await expect(said(nilu, 'کوه')).toBeVisible({ timeout: 30_000 })
    await load(nilu)
    const told = nilu.getByRole('alert').filter({ hasText: /پاک کرده است|has cleared what was kept/ })
    await expect(told).toHaveCount(0)
    // Media alone: what is asked for again is there again, and nothing is lost that was only here.
    await evict(nilu, /\/media$/)
    await said(nilu, 'کوه').locator('.open').click()
    await expect(said(nilu, 'کوه').locator('img.ready')).toBeVisible()
    await expect(told).toHaveCount(0)
    // The account: what was written and not sent may be gone with it.
    await evict(nilu, /^zolal\/.*\d$/)
    await expect(said(nilu, 'سلام سارا')).toBeVisible()
    await expect(told).toBeVisible()
    await nilu.screenshot({ path: `test-results/binary/evicted-phone-${language}.png` })
    await accessible(nilu)
    await told.getByRole('button').click()
    await expect(told).toHaveCount(0)
    await nilu.reload()
    await expect(said(nilu, 'کوه')).toBeVisible()
    await expect(told).toHaveCount(0)
    // All of it: whoever it was signs in again, and has everything.
    await evict(nilu, /^zolal/)
    await signIn(nilu, 'niloofar')
    await expect(said(nilu, 'کوه')).toBeVisible()
    await expect(told).toHaveCount(0)
  })
}

for (const language of ['fa', 'en'] as const) {
  test(`data are counted by kind, and what is kept is cleaned by kind and chat (${language})`, async ({
    world,
  }) => {
    test.setTimeout(240_000)
    const w = words[language]
    const { sara, nilu } = await pair(world, language === 'en')
    await choose(sara, [await painted(sara, '1.jpg', [1200, 900])])
    await sendSheet(sara, 'کوه')
    await expect(said(nilu, 'کوه')).toBeVisible({ timeout: 30_000 })
    await load(nilu)
    const file = join(world.server.home, 'file.bin')
    writeFileSync(file, Buffer.alloc(3_000_000, 7))
    await choose(sara, file, 'file')
    await sendSheet(sara)
    await expect(lastFrame(nilu)).toContainText('file.bin', { timeout: 60_000 })
    const saved = nilu.waitForEvent('download')
    await lastFrame(nilu).locator('button').click()
    await saved
    await choose(sara, [await filmed(sara, 'film.webm', true)])
    await sendSheet(sara)
    await expect(lastFrame(nilu).locator('.note')).toContainText(/[0-9۰-۹]:/, { timeout: 60_000 })
    await load(nilu)
    await lastFrame(nilu).locator('.open').click()
    const film = nilu.getByRole('dialog').locator('video')
    await expect.poll(() => film.evaluate((v) => (v as HTMLVideoElement).readyState)).toBe(4)
    await nilu.keyboard.press('Escape')
    // A draft is no part of what is cleaned.
    await field(nilu).fill('پیش‌نویسی که می‌ماند')

    await settings(nilu, 'data')
    await nilu.screenshot({ path: `test-results/binary/storage-data-phone-${language}.png` })
    await accessible(nilu)
    await nilu.getByRole('button', { name: w.spent }).click()
    await expect(row(nilu, w.files)).toContainText(language === 'fa' ? '۳ مگابایت' : '3 MB')
    await expect(row(nilu, w.photos).getByRole('cell').first()).toContainText(w.nothing)
    await expect(row(nilu, w.messages).getByRole('cell').first()).toContainText(w.nothing, {
      timeout: 30_000,
    })
    await expect(row(nilu, w.messages).getByRole('cell').last()).toContainText(w.nothing)
    await expect(row(nilu, w.videos).getByRole('cell').first()).toContainText(w.nothing, { timeout: 30_000 })
    await nilu.screenshot({ path: `test-results/binary/storage-spent-phone-${language}.png` })
    await accessible(nilu)
    await settings(sara, 'spent')
    await expect(row(sara, w.files).getByRole('cell').last()).toContainText(
      language === 'fa' ? '۳ مگابایت' : '3 MB',
    )
    await sara.screenshot({ path: `test-results/binary/storage-spent-${language}.png` })
    await nilu.getByRole('button', { name: w.reset }).click()
    await nilu.getByRole('dialog').getByRole('button', { name: w.reset }).click()
    await expect(row(nilu, w.files)).not.toContainText(w.nothing)

    await nilu.goBack()
    await nilu.getByRole('button', { name: w.kept }).click()
    await expect(nilu.getByRole('checkbox', { name: w.files })).toBeChecked()
    await expect(nilu.getByRole('checkbox', { name: w.messages })).not.toBeChecked()
    await nilu.screenshot({ path: `test-results/binary/storage-kept-phone-${language}.png` })
    await accessible(nilu)
    // Of one chat the files alone.
    await nilu.getByRole('button', { name: /سارا محمدی/ }).click()
    const sheet = nilu.getByRole('dialog')
    await sheet.getByRole('checkbox', { name: w.photos }).uncheck()
    await sheet.getByRole('checkbox', { name: w.videos }).uncheck()
    await nilu.screenshot({ path: `test-results/binary/storage-chat-phone-${language}.png` })
    await accessible(nilu)
    await sheet.getByRole('button', { name: w.clean }).click()
    await expect(nilu.getByText(w.cleaned, { exact: true })).toBeVisible()
    await expect(nilu.getByRole('checkbox', { name: w.files })).toHaveCount(0)
    await expect(nilu.getByRole('checkbox', { name: w.photos })).toBeVisible()
    // Then all of it, the messages too.
    await nilu.getByRole('checkbox', { name: w.messages }).check()
    await nilu.getByRole('button', { name: w.clean }).click()
    await nilu.getByRole('dialog').getByRole('button', { name: w.clean }).click()
    await expect(nilu.getByRole('checkbox', { name: w.photos })).toHaveCount(0)
    await nilu.screenshot({ path: `test-results/binary/storage-cleaned-phone-${language}.png` })

    // It all comes again, and the draft was never away.
    await nilu.evaluate(() => {
      location.hash = '#/'
    })
    await nilu.getByRole('link', { name: /سارا محمدی/ }).click()
    await expect(field(nilu)).toHaveValue('پیش‌نویسی که می‌ماند')
    await expect(said(nilu, 'سلام سارا')).toBeVisible()
    await said(nilu, 'کوه').locator('.open').click()
    await expect(said(nilu, 'کوه').locator('img.ready[src^="blob:"]')).toBeVisible()
    await settings(sara, 'kept')
    await expect(sara.getByText(language === 'fa' ? 'برحسب نوع' : 'By kind')).toBeVisible()
    await sara.screenshot({ path: `test-results/binary/storage-kept-${language}.png` })
    // Who signs out leaves nothing behind.
    const stores = () =>
      nilu.evaluate(
        async () => (await indexedDB.databases()).filter(({ name }) => name?.endsWith('/media')).length,
      )
    expect(await stores()).toBe(1)
    // Nothing more has to be fetched for it, as nothing can be without a network.
    await nilu.route(/\/entrance-[^/]*\.js/, (route) => route.abort())
    await nilu.reload()
    await settings(nilu, '')
    const out = /^(خروج از حساب|Sign out)$/
    await nilu.getByRole('button', { name: out }).click()
    await nilu.getByRole('dialog').getByRole('button', { name: out }).click()
    await expect.poll(stores).toBe(0)
  })
}
