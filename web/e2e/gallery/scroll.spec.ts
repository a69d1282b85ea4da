// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, still, test } from './fixtures'

interface Anchor {
  readonly seq: number
  readonly top: number
}

/** Scrolls by so many pixels (0 to look only): the first message then in view, and where it stands. */
function scrollBy(page: Page, pixels: number): Promise<Anchor | null> {
  return page.evaluate((by) => {
    const scroller = document.querySelector('.scroller') as HTMLElement
    scroller.scrollTop += by
    const top = scroller.getBoundingClientRect().top
    for (const row of scroller.querySelectorAll<HTMLElement>('[data-key]')) {
      const box = row.getBoundingClientRect()
      if (box.top >= top + 60) return { seq: Number(row.dataset['seq']), top: box.top }
    }
    return null
  }, pixels)
}

/** The same message where it was: a tenth of a pixel is what a browser's layout may round. */
function expectStill(now: Anchor | null, before: Anchor | null) {
  expect(now?.seq).toBe(before?.seq)
  expect(Math.abs((now?.top ?? 0) - (before?.top ?? 0))).toBeLessThan(0.1)
}

const anchor = (page: Page) => scrollBy(page, 0)
const drawn = (page: Page) => page.locator('.scroller [data-key]').count()

test('a chat of 120,000 messages opens at the first unread one', async ({ page, gallery }) => {
  await gallery.open(page, '#/c/104')
  const line = page.locator('[data-unread]')
  await expect(line).toBeInViewport()
  await expect(page.locator('[data-seq="119964"]')).toBeInViewport()
})

test('scrolling back far never moves what is on screen by itself, and draws a bounded number', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '#/c/104')
  await page.locator('[data-unread]').waitFor()
  let oldest = Number.POSITIVE_INFINITY
  for (let step = 0; step < 24; step++) {
    // Right after the reader's own movement, and again when older messages have come in.
    const settled = await scrollBy(page, -1400)
    await still(page)
    expectStill(await anchor(page), settled)
    expect(await drawn(page)).toBeLessThanOrEqual(140)
    oldest = Math.min(oldest, settled?.seq ?? oldest)
  }
  expect(oldest).toBeLessThan(119_964 - 120)
  // And on again, the same way.
  for (let step = 0; step < 10; step++) {
    const settled = await scrollBy(page, 900)
    await still(page)
    expectStill(await anchor(page), settled)
  }
  expect((await anchor(page))?.seq ?? 0).toBeGreaterThan(oldest)
})

test('an address with a message number leads to that message, and the button leads back', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '#/c/104/5000')
  await expect(page.locator('[data-seq="5000"]')).toBeInViewport()
  const button = page.getByRole('button', { name: 'به تازه‌ترین پیام' })
  await button.click()
  await expect(page.locator('[data-seq="120000"]')).toBeInViewport()
  await expect(button).toBeHidden()
})

test('a new message slides in at the end, and only counts while the reader is elsewhere', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '#/c/101')
  await page.getByText('مثلاً چای کوهی؟').last().waitFor()
  await page.evaluate(() =>
    (window as unknown as { gallery: { receive(id: number, t: string): void } }).gallery.receive(
      101,
      'یکی آمد',
    ),
  )
  await expect(page.locator('.scroller').getByText('یکی آمد')).toBeInViewport()

  await gallery.open(page, '#/c/104/5000')
  await expect(page.locator('[data-seq="5000"]')).toBeInViewport()
  const before = await anchor(page)
  await page.evaluate(() =>
    (window as unknown as { gallery: { receive(id: number, t: string): void } }).gallery.receive(
      104,
      'از دور',
    ),
  )
  await still(page)
  expectStill(await anchor(page), before)
})

test('who goes to the newest message is still led to where somebody spoke to them', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '#/c/104/119500')
  await still(page)
  await page.evaluate(() => {
    const { gallery } = window as unknown as { gallery: { mention(chat: number, seq: number): void } }
    for (const seq of [119_700, 119_966, 119_967, 119_968]) gallery.mention(104, seq)
  })
  const next = page.getByRole('button', { name: 'به اشارهٔ بعدی' })
  await expect(next).toHaveText('۴')
  await page.getByRole('button', { name: 'به تازه‌ترین پیام' }).click()
  await expect(page.locator('[data-seq="120000"]')).toBeInViewport()
  // All counts as read now, and at the end there is nowhere to go on to.
  await expect(next).toHaveText('۴')
  await expect(page.getByRole('button', { name: 'به تازه‌ترین پیام' })).toHaveCount(0)
  // What was deleted is not waited for: neither where the chat shows that, nor where going there does.
  await page.evaluate(() => {
    const { gallery } = window as unknown as { gallery: { remove(chat: number, seq: number): void } }
    for (const seq of [119_700, 119_968]) gallery.remove(104, seq)
  })
  await expect(next).toHaveText('۳')
  await next.click()
  await expect(next).toHaveText('۲')
  await next.click()
  await expect(page.locator('[data-seq="119966"]')).toBeInViewport()
  await expect(next).toHaveCount(0)
})

test('a reply leads to the message it answers, which flashes', async ({ page, gallery }) => {
  await gallery.open(page, '#/c/101')
  await page.locator('[data-seq="6"] .quote').click()
  await expect(page.locator('[data-seq="4"]')).toBeInViewport()
  await expect(page.locator('[data-seq="4"]')).toHaveClass(/flashed/)
})

test('several quick messages: the view stays at the end and shows the last of them', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '#/c/104/119990')
  await expect(page.locator('[data-seq="119990"]')).toBeInViewport()
  await scrollBy(page, 10_000)
  await expect(page.locator('[data-seq="120000"]')).toBeInViewport()
  // As in the middle of a rise, however slow the machine is.
  await page.evaluate(async () => {
    const scroller = document.querySelector('.scroller') as HTMLElement
    const column = scroller.firstElementChild as HTMLElement
    const frame = () => new Promise(requestAnimationFrame)
    column.style.transform = 'translateY(160px)'
    scroller.dispatchEvent(new Event('scroll'))
    await frame()
    await frame()
    column.style.transform = ''
  })
  await page.evaluate(async () => {
    const { gallery } = window as unknown as { gallery: { receive(id: number, t: string): void } }
    const frame = () => new Promise(requestAnimationFrame)
    for (let i = 1; i <= 8; i++) {
      gallery.receive(104, `پیام ${i} `.repeat(30))
      for (let n = 0; n < 3; n++) await frame()
    }
  })
  await expect(page.locator('[data-seq="120008"]')).toBeInViewport({ ratio: 0.9 })
  await expect(page.getByRole('button', { name: 'به تازه‌ترین پیام' })).toBeHidden()
})

test('who leaves a chat far from its end finds the place again', async ({ page, gallery }) => {
  await gallery.open(page, '#/c/104/5000')
  await expect(page.locator('[data-seq="5000"]')).toBeInViewport()
  await still(page)
  const before = await anchor(page)
  await page.getByRole('link', { name: /بابک/ }).click()
  await expect(page.locator('[data-seq="5000"]')).toHaveCount(0)
  await page.getByRole('link', { name: /کوه‌نوردان/ }).click()
  await expect(page.locator('[data-seq="5000"]')).toBeInViewport()
  expectStill(await anchor(page), before)
})

test('who is at the end stays there when something takes room from the list', async ({ page, gallery }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await gallery.open(page, '#/c/101')
  await page.locator('.scroller [data-key]').first().waitFor()
  await still(page)
  // The list looks where it is in the very frame in which it shrank, before it is told of its size.
  const away = await page.evaluate(async () => {
    const scroller = document.querySelector('.scroller') as HTMLElement
    const bar = document.createElement('div')
    Object.assign(bar.style, { height: '60px', flex: 'none' })
    requestAnimationFrame(() => scroller.parentElement?.before(bar))
    scroller.dispatchEvent(new Event('scroll'))
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame)
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
  })
  expect(away).toBeLessThan(2)
})
