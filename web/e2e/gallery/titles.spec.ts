// SPDX-License-Identifier: AGPL-3.0-or-later
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'

/** Titles of mixed direction, longer than any place they are shown in. */
const titles = {
  101: 'نیلوفر رستگار Niloofar Rastegar Studio for Book Design and Typography',
  102: 'Zolal Design گروه طراحی و گفت‌وگو دربارهٔ شکل و رنگ و واژه‌های زلال و دوستان',
  103: 'گزارش سالانهٔ شرکت توسعهٔ نرم‌افزار آزاد برای سال‌های ۱۴۰۳۱۴۰۴۱۴۰۵۱۴۰۶۱۴۰۷۱۴۰۸',
  104: '📚📚 کتاب‌خوانان The Reading Club of Tehran and Isfahan 2026 جمعه‌ها',
  105: 'Report 2026 final version of everything we have discussed so far today',
  106: 'محلهٔ ما و همهٔ کسانی که در آن زندگی می‌کنند و می‌خواهند از هم خبر داشته باشند',
}

type App = { rooms: { settings: { setTitle(chat: number, title: string): Promise<void> } } }

async function name(page: Page) {
  await page.evaluate(async (all) => {
    const { settings } = (window as unknown as { gallery: App }).gallery.rooms
    for (const [id, title] of Object.entries(all)) await settings.setTitle(Number(id), title)
  }, titles)
}

for (const language of ['fa', 'en'] as const) {
  for (const width of [390, 1440]) {
    test(`a title of mixed direction loses no letter where it is cut: ${language}, ${width} wide`, async ({
      page,
      gallery,
    }) => {
      await page.setViewportSize({ width, height: 844 })
      await gallery.open(page, '#/', { language })
      await name(page)
      for (const id of [101, 102, 103, 104] as const) {
        const title = page.locator(`nav a[href="#/c/${id}"] .title`)
        await expect(title).toHaveText(titles[id])
        await expect(title).toHaveAttribute('data-cut', /…[\u200e\u200f]?$/)
        const cut = ((await title.getAttribute('data-cut')) ?? '').replace(/…[\u200e\u200f]?$/, '')
        expect(titles[id].startsWith(cut)).toBe(true)
        // It fills its line but for a letter or two.
        const [drawn, room] = await title.evaluate((line) => {
          const pen = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D
          pen.font = getComputedStyle(line).font
          return [pen.measureText(line.dataset['cut'] ?? '').width, line.clientWidth]
        })
        expect(drawn).toBeLessThanOrEqual(room ?? 0)
        expect(drawn).toBeGreaterThan((room ?? 0) - 40)
      }
      // The browser's own way is right where all goes one way.
      for (const id of [105, 106]) {
        await expect(page.locator(`nav a[href="#/c/${id}"] .title`)).not.toHaveAttribute('data-cut')
      }
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode()
        .withRules('color-contrast')
        .analyze()
      expect(violations.flatMap((v) => v.nodes.map((n) => n.html))).toEqual([])
      await page.screenshot({ path: `test-results/screens/titles-${language}-${width}.png` })
      await gallery.open(page, '#/c/101', { language })
      await name(page)
      if (width < 720) await expect(page.locator('header .title')).toHaveAttribute('data-cut', /…/)
      await page.screenshot({ path: `test-results/screens/title-${language}-${width}.png` })
      // Turned, or made wider, it says more, and in the end all.
      if (width < 720) {
        const before = (await page.locator('header .title').getAttribute('data-cut'))?.length ?? 0
        await page.setViewportSize({ width: 500, height: 844 })
        await expect
          .poll(async () => (await page.locator('header .title').getAttribute('data-cut'))?.length ?? 999)
          .toBeGreaterThan(before)
        await page.setViewportSize({ width: 719, height: 844 })
        await expect(page.locator('header .title')).not.toHaveAttribute('data-cut')
        await expect(page.locator('header .title')).toHaveText(titles[101])
      }
    })
  }
}
