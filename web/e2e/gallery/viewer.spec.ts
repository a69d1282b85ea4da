// SPDX-License-Identifier: AGPL-3.0-or-later
import type { CDPSession, Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures'

const viewer = (page: Page) => page.getByRole('dialog', { name: 'عکس‌ها و ویدئوها' })
const caption = (page: Page) => viewer(page).locator('footer')

/** A picture that is there fills the screen at a tap. */
async function look(page: Page, seq: number): Promise<void> {
  const row = page.locator(`[data-seq="${seq}"]`)
  await expect(row.locator('.picture img.ready')).toBeVisible()
  await row.locator('.picture .open').click()
  await expect(caption(page)).toContainText(`عکس ${seq}`)
}

/** The first one is asked for by a tap, and from then on they load by themselves. */
async function begin(page: Page, seq: number): Promise<void> {
  await page.locator(`[data-seq="${seq}"] .picture .open`).click()
  await page.getByRole('button', { name: 'بله، بار شوند' }).click()
  await look(page, seq)
}

/** Somebody writes and stops, again and again: the chat behind is drawn anew each time. */
function restless(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const { gallery } = window as unknown as {
      gallery: { typing(chat: number, names: string[]): void; readonly fetching: boolean }
    }
    for (let i = 0; i < 20; i++) {
      gallery.typing(120, i % 2 === 0 ? ['نیلوفر'] : [])
      do await new Promise(requestAnimationFrame)
      while (gallery.fetching)
    }
  })
}

test('the viewer keeps its picture while the chat is restless, and leafs through all there are', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '?as=pictures#/c/120')
  await begin(page, 891)
  await expect(caption(page)).toContainText('۶ از ۶')
  await restless(page)
  await expect(caption(page)).toContainText('عکس 891')
  for (const [i, seq] of [741, 591, 441, 291, 141].entries()) {
    await page.keyboard.press('ArrowRight')
    await expect(caption(page)).toContainText(`عکس ${seq}`)
    await expect(caption(page)).toContainText(`${'۵۴۳۲۱'[i]} از ۶`)
  }
  await expect(viewer(page).getByRole('button', { name: 'پیشین' })).toHaveCount(0)
  await page.screenshot({ path: 'test-results/screens/viewer-fa.png' })

  // After a jump far back there are newer ones to come to as well, which the chat has not loaded.
  await gallery.open(page, '?as=pictures#/c/120/291')
  await look(page, 291)
  await expect(caption(page)).toContainText('۲ از ۶')
  for (const seq of [441, 591, 741, 891]) {
    await page.keyboard.press('ArrowLeft')
    await expect(caption(page)).toContainText(`عکس ${seq}`)
  }
  await expect(viewer(page).getByRole('button', { name: 'بعدی' })).toHaveCount(0)
})

test.describe('fingers', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } })

  type Points = readonly (readonly [number, number])[]

  async function touch(cdp: CDPSession, ways: readonly Points[]): Promise<void> {
    for (const [i, points] of ways.entries()) {
      const touchPoints = points.map(([x, y], id) => ({ x, y, id }))
      await cdp.send('Input.dispatchTouchEvent', { type: i === 0 ? 'touchStart' : 'touchMove', touchPoints })
    }
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  }

  const scaleOf = (lie: Locator) =>
    lie.evaluate((node) => Number(/scale\(([\d.]+)\)/.exec(node.getAttribute('style') ?? '')?.[1]))

  test('leaf by a swipe, zoom by a pinch, move what is zoomed, and close by a pull', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '?as=pictures#/c/120/441')
    await begin(page, 441)
    const cdp = await page.context().newCDPSession(page)
    const across = (from: number, to: number): Points[] =>
      [0, 0.3, 0.6, 1].map((part) => [[from + (to - from) * part, 400]])
    // In Persian what comes next is at the left: the finger pulls it in to the right.
    await touch(cdp, across(120, 300))
    await expect(caption(page)).toContainText('عکس 591')
    await touch(cdp, across(300, 120))
    await expect(caption(page)).toContainText('عکس 441')
    await touch(cdp, across(200, 230))
    await expect(caption(page)).toContainText('عکس 441')

    const lie = viewer(page).locator('.lie')
    await touch(
      cdp,
      [20, 40, 80].map((apart) => [
        [195 - apart, 420],
        [195 + apart, 420],
      ]),
    )
    await expect.poll(() => scaleOf(lie)).toBeGreaterThan(2)
    const before = await lie.getAttribute('style')
    await touch(cdp, across(300, 100))
    await expect(lie).not.toHaveAttribute('style', before ?? '')
    await expect(caption(page)).toContainText('عکس 441')
    await touch(
      cdp,
      [120, 60, 10].map((apart) => [
        [195 - apart, 420],
        [195 + apart, 420],
      ]),
    )
    await expect.poll(() => scaleOf(lie)).toBe(1)
    await touch(
      cdp,
      [300, 400, 560].map((y): Points => [[195, y]]),
    )
    await expect(viewer(page)).toBeHidden()
  })
})
