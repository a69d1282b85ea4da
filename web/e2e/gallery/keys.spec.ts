// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, still, test } from './fixtures'

const row = (page: Page, seq: number) => page.locator(`.scroller [data-seq="${seq}"]`)
const focused = (page: Page) => page.locator('.scroller [data-key]:focus')
const receive = (page: Page, chat: number, body: string) =>
  page.evaluate(
    ([chat, body]) =>
      (window as unknown as { gallery: { receive(id: number, t: string): void } }).gallery.receive(
        chat,
        body,
      ),
    [chat, body] as const,
  )

/** Tab leads from the head of the chat to its messages, of which one has the focus then. */
async function intoMessages(page: Page): Promise<void> {
  // Its keys come after it.
  await expect(page.getByRole('log')).toHaveAttribute('tabindex', '0')
  await page.locator('main header button').last().focus()
  await page.keyboard.press('Tab')
  await expect(focused(page)).toBeInViewport({ ratio: 1 })
}

test('all that a message offers is reached by keys, and Escape leads back to writing', async ({
  page,
  gallery,
}) => {
  const { keyboard } = page
  await gallery.open(page, '#/c/101')
  const field = page.getByRole('textbox', { name: 'پیام' })
  await intoMessages(page)
  const newest = page.locator('.scroller [data-key="out1"]')
  await expect(newest).toBeFocused()
  await expect(newest).toHaveAccessibleName(/^شما، مثلاً چای کوهی؟، \S+، در انتظار فرستادن$/)
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme)
    const [color, accent] = await newest.locator('.bubble').evaluate((bubble) => {
      const { outlineColor, outlineStyle, outlineWidth } = getComputedStyle(bubble)
      const probe = document.createElement('i')
      probe.style.color = 'var(--accent)'
      bubble.append(probe)
      const { color } = getComputedStyle(probe)
      probe.remove()
      return [`${outlineWidth} ${outlineStyle} ${outlineColor}`, `2px solid ${color}`]
    })
    expect(color).toBe(accent)
  }

  await keyboard.press('ArrowUp')
  await expect(row(page, 13)).toBeFocused()
  await keyboard.press('Home')
  await expect(row(page, 1)).toBeFocused()
  await expect(row(page, 1)).toBeInViewport()
  await keyboard.press('End')
  await expect(newest).toBeFocused()
  for (let i = 0; i < 3; i++) await keyboard.press('ArrowUp')
  await expect(row(page, 11)).toBeFocused()
  await expect(row(page, 11)).toHaveAccessibleName(/^نیلوفر رستگار، اشکالی ندارد.*، 🙏 ۱$/)

  // Its menu, by each of the keys for it; closed, it gives the focus back.
  for (const key of ['Enter', 'ContextMenu', 'Shift+F10']) {
    await keyboard.press(key)
    await expect(page.getByRole('menuitem', { name: 'پاسخ' })).toBeFocused()
    await keyboard.press('Escape')
    await expect(row(page, 11)).toBeFocused()
  }
  // Tab leads through what it holds and then on, and back to it as one stop.
  await keyboard.press('Tab')
  await expect(row(page, 11).getByRole('button', { name: '🙏 ۱' })).toBeFocused()
  await keyboard.press('Tab')
  await expect(page.locator('.composer button').first()).toBeFocused()
  await keyboard.press('Shift+Tab')
  await expect(row(page, 11)).toBeFocused()
  await keyboard.press('Shift+Tab')
  await expect(page.locator('main header button').last()).toBeFocused()
  await keyboard.press('Tab')

  // Space selects; where something is selected, Enter does so, too.
  await keyboard.press('Space')
  await expect(page.getByText('۱ پیام انتخاب‌شده')).toBeVisible()
  await keyboard.press('ArrowUp')
  await keyboard.press('Space')
  await expect(page.getByText('۲ پیام انتخاب‌شده')).toBeVisible()
  await expect(row(page, 10)).toHaveAccessibleName(/^انتخاب‌شده، شما، فقط من/)
  await keyboard.press('Enter')
  await expect(page.getByText('۱ پیام انتخاب‌شده')).toBeVisible()
  await keyboard.press('Escape')
  await expect(page.getByText('پیام انتخاب‌شده')).toHaveCount(0)
  await expect(field).toBeFocused()

  // After a message was deleted, one beside it has the focus.
  for (let i = 0; i < 3; i++) await keyboard.press('Shift+Tab')
  await expect(row(page, 10)).toBeFocused()
  await keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'حذف' }).press('Enter')
  await page.getByRole('button', { name: 'حذف برای هر دو' }).press('Enter')
  await expect(row(page, 10)).toHaveCount(0)
  await expect(focused(page)).toHaveAttribute('data-seq', /^(9|11)$/)
  await keyboard.press('Escape')
  await expect(field).toBeFocused()
  await expect(page).toHaveURL(/#\/c\/101/)
})

test('the message that has the focus stays drawn and in view, whatever comes', async ({ page, gallery }) => {
  await gallery.open(page, '#/c/104')
  await intoMessages(page)
  const first = Number(await focused(page).getAttribute('data-seq'))
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('PageUp')
    await expect(focused(page)).toBeInViewport()
  }
  const seq = Number(await focused(page).getAttribute('data-seq'))
  expect(seq).toBeLessThan(first - 100)
  expect(await page.locator('.scroller [data-key]').count()).toBeLessThanOrEqual(140)
  await page.keyboard.press('End')
  await expect(row(page, 120_000)).toBeFocused()
  for (let i = 0; i < 14; i++) await receive(page, 104, `تازه ${i}\nدر\nچند\nسطر`)
  await expect(row(page, 120_000)).toBeFocused()
  await expect(row(page, 120_000)).toBeInViewport({ ratio: 1 })
})

test('who presses a message with the pointer is led by what comes, and stays where they scroll to', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '#/c/104')
  await expect(page.getByRole('log')).toHaveAttribute('tabindex', '0')
  const list = page.locator('.scroller')
  await row(page, 120_000).locator('.bubble').click()
  await expect(row(page, 120_000)).toBeFocused()
  for (let i = 1; i <= 14; i++) await receive(page, 104, `تازه ${i}\nدر\nچند\nسطر`)
  await expect(row(page, 120_014)).toBeInViewport({ ratio: 1 })
  await expect(row(page, 120_000)).not.toBeInViewport()
  await expect(row(page, 120_000)).toBeFocused()

  // The view is little higher than a message, and two of them are partly in it: of these one has the focus.
  const { height } = (await row(page, 120_005).boundingBox()) ?? { height: 0 }
  const rest = await list.evaluate((node) => innerHeight - node.clientHeight)
  await page.setViewportSize({ width: 1280, height: Math.ceil(rest + height + 70) })
  await row(page, 120_005).evaluate((node) => {
    const list = node.closest('.scroller') as HTMLElement
    list.scrollTop += node.getBoundingClientRect().top - list.getBoundingClientRect().top - 80
  })
  await still(page)
  await page.getByRole('textbox', { name: 'پیام' }).focus()
  await intoMessages(page)
  await expect(row(page, 120_005)).toBeFocused()

  await page.setViewportSize({ width: 1280, height: 900 })
  await row(page, 120_005).locator('.bubble').click()
  await expect(async () => {
    await list.evaluate((node) => node.scrollBy(0, -node.clientHeight))
    await still(page)
    expect(await row(page, 120_005).count()).toBe(0)
  }).toPass()
  await expect(focused(page)).toHaveCount(0)
})

test('a late answer to Home leads nobody away, a failure is told, and a chat that is left is let go', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '#/')
  await page.evaluate(() => {
    interface Chat {
      history: { findTime(at: number): Promise<number | null> }
    }
    const { gallery } = window as unknown as { gallery: { openChat(id: number, at?: number): Chat } }
    const openChat = gallery.openChat.bind(gallery)
    gallery.openChat = (id, at) => {
      const chat = openChat(id, at)
      const { findTime } = chat.history
      chat.history.findTime = (time) =>
        new Promise((answer, fail) =>
          Object.assign(window, { late: { answer: () => answer(findTime(time)), fail } }),
        )
      return chat
    }
  })
  const late = (what: 'answer' | 'fail') =>
    page.waitForFunction((what) => {
      const all = window as unknown as { late?: Record<string, () => void> }
      all.late?.[what]?.()
      return all.late !== undefined && delete all.late
    }, what)
  const cdp = await page.context().newCDPSession(page)
  const listening = async () => {
    const { result } = await cdp.send('Runtime.evaluate', { expression: 'document' })
    const { objectId = '' } = result
    const { listeners } = await cdp.send('DOMDebugger.getEventListeners', { objectId })
    return listeners.filter(({ type }) => type === 'keydown').length
  }
  const go = async (chat: number) => {
    await page.evaluate((chat) => (location.hash = `#/c/${chat}`), chat)
    await expect(page.getByRole('log')).toHaveCount(1)
    await expect(page.getByRole('log')).toHaveAttribute('tabindex', '0')
  }
  await go(102)
  const before = await listening()
  await go(104)
  expect(await listening()).toBe(before)

  const field = page.getByRole('textbox', { name: 'پیام' })
  await intoMessages(page)
  const seq = Number(await focused(page).getAttribute('data-seq'))
  await page.keyboard.press('Home')
  await page.keyboard.press('Escape')
  await expect(field).toBeFocused()
  await late('answer')
  await still(page)
  await expect(field).toBeFocused()
  await expect(row(page, seq)).toBeInViewport()
  await intoMessages(page)
  await page.keyboard.press('Home')
  await late('fail')
  await expect(page.getByText('مشکلی از سوی ما پیش آمد')).toBeVisible()
  await page.keyboard.press('Home')
  await late('answer')
  await expect(row(page, 1)).toBeFocused()
})

test('what was selected stays selected far from it, and all of it is copied', async ({
  page,
  gallery,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await gallery.open(page, '#/c/104/120000')
  const select = async (seq: number) => {
    await row(page, seq).locator('.bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'انتخاب' }).click()
  }
  await select(119_999)
  await page.locator('.day button').first().click()
  await page.getByRole('button', { name: 'به آغاز گفتگو' }).click()
  await expect(row(page, 1)).toBeVisible()
  await expect(row(page, 119_999)).toHaveCount(0)
  await row(page, 2).locator('.bubble').click()
  await expect(page.getByText('۲ پیام انتخاب‌شده')).toBeVisible()
  await page.getByRole('toolbar').getByRole('button', { name: 'کپی متن' }).click()
  await expect(page.getByText('کپی شد')).toBeVisible()
  expect((await page.evaluate(() => navigator.clipboard.readText())).split('\n')).toHaveLength(2)
})

test('letter keys are where they are written, whatever layout types with them', async ({ page, gallery }) => {
  await gallery.open(page, '#/c/101')
  const field = page.getByRole('textbox', { name: 'پیام' })
  const cdp = await page.context().newCDPSession(page)
  /** A key of a Persian layout, held with Ctrl (2) or Ctrl and Shift (10). */
  const press = async (key: string, code: string, modifiers = 2) => {
    const how = { key, code, modifiers, windowsVirtualKeyCode: code.charCodeAt(3) }
    await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...how })
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...how })
  }
  await field.fill('متن')
  for (const [key, code, modifiers, written] of [
    ['ذ', 'KeyB', 2, '**متن**'],
    ['ذ', 'KeyB', 2, 'متن'],
    ['ط', 'KeyX', 10, '~~متن~~'],
    ['ط', 'KeyX', 10, 'متن'],
    ['<', 'Period', 10, '> متن'],
  ] as const) {
    await field.selectText()
    if (written === 'متن') await field.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(2, 5))
    await press(key, code, modifiers)
    await expect(field).toHaveValue(written)
  }
  await press('ب', 'KeyF')
  await expect(page.getByRole('searchbox')).toHaveCount(2)
  // What lies open is what Escape closes, wherever the focus is by then.
  await row(page, 12).focus()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('searchbox')).toHaveCount(1)
  await page.locator('main header button').last().focus()
  await press('ن', 'KeyK')
  await expect(page.getByRole('searchbox')).toBeFocused()
  await press('ظ', 'Slash')
  await expect(page.getByRole('dialog', { name: 'میان‌برهای صفحه‌کلید' })).toBeVisible()
})
