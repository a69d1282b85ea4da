// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, still, test } from './fixtures'

const phone = { width: 390, height: 844 }
/** A picture of one dot. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const row = (page: Page, seq: number) => page.locator(`[data-seq="${seq}"]`)

/** A finger that pulls an element sideways and lets go. */
async function pull(page: Page, selector: string, by: number): Promise<void> {
  await page.evaluate(
    ([selector, by]) => {
      const node = document.querySelector(selector)
      if (!node) throw new Error(`nothing is ${selector}`)
      const box = node.getBoundingClientRect()
      const at = (x: number) =>
        new Touch({
          identifier: 1,
          target: node,
          clientX: box.left + box.width / 2 + x,
          clientY: box.top + 30,
        })
      const tell = (type: string, touches: Touch[]) =>
        node.dispatchEvent(new TouchEvent(type, { touches, bubbles: true, cancelable: true }))
      tell('touchstart', [at(0)])
      for (const part of [0.3, 0.7, 1]) tell('touchmove', [at(by * part)])
      tell('touchend', [])
    },
    [selector, by] as const,
  )
}

/** The messages that are flashed from now on: a flash may be over before one looks for it. */
async function flashes(page: Page): Promise<() => Promise<readonly string[]>> {
  const seen = await page.evaluateHandle(() => {
    const seen: string[] = []
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const { classList, dataset } = target as HTMLElement
        if (classList.contains('flashed')) seen.push(dataset['seq'] ?? '')
      }
    }).observe(document.body, { subtree: true, attributeFilter: ['class'] })
    return seen
  })
  return () => seen.jsonValue()
}

/** What would move for longer than a moment, or again and again: what it is, and for how long. */
function moving(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const seconds = (all: string) => Math.max(...all.split(',').map((one) => Number.parseFloat(one)))
    return [...document.querySelectorAll('*')].flatMap((node) =>
      ['', '::before', '::after'].flatMap((part) => {
        const style = getComputedStyle(node, part || null)
        const animated = style.animationName !== 'none'
        const lasts = [
          style.transitionDuration,
          style.transitionDelay,
          animated ? style.animationDuration : '0s',
          animated ? style.animationDelay : '0s',
          animated && style.animationIterationCount.includes('infinite') ? '1s' : '0s',
          style.scrollBehavior === 'smooth' ? '1s' : '0s',
        ].map(seconds)
        return Math.max(...lasts) > 0.001 ? `${node.className}${part} ${lasts.join(' ')}` : []
      }),
    )
  })
}

/** Lets a file not come before what it returns is called, which resolves once the file runs. */
async function hold(page: Page, file: RegExp): Promise<() => Promise<void>> {
  let send = () => {}
  const sent = new Promise<void>((resolve) => {
    send = resolve
  })
  const asked = page.waitForRequest(file)
  await page.route(file, async (route) => {
    await sent
    await route.continue()
  })
  return async () => {
    const url = (await asked).url()
    send()
    await page.evaluate(async (url) => {
      await import(url)
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    }, url)
  }
}

test('what comes late does not open over what one went to meanwhile, and leaves a way back', async ({
  page,
  gallery,
}) => {
  const acts = await hold(page, /\/acts-[^/]+\.js$/)
  await gallery.open(page, '#/')
  const open = page.getByRole('button', { name: 'فهرست', exact: true })
  await open.click()
  await page.locator('a[href="#/c/101"]').click()
  await expect(page.locator('main .pane')).toBeVisible()
  await acts()
  await expect(page.getByRole('menu')).toHaveCount(0)
  await open.click()
  await expect(page.getByRole('menu')).toBeVisible()
  const settings = await hold(page, /\/Settings-[^/]+\.js$/)
  await page.setViewportSize(phone)
  await page.goBack()
  await open.click()
  await page.getByRole('menuitem', { name: 'تنظیمات' }).click()
  await page.getByRole('button', { name: 'بازگشت', exact: true }).click()
  await expect(page.locator('a[href="#/c/101"]')).toBeVisible()
  await settings()
  await expect(page.locator('a[href="#/c/101"]')).toBeVisible()
})

test.describe('reactions', () => {
  test('two taps of a finger react, and again take it back', async ({ page, gallery }) => {
    await page.setViewportSize(phone)
    await gallery.open(page, '#/c/101')
    const bubble = row(page, 12).locator('.bubble')
    const tap = () =>
      bubble.evaluate((node) => {
        const { left, top } = node.getBoundingClientRect()
        const how = { pointerType: 'touch', clientX: left + 20, clientY: top + 12, bubbles: true }
        for (let i = 0; i < 2; i++) node.dispatchEvent(new PointerEvent('pointerup', how))
      })
    await tap()
    await expect(row(page, 12).getByRole('button', { name: /❤️/ })).toHaveAttribute('aria-pressed', 'true')
    await tap()
    await expect(row(page, 12).getByRole('button', { name: /❤️/ })).toHaveCount(0)
  })

  test('beside the quick ones any other is chosen from the whole picker', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await row(page, 12).locator('.bubble').click({ button: 'right' })
    await page.getByRole('button', { name: 'واکنش‌های دیگر' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '😎' }).click()
    await expect(row(page, 12).getByRole('button', { name: /😎/ })).toBeVisible()
  })

  test('a sign is found by a word of either language or its country, in the tone last taken', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    const open = () => page.getByRole('button', { name: 'شکلک', exact: true }).click()
    const picker = page.getByRole('dialog', { name: 'شکلک' })
    const search = picker.getByRole('searchbox')
    const signs = picker.locator('.grid button')
    await open()
    await search.fill('سلام نظامی')
    await expect(signs.first()).toHaveText('🫡')
    // While the names in the other language are on their way, Enter takes nothing that other words found.
    const names = await hold(page, /\/en-[^/]+\.js$/)
    await search.fill('salut')
    await search.press('Enter')
    await expect(field).toHaveValue('')
    await names()
    await expect(signs.first()).toHaveText('🫡')
    await search.fill('افغانستان')
    await expect(signs).toHaveText(['🇦🇫'])
    await page.screenshot({ path: 'test-results/screens/emoji-found-fa.png' })
    await search.fill('nothing of that kind')
    await expect(picker.getByRole('status')).toHaveText('شکلکی پیدا نشد')
    await search.fill('thumbs up')
    await signs.first().click({ button: 'right' })
    await expect(picker.getByRole('group', { name: 'رنگ پوست' }).getByRole('button')).toHaveCount(7)
    await page.screenshot({ path: 'test-results/screens/emoji-tones-fa.png' })
    await picker.getByRole('button', { name: 'میانه', exact: true }).click()
    await expect(field).toHaveValue('👍🏽')
    // It stays so, and the others as they were.
    await expect(signs.first()).toHaveText('👍🏽')
    await picker.getByRole('button', { name: 'پاک کردن' }).click()
    // Every sign that this machine draws, and of none its box: those far off come when they are come to.
    await picker.getByRole('button', { name: 'پرچم‌ها' }).click()
    await expect(picker.getByRole('button', { name: '🏁' })).toBeInViewport()
    await expect(picker.getByRole('button', { name: '🇮🇷' })).toBeAttached()
    await page.screenshot({ path: 'test-results/screens/emoji-flags-fa.png' })
  })
})

test.describe('the list', () => {
  test('a chat is silent for a time', async ({ page, gallery }) => {
    await gallery.open(page, '#/')
    const chat = page.getByRole('listitem').nth(2)
    await chat.click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'بی‌صدا کردن' }).click()
    await expect(page.getByRole('menuitem')).toHaveText([
      'یک ساعت',
      'هشت ساعت',
      'دو روز',
      'همیشه',
      'در هر حال خبر بده',
    ])
    await expect(page.getByRole('menuitem', { name: 'یک ساعت' })).toBeFocused()
    await page.getByRole('menuitem', { name: 'هشت ساعت' }).click()
    await expect(chat.getByTitle('بی‌صدا')).toBeVisible()
    // What opened a menu has the focus again once it is closed.
    const more = page.getByRole('button', { name: 'فهرست', exact: true })
    await more.click()
    await expect(page.getByRole('menuitem').first()).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(more).toBeFocused()
  })

  for (const [language, sign] of [
    ['fa', 1],
    ['en', -1],
  ] as const) {
    test(`a pull puts a chat away or marks it, ${language}`, async ({ page, gallery }) => {
      await page.setViewportSize(phone)
      await gallery.open(page, '#/', { language })
      const chats = page.locator('.rows a.row')
      const title = (await chats.nth(1).locator('.title').textContent()) ?? ''
      await chats.nth(1).evaluate((node) => node.setAttribute('data-pulled', ''))
      await pull(page, '[data-pulled]', 20 * sign)
      await expect(chats.nth(1).locator('.title')).toHaveText(title)
      const badge = page.locator('[data-pulled] .badge.figures')
      const before = await badge.count()
      await pull(page, '[data-pulled]', -70 * sign)
      await expect(badge).toHaveCount(before === 0 ? 1 : 0)
      await pull(page, '[data-pulled]', 70 * sign)
      await expect(chats.filter({ hasText: title })).toHaveCount(0)
      await page.getByRole('button', { name: language === 'fa' ? 'واگرد' : 'Undo' }).click()
      await expect(chats.filter({ hasText: title })).toHaveCount(1)
    })
  }

  test('a compact list has lower rows', async ({ page, gallery }) => {
    await gallery.open(page, '#/settings/appearance')
    await page.getByRole('switch', { name: 'فهرست فشرده' }).click()
    await gallery.open(page, '#/')
    const box = await page.locator('.rows a.row').first().boundingBox()
    expect(box?.height).toBe(60)
  })

  for (const wish of ['of the person', 'of the device'] as const) {
    test(`nothing moves where that is the wish ${wish}`, async ({ page, gallery }) => {
      await gallery.open(page, '#/settings/appearance')
      expect((await moving(page)).length).toBeGreaterThan(0)
      if (wish === 'of the device') await page.emulateMedia({ reducedMotion: 'reduce' })
      else await page.getByRole('switch', { name: 'پویانمایی' }).click()
      await expect.poll(() => moving(page)).toEqual([])

      // Nor does the list of messages, on its way to the end.
      await gallery.open(page, '#/c/104/120000')
      await expect(row(page, 120_000)).toBeInViewport()
      await still(page)
      await page.locator('.scroller').evaluate((node) => node.scrollBy(0, -node.clientHeight * 1.5))
      const button = page.getByRole('button', { name: 'به تازه‌ترین پیام' })
      await expect(button).toBeVisible()
      expect(await moving(page)).toEqual([])
      const left = await button.evaluate((node: HTMLElement) => {
        node.click()
        const list = document.querySelector('.scroller') as HTMLElement
        return list.scrollHeight - list.scrollTop - list.clientHeight
      })
      expect(left).toBeLessThan(2)
      // What comes and goes by script asks, too.
      await page.getByRole('button', { name: 'فهرست', exact: true }).first().click()
      await expect(page.getByRole('menuitem').first()).toBeVisible()
      expect(await moving(page)).toEqual([])
    })
  }
})

test.describe('getting about in a chat', () => {
  test('after a jump the button leads back, and then on to the end', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/104')
    await still(page)
    const last = page.locator('.scroller [data-seq]').last()
    const newest = await last.getAttribute('data-seq')
    await page.locator('.scroller').evaluate((node) => node.scrollBy(0, -3000))
    await still(page)
    const here = await page.locator('.scroller').evaluate((node) => {
      const { bottom } = node.getBoundingClientRect()
      const seen = [...node.querySelectorAll<HTMLElement>('[data-seq]')]
      return Number(seen.findLast((one) => one.getBoundingClientRect().top < bottom - 40)?.dataset['seq'])
    })
    await page.locator('.day button').first().click()
    await page.getByRole('button', { name: 'به آغاز گفتگو' }).click()
    await expect(row(page, 1)).toBeVisible()
    await page.getByRole('button', { name: 'بازگشت به جای پیشین' }).click()
    await expect(row(page, here)).toBeInViewport()
    await page.getByRole('button', { name: 'به تازه‌ترین پیام' }).click()
    await expect(row(page, Number(newest))).toBeInViewport()
  })

  test('the day divider opens a calendar of the reader, and a day leads to its first message', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/101')
    await page.locator('.scroller').getByRole('button', { name: 'امروز' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'رفتن به یک تاریخ' })
    await expect(dialog).toContainText('آذر ۱۴۰۵')
    await expect(dialog.locator('small').first()).toHaveText('ش')
    await dialog.getByRole('button', { name: '۲ آذر ۱۴۰۵', exact: true }).press('ArrowRight')
    await expect(dialog.getByRole('button', { name: '۱ آذر ۱۴۰۵', exact: true })).toBeFocused()
    await expect(dialog.getByRole('button', { name: '۳ آذر ۱۴۰۵', exact: true })).toBeDisabled()
    await dialog.getByRole('button', { name: 'ماه پیش' }).click()
    await expect(dialog).toContainText('آبان ۱۴۰۵')
    await page.screenshot({ path: 'test-results/screens/date-fa.png' })
    await dialog.getByRole('button', { name: '۱ آبان ۱۴۰۵', exact: true }).click()
    await expect(dialog).toHaveCount(0)
    await expect(page.locator('.scroller [data-seq]').first()).toBeInViewport()
  })

  test('in English the calendar is Gregorian and begins on Monday', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101', { language: 'en' })
    await page.locator('.scroller').getByRole('button', { name: 'Today' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Go to a date' })
    await expect(dialog).toContainText('November 2026')
    await expect(dialog.locator('small').first()).toHaveText('M')
    // A year far off is two taps away.
    await dialog.getByRole('button', { name: 'November 2026' }).click()
    await expect(dialog.getByRole('button', { name: 'December' })).toBeDisabled()
    await dialog.getByRole('button', { name: '2026' }).click()
    await page.screenshot({ path: 'test-results/screens/date-years-en.png' })
    await dialog.getByRole('button', { name: '2020', exact: true }).click()
    await page.screenshot({ path: 'test-results/screens/date-months-en.png' })
    await dialog.getByRole('button', { name: 'December' }).click()
    await expect(dialog.getByRole('button', { name: 'December 2020' })).toBeFocused()
    await dialog.getByRole('button', { name: 'December 2020' }).click()
    await dialog.getByRole('button', { name: '2020' }).press('Tab')
    await dialog.getByRole('button', { name: 'The year after' }).press('Tab')
    await dialog.getByRole('button', { name: 'January' }).press('ArrowDown')
    await expect(dialog.getByRole('button', { name: 'April' })).toBeFocused()
    await page.reload()
    await page.locator('.scroller').getByRole('button', { name: 'Today' }).first().click()
    // Six weeks or five: what was pressed for the month before is still under the finger.
    const before = dialog.getByRole('button', { name: 'The month before' })
    await before.click()
    const place = await before.boundingBox()
    for (const month of ['September 2026', 'August 2026']) {
      await before.click()
      await expect(dialog).toContainText(month)
      expect(await before.boundingBox()).toEqual(place)
    }
  })

  test('a copied message keeps its formatting in the composer', async ({ page, gallery, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.fill('**سلام** دنیا')
    await field.press('Enter')
    await page.locator('.scroller .bubble').last().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'کپی متن' }).click()
    await expect(page.getByText('کپی شد')).toBeVisible()
    await field.click()
    await page.keyboard.press('Control+v')
    await expect(field).toHaveValue('**سلام** دنیا')
    const kinds = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      const html = await (await item?.getType('text/html'))?.text()
      return [await navigator.clipboard.readText(), html]
    })
    expect(kinds[0]).toBe('سلام دنیا')
    expect(kinds[1]).toContain('<b')

    // So do several that are selected, each under whose it is.
    await field.fill('یک ||راز||')
    await field.press('Enter')
    const bubbles = page.locator('.scroller .bubble')
    await expect(bubbles.last().getByRole('img', { name: 'فرستاده شد' })).toBeVisible()
    await bubbles.last().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'انتخاب' }).click()
    await bubbles.nth(-2).click()
    await page.getByRole('toolbar').getByRole('button', { name: 'کپی متن' }).click()
    await field.fill('')
    await page.keyboard.press('Control+v')
    await expect(field).toHaveValue(/^(.+): \*\*سلام\*\* دنیا\n\1: یک \|\|راز\|\|$/)
  })

  test('an @ typed among Persian letters stands before its name, and its mark is not sent', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/102')
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.pressSequentially('سلام @niloofar')
    await expect(field).toHaveValue('سلام \u200e@niloofar')
    await expect(field).toHaveAttribute('dir', 'rtl')
    await field.press('Control+a')
    await field.press('Delete')
    await field.pressSequentially('سلام @')
    await field.press('Backspace')
    await expect(field).toHaveValue('سلام ')
    await field.pressSequentially('@niloofar')
    await field.press('Escape')
    await field.press('Enter')
    await expect(field).toHaveValue('')
    const said = await page.locator('.scroller .bubble').last().textContent()
    expect(said).toContain('سلام @niloofar')
    expect(said).not.toContain('\u200e@')
  })

  test('the pinned message, the mention and the code of a group are at hand', async ({
    page,
    gallery,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.setViewportSize({ width: 1280, height: 480 })
    await gallery.open(page, '#/c/102/5')
    const bar = page.getByRole('button', { name: /^پیام سنجاق‌شده/ })
    await expect(bar).toContainText('پیام سنجاق‌شده')
    await row(page, 5).getByRole('button', { name: 'کپی کد' }).click()
    await expect(page.getByText('کپی شد')).toBeVisible()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^export function contrast/)

    const mention = page.getByRole('button', { name: 'به اشارهٔ بعدی' })
    await expect(mention).toContainText('۱')
    const flashed = await flashes(page)
    await mention.click()
    await expect.poll(flashed).toContain('13')
    await expect(row(page, 13)).toBeInViewport()
    await expect(mention).toHaveCount(0)
    await bar.click()
    await expect.poll(flashed).toContain('3')
    await expect(row(page, 3)).toBeInViewport()
    // Another is pinned and is shown first; the next press leads to the one before it.
    await row(page, 4).locator('.bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'سنجاق کردن' }).click()
    await expect(bar).toContainText('۲ از ۲')
    await page.keyboard.press('Escape')
  })

  test('files come by a drop, by pasting and from the camera', async ({ browser, gallery }) => {
    const touch = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } }
    const context = await browser.newContext(touch)
    const page = await context.newPage()
    await gallery.open(page, '#/c/101')
    const sheet = page.getByRole('dialog').filter({ has: page.getByRole('textbox') })
    const closed = async () => {
      await expect(sheet).toContainText('note.txt')
      await page.keyboard.press('Escape')
      await expect(sheet).toHaveCount(0)
    }
    const give = (how: 'drop' | 'paste') =>
      page.evaluate((how) => {
        const data = new DataTransfer()
        data.items.add(new File(['words'], 'note.txt', { type: 'text/plain' }))
        const with_ = { bubbles: true, cancelable: true }
        const bubble = document.querySelector('.scroller .bubble')
        const drag = (type: string) => new DragEvent(type, { ...with_, dataTransfer: data })
        // A browser lets go only over what takes it.
        if (how === 'drop' && !bubble?.dispatchEvent(drag('dragover'))) bubble?.dispatchEvent(drag('drop'))
        const pasted = new ClipboardEvent('paste', { ...with_, clipboardData: data })
        if (how === 'paste') document.querySelector('.composer textarea')?.dispatchEvent(pasted)
      }, how)
    await give('drop')
    await closed()
    await give('paste')
    await closed()

    await page.getByRole('button', { name: 'پیوست' }).click()
    const asked = page.waitForEvent('filechooser')
    await page.getByRole('menuitem', { name: 'دوربین' }).click()
    const chooser = await asked
    const input = chooser.element()
    expect(await input.getAttribute('capture')).toBe('environment')
    expect(await input.getAttribute('accept')).toBe('image/*')
    expect(chooser.isMultiple()).toBe(false)
    await chooser.setFiles({ name: 'taken.png', mimeType: 'image/png', buffer: pixel })
    await expect(sheet.getByRole('img', { name: 'taken.png' })).toBeVisible()
    await expect(sheet.getByRole('textbox')).not.toBeFocused()

    // Of ten the smallest has no room for its buttons: what they do is in a menu.
    const tiles = sheet.getByRole('listitem')
    const others = page.waitForEvent('filechooser')
    await sheet.getByRole('button', { name: 'افزودن' }).click()
    const nine = Array.from({ length: 9 }, (_, i) => `more-${i}.png`)
    await (await others).setFiles(nine.map((name) => ({ name, mimeType: 'image/png', buffer: pixel })))
    await expect(tiles).toHaveCount(10)
    await tiles.last().getByRole('button', { name: 'بیشتر' }).click()
    await page.getByRole('menuitem', { name: 'جلوتر بردن' }).click()
    await expect(tiles.nth(8).getByRole('img', { name: 'more-8.png' })).toBeVisible()
    await tiles.nth(8).getByRole('button', { name: 'بیشتر' }).click()
    await page.getByRole('menuitem', { name: 'برداشتن' }).click()
    await expect(tiles).toHaveCount(9)
    await expect(sheet.getByRole('img', { name: 'more-8.png' })).toHaveCount(0)
    await context.close()
  })

  test('a chat is pinned, stands further up, and is let go again', async ({ page, gallery }) => {
    await gallery.open(page, '#/')
    const chats = page.locator('.rows a.row')
    const sign = page.getByTitle('سنجاق‌شده')
    const chat = chats
      .filter({ hasNot: page.locator('.badge') })
      .filter({ hasNot: sign })
      .nth(1)
    const title = (await chat.locator('.title').textContent()) ?? ''
    const chosen = chats.filter({ hasText: title })
    const before = await chats.locator('.title').allTextContents()
    for (const [what, pinned] of [
      ['سنجاق کردن', 1],
      ['برداشتن سنجاق', 0],
    ] as const) {
      await chosen.click({ button: 'right' })
      await page.getByRole('menuitem', { name: what }).click()
      await expect(chosen.locator(sign)).toHaveCount(pinned)
      const now = await chats.locator('.title').allTextContents()
      if (pinned) expect(now.indexOf(title)).toBeLessThan(before.indexOf(title))
      else expect(now).toEqual(before)
    }
  })

  test('the writer of a message in a small group sees who has read it', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/102')
    await page.locator('.row.own .bubble').last().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'چه کسانی خوانده‌اند' }).click()
    await expect(page.getByRole('dialog').getByRole('button')).toHaveText([/نیلوفر رستگار/, /مریم توکلی/])
    await page.keyboard.press('Escape')
    await page.locator('.row:not(.own) .bubble').last().click({ button: 'right' })
    await expect(page.getByRole('menuitem', { name: 'چه کسانی خوانده‌اند' })).toHaveCount(0)
  })

  test('a sheet lists the keys', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.keyboard.press('Control+/')
    const sheet = page.getByRole('dialog', { name: 'میان‌برهای صفحه‌کلید' })
    await expect(sheet).toContainText('گفتگوی بعدی')
    await expect(sheet.locator('h3')).toHaveText(['همه‌جا', 'در گفتگو', 'در میان پیام‌ها', 'هنگام نوشتن'])
    const find = sheet.locator('dl div').filter({ hasText: 'جست‌وجو در گفتگو' })
    await expect(find.locator('kbd')).toHaveText(['Ctrl', 'F'])
    await page.keyboard.press('Escape')
    await expect(sheet).toHaveCount(0)
  })
})
