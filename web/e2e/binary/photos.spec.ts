// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Locator, Page } from '@playwright/test'
import { accept, expect, findPerson, said, test, type World, write } from './fixtures'
import { give, painted } from './fixtures-media'

const words = {
  fa: {
    add: 'افزودن عکس',
    change: 'تغییر عکس',
    use: 'همین عکس',
    turn: 'چرخاندن',
    crop: 'بخشی از عکس که دیده می‌شود',
    view: 'دیدن عکس',
    remove: 'حذف عکس',
    photos: 'عکس‌ها',
    next: 'بعدی',
    save: 'ذخیره',
    contacts: 'مخاطبان من',
    close: 'بستن',
    changed: /عکس را تغییر داد/,
    removed: /عکس را برداشت/,
  },
  en: {
    add: 'Add a photo',
    change: 'Change the photo',
    use: 'Use this photo',
    turn: 'Turn',
    crop: 'The part of the photo that is shown',
    view: 'See the photo',
    remove: 'Remove the photo',
    photos: 'Photos',
    next: 'Next',
    save: 'Save',
    contacts: 'My contacts',
    close: 'Close',
    changed: /changed the photo/,
    removed: /removed the photo/,
  },
}

/** The photo over the letters of an avatar, sharp. */
const face = (where: Locator) => where.locator('.face img.sharp')

async function pair(world: World, language: 'fa' | 'en') {
  const look = { language, theme: language === 'en' ? 'dark' : 'light' } as const
  const sara = await world.person('سارا محمدی', 'sara_m', look)
  const nilu = await world.person('نیلوفر رستگار', 'niloofar', { ...look, phone: true })
  return { sara, nilu }
}

for (const language of ['fa', 'en'] as const) {
  test(`people and groups are shown by photos that were cut to a circle (${language})`, async ({ world }) => {
    test.setTimeout(240_000)
    const w = words[language]
    const shot = (page: Page, name: string) =>
      page.screenshot({ path: `test-results/binary/photos-${name}-${language}.png` })
    const { sara, nilu } = await pair(world, language)

    // Sara cuts her photo: by the mouse, by keys, and turned.
    await sara.goto(`${world.server.url}/#/settings/profile`)
    await give(
      sara,
      sara.getByRole('button', { name: w.add }),
      await painted(sara, 'a.jpg', [1600, 1000], 20),
    )
    const stage = sara.getByRole('application', { name: w.crop })
    const lie = stage.locator('.lie')
    const placed = () => lie.evaluate((e) => (e as HTMLElement).style.transform)
    const begun = await placed()
    const box = await stage.boundingBox()
    if (!box) throw new Error('no stage')
    await sara.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await sara.mouse.down()
    await sara.mouse.move(box.x + box.width / 2 - 60, box.y + box.height / 2, { steps: 4 })
    await sara.mouse.up()
    await expect.poll(placed).not.toBe(begun)
    await sara.mouse.wheel(0, -200)
    await stage.focus()
    const scrolled = await placed()
    await sara.keyboard.press('+')
    await expect.poll(placed).not.toBe(scrolled)
    await sara.keyboard.press('ArrowUp')
    await sara.keyboard.press('r')
    await expect.poll(placed).toContain('rotate(90deg)')
    await shot(sara, 'cropper')
    await sara.getByRole('button', { name: w.use }).click()
    await expect(face(sara.locator('form'))).toBeVisible({ timeout: 30_000 })
    await shot(sara, 'profile')

    // Once Niloofar has accepted her, she sees it wherever Sara stands.
    await sara.goto(`${world.server.url}/#/`)
    await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
    await write(sara, 'سلام')
    await accept(nilu, /سارا محمدی/)
    await write(nilu, 'سلام سارا')
    await expect(said(sara, 'سلام سارا')).toBeVisible()
    await nilu.reload()
    await expect(face(nilu.locator('header')).first()).toBeVisible({ timeout: 30_000 })
    await shot(nilu, 'header')

    // Niloofar gives herself one on her phone, and Sara sees it.
    await nilu.goto(`${world.server.url}/#/settings/profile`)
    const hers = await painted(nilu, 'c.jpg', [1000, 1000], 330)
    await give(nilu, nilu.getByRole('button', { name: w.add }), hers)
    await shot(nilu, 'cropper-phone')
    await nilu.getByRole('button', { name: w.use }).click()
    await expect(face(nilu.locator('form'))).toBeVisible({ timeout: 30_000 })
    await nilu.goto(`${world.server.url}/#/`)
    await nilu.getByRole('link', { name: /سارا محمدی/ }).click()
    await sara.reload()
    await expect(face(sara.locator('header')).first()).toBeVisible({ timeout: 30_000 })
    await shot(sara, 'talk')

    // A second photo; Niloofar leafs through both and keeps one.
    await sara.goto(`${world.server.url}/#/settings/profile`)
    const second = await painted(sara, 'b.jpg', [900, 1400], 140)
    await give(sara, sara.getByRole('button', { name: w.change }), second)
    await sara.getByRole('button', { name: w.use }).click()
    await expect(sara.getByRole('dialog')).toBeHidden()
    await expect(sara.getByRole('button', { name: w.change })).toHaveAttribute('aria-busy', 'false')
    await nilu.reload()
    await nilu.locator('header button', { hasText: 'سارا محمدی' }).first().click()
    await nilu.getByRole('button', { name: w.view }).click()
    const album = nilu.getByRole('dialog', { name: w.photos })
    await expect(album.getByRole('status')).toContainText(/[1۱]\D+[2۲]/)
    await expect(album.locator('img')).toBeVisible()
    await shot(nilu, 'album')
    await nilu.keyboard.press('+')
    await expect(album.locator('.lie')).toHaveAttribute('style', /scale\(1\.5\)/)
    await album.locator('img').dblclick()
    await expect(album.locator('.lie')).toHaveAttribute('style', /scale\(1\)/)
    await nilu.keyboard.press(language === 'fa' ? 'ArrowLeft' : 'ArrowRight')
    await expect(album.getByRole('status')).toContainText(/[2۲]\D+[2۲]/)
    const saved = nilu.waitForEvent('download')
    await album.getByRole('button', { name: w.save }).click()
    expect((await saved).suggestedFilename()).toMatch(/\.jpe?g$/)
    await nilu.keyboard.press('Escape')
    await expect(album).toBeHidden()

    // Only contacts from now on: Niloofar is none.
    await sara.goto(`${world.server.url}/#/settings/privacy`)
    await sara.getByRole('radio', { name: w.contacts }).click()
    await expect(sara.getByRole('radio', { name: w.contacts })).toHaveAttribute('aria-checked', 'true')
    await shot(sara, 'privacy')
    await nilu.reload()
    await expect(nilu.locator('header .avatar').first()).toBeVisible()
    await expect(nilu.locator('.face')).toHaveCount(0)
  })

  test(`a group is made with a photo, which is changed and removed, and says so (${language})`, async ({
    world,
  }) => {
    test.setTimeout(240_000)
    const w = words[language]
    const { sara } = await pair(world, language)
    await sara.goto(`${world.server.url}/#/new/group`)
    await sara.getByRole('textbox').first().fill('کوه‌نوردان')
    const first = await painted(sara, 'g.jpg', [1200, 1200], 260)
    await give(sara, sara.getByRole('button', { name: w.add }), first)
    await sara.getByRole('button', { name: w.use }).click()
    await expect(sara.locator('form img')).toBeVisible()
    await sara.screenshot({ path: `test-results/binary/photos-new-${language}.png` })
    await sara.locator('form button[type=submit]').click()
    // It asks whom to invite.
    await expect(sara.getByRole('dialog')).toBeVisible()
    await sara.keyboard.press('Escape')
    await expect(sara.getByRole('dialog')).toBeHidden()
    const line = sara.locator('.service', { hasText: w.changed })
    await expect(line).toBeVisible({ timeout: 30_000 })
    await expect(face(line)).toBeVisible({ timeout: 30_000 })
    await expect(face(sara.getByRole('link', { name: /کوه‌نوردان/ }).first())).toBeVisible()
    await sara.screenshot({ path: `test-results/binary/photos-group-${language}.png` })

    const chat = /#\/c\/(\d+)/.exec(sara.url())?.[1]
    await sara.goto(`${world.server.url}/#/c/${chat}/edit`)
    await sara.getByRole('button', { name: w.change }).click()
    await sara.getByRole('menuitem', { name: w.remove }).click()
    await sara.getByRole('dialog').getByRole('button', { name: w.remove }).click()
    await expect(sara.locator('.service', { hasText: w.removed })).toBeVisible({ timeout: 30_000 })
    await expect(sara.locator('.face')).toHaveCount(0)
    await expect(sara.getByRole('button', { name: w.add })).toBeVisible()
    await sara.screenshot({ path: `test-results/binary/photos-removed-${language}.png` })
  })
}
