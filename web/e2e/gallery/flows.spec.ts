// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Locator, Page } from '@playwright/test'
import { expect, still, test } from './fixtures'

/** Edits wait from here on, until they are refused. */
async function heldEdits(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const shown = window as unknown as { gallery: { answer: Promise<void> }; refuse: () => void }
    shown.gallery.answer = new Promise((_, no) => {
      shown.refuse = () => no(new Error('refused'))
    })
  })
  return () => page.evaluate(() => (window as unknown as { refuse: () => void }).refuse())
}

test.describe('writing', () => {
  test('markup becomes formatting, Enter sends, and the field is empty again', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.fill('**سلام** و ||راز|| `x=1`')
    await field.press('Enter')
    await expect(field).toHaveValue('')
    const last = page.locator('.scroller [data-key]').last()
    await expect(last.locator('.bold')).toHaveText('سلام')
    await expect(last.locator('.spoiler')).toBeVisible()
    await expect(last.locator('.code')).toHaveText('x=1')
    await last.locator('.spoiler').click()
    await expect(last.locator('.revealed')).toHaveText('راز')
    await expect(last.getByRole('img', { name: 'فرستاده شد' })).toBeVisible()

    // A folded quote is unfolded by a tap anywhere on it, and folded again by its button.
    await field.fill('>> یک\n>> دو\n>> سه\n>> چهار\nپاسخ')
    await field.press('Enter')
    const quote = last.locator('blockquote')
    await quote.click({ position: { x: 20, y: 12 } })
    const fold = quote.getByRole('button', { name: 'نمایش کمتر', expanded: true })
    await expect(quote.getByText('چهار')).toBeInViewport()
    await fold.click()
    await expect(fold).toHaveCount(0)
  })

  test('arrow up edits the last message, Escape brings the draft back', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.press('ArrowUp')
    await expect(field).toHaveValue('پس تا جمعه! چیزی لازم هست بیاورم؟')
    await field.press('Escape')
    await expect(field).toHaveValue('')
    await field.press('ArrowUp')
    await field.fill('پس تا شنبه!')
    await field.press('Enter')
    await expect(page.locator('[data-seq="13"]')).toContainText('پس تا شنبه!')
    await expect(page.locator('[data-seq="13"]')).toContainText('ویرایش‌شده')
  })

  test('an edit that is refused is in the field again, before what was written', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/101')
    const refuse = await heldEdits(page)
    const field = page.getByRole('textbox', { name: 'پیام' })
    const message = page.locator('[data-seq="13"]')
    await page.locator('[data-seq="12"] .bubble').dblclick()
    await field.fill('نیمه‌کاره')
    await message.locator('.bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'ویرایش' }).click()
    await field.fill('پس تا **شنبه**!')
    await field.press('Enter')
    await expect(field).toHaveValue('نیمه‌کاره')
    await expect(page.locator('.composer')).toContainText('پاسخ به')
    await expect(message.getByRole('img', { name: 'در انتظار فرستادن' })).toBeVisible()

    await refuse()
    await expect(field).toHaveValue('پس تا **شنبه**!')
    await expect(field).toBeFocused()
    await expect(page.locator('.composer')).toContainText('ویرایش پیام')
    await expect(message).toContainText('پس تا جمعه!')
    await expect(message.getByRole('img', { name: 'فرستاده نشد' })).toHaveCount(0)
    await field.press('Escape')
    await expect(field).toHaveValue('نیمه‌کاره')
    await expect(page.locator('.composer')).toContainText('پاسخ به')
  })

  test('an edit that is refused while something else is written waits at its message', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/101')
    const refuse = await heldEdits(page)
    const field = page.getByRole('textbox', { name: 'پیام' })
    const message = page.locator('[data-seq="13"]')
    await field.press('ArrowUp')
    await field.fill('پس تا شنبه!')
    await field.press('Enter')
    await field.pressSequentially('و دیگر ')
    await refuse()
    await expect(message).toContainText('پس تا شنبه!')
    await field.pressSequentially('هیچ')
    await expect(field).toHaveValue('و دیگر هیچ')
    await message
      .getByRole('button')
      .filter({ has: page.getByRole('img', { name: 'فرستاده نشد' }) })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'کنار گذاشتن' }).click()
    await expect(message).toContainText('پس تا جمعه!')
    await expect(field).toHaveValue('و دیگر هیچ')
  })

  test('an edit that changes nothing leaves no mark', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.press('ArrowUp')
    await expect(field).toHaveValue('پس تا جمعه! چیزی لازم هست بیاورم؟')
    await field.press('Enter')
    await expect(field).toHaveValue('')
    await expect(page.locator('[data-seq="13"]')).not.toContainText('ویرایش‌شده')
  })

  test('an edit ends with its message, and its words are in the field or told', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    const last = page.locator('.scroller [data-key] .bubble').last()
    const erase = async (message: Locator) => {
      await message.click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'حذف' }).click()
      await page.getByRole('button', { name: 'حذف برای هر دو' }).click()
      await expect(page.locator('.composer')).not.toContainText('ویرایش پیام')
    }
    await field.press('ArrowUp')
    await field.fill('پس تا **شنبه**!')
    await erase(page.locator('[data-seq="13"] .bubble'))
    await expect(field).toHaveValue('پس تا **شنبه**!')
    const told = page.locator('.toast').filter({ hasText: 'پیامی که ویرایش کردید در این میان پاک شده است.' })
    await told.getByRole('button', { name: 'بستن' }).click()
    await expect(told).toHaveCount(0)

    await field.press('Enter')
    await expect(last.getByRole('img', { name: 'فرستاده شد' })).toBeVisible()
    await field.fill('نیمه‌کاره')
    await last.click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'ویرایش' }).click()
    await field.fill('سه‌شنبه')
    await erase(last)
    await expect(field).toHaveValue('نیمه‌کاره')
    await expect(page.locator('.toast').getByRole('button', { name: 'کپی' })).toBeVisible()
  })

  test('letters that nothing else takes go into the field, wherever one clicked', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    const bubble = page.locator('[data-seq="9"] .bubble')
    await bubble.click({ button: 'right' })
    await page.getByRole('menuitem').first().waitFor()
    await page.keyboard.type('a')
    await page.getByRole('button', { name: '🔥' }).click()
    await page.keyboard.type('Hello ')
    await bubble.click()
    await page.keyboard.type('again')
    await expect(field).toHaveValue('Hello again')
    await page.getByRole('searchbox').click()
    await page.keyboard.type('b')
    await expect(field).toHaveValue('Hello again')
  })

  test('keys format the selection, and again take it away', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.fill('متن')
    await field.selectText()
    await expect(page.getByRole('toolbar', { name: 'آرایش متن' })).toBeVisible()
    await page.keyboard.press('Control+b')
    await expect(field).toHaveValue('**متن**')
    await page.keyboard.press('Control+b')
    await expect(field).toHaveValue('متن')
    await page.getByRole('button', { name: 'پنهان', exact: true }).click()
    await expect(field).toHaveValue('||متن||')
  })

  test('the field grows to six lines and no further', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const field = page.getByRole('textbox', { name: 'پیام' })
    const height = () => field.evaluate((node) => node.clientHeight)
    const one = await height()
    await field.fill('۱\n۲\n۳')
    expect(await height()).toBeGreaterThan(one + 30)
    await field.fill(Array.from({ length: 6 }, (_, i) => `${i}`).join('\n'))
    const six = await height()
    await field.fill(Array.from({ length: 20 }, (_, i) => `${i}`).join('\n'))
    expect(await height()).toBe(six)
  })

  test('@ offers members, arrows and Enter choose one', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/102')
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.pressSequentially('سلام @ma')
    await expect(page.getByRole('option')).toHaveCount(1)
    await field.press('Enter')
    await expect(field).toHaveValue('سلام \u200e@maryam_t ')
  })

  test('a text beyond 4,096 characters says by how much and cannot be sent', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.getByRole('textbox', { name: 'پیام' }).fill('x'.repeat(4099))
    await expect(page.getByText('−۳')).toBeVisible()
    await expect(page.getByRole('button', { name: 'فرستادن', exact: true })).toBeDisabled()
  })

  test('what is written stays as a draft when another chat is opened', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.getByRole('textbox', { name: 'پیام' }).fill('نیمه‌کاره')
    const row = page.getByRole('link', { name: /نیلوفر رستگار/ }).first()
    await page.getByRole('link', { name: /بابک/ }).click()
    await expect(row).toContainText(/پیش‌نویس:\s*نیمه‌کاره/)
    await page
      .getByRole('link', { name: /نیلوفر رستگار/ })
      .first()
      .click()
    await expect(page.getByRole('textbox', { name: 'پیام' })).toHaveValue('نیمه‌کاره')
    // Beside the chat its row says what was said last.
    await expect(row).not.toContainText('پیش‌نویس')
  })
})

test.describe('messages', () => {
  test('the menu has reactions on top and then the one order', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.locator('[data-seq="9"] .bubble').click({ button: 'right' })
    await expect(page.getByRole('menuitem').first()).toBeVisible()
    const items = await page.getByRole('menuitem').allTextContents()
    expect(items.map((item) => item.trim())).toEqual([
      'پاسخ',
      'کپی متن',
      'هدایت',
      'ویرایش',
      'سنجاق کردن',
      'انتخاب',
      'حذف',
    ])
    await page.getByRole('button', { name: '🔥' }).click()
    await expect(page.locator('[data-seq="9"]').getByRole('button', { name: '🔥 ۱' })).toBeVisible()

    // Who goes elsewhere by the address leaves it behind.
    await page.locator('[data-seq="9"] .bubble').click({ button: 'right' })
    await expect(page.getByRole('menuitem').first()).toBeVisible()
    await page.evaluate(() => {
      location.hash = '#/c/101/info'
    })
    await expect(page.locator('aside h2').first()).toBeVisible()
    await expect(page.getByRole('menuitem')).toHaveCount(0)
  })

  test('deleting asks once, says what happens, and leaves nothing behind', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.locator('[data-seq="9"] .bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'حذف' }).click()
    await expect(page.getByRole('dialog')).toContainText('این پیام برای هر دوی شما حذف شود؟')
    await page.getByRole('button', { name: 'حذف برای هر دو' }).click()
    await expect(page.locator('[data-seq="10"]')).toBeVisible()
    await expect(page.locator('[data-seq="9"]')).toHaveCount(0)
  })

  test('a double click replies, and the sent reply quotes the message', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.locator('[data-seq="11"] .bubble').dblclick()
    const field = page.getByRole('textbox', { name: 'پیام' })
    await expect(page.locator('.composer')).toContainText(/پاسخ به .?نیلوفر رستگار/)
    await field.fill('باشه')
    await field.press('Enter')
    await expect(page.locator('.scroller [data-key]').last().locator('.quote')).toContainText('اشکالی ندارد')
  })

  test('a part of a message that is selected can be quoted alone', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const bubble = page.locator('[data-seq="11"] .bubble')
    await bubble
      .locator('.line')
      .first()
      .evaluate((line) => {
        const words = document.createTreeWalker(line, NodeFilter.SHOW_TEXT).nextNode() as Text
        getSelection()?.setBaseAndExtent(words, 0, words, 6)
      })
    await bubble
      .locator('.line')
      .first()
      .click({ button: 'right', position: { x: 5, y: 5 } })
    await page.getByRole('menuitem', { name: 'نقل‌قول' }).click()
    const field = page.getByRole('textbox', { name: 'پیام' })
    await field.fill('باشه')
    // Left and come back to, it answers the same part.
    await page.getByRole('link', { name: /بابک/ }).click()
    await expect(page.locator('.composer')).not.toContainText('اشکالی')
    await page
      .getByRole('link', { name: /نیلوفر رستگار/ })
      .first()
      .click()
    await expect(field).toHaveValue('باشه')
    await expect(page.locator('.composer')).toContainText('اشکالی')
    await expect(page.locator('.composer')).not.toContainText('ندارد')
    await field.press('Enter')
    await expect(page.locator('.scroller [data-key]').last().locator('.quote .line')).toHaveText('اشکالی')
  })

  test('on a phone the part to quote is chosen in a sheet', async ({ browser, gallery }) => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
    const context = await browser.newContext(phone)
    const page = await context.newPage()
    await gallery.open(page, '#/c/101')
    await page.locator('[data-seq="11"] .bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'نقل‌قول' }).click()
    const text = page.getByRole('textbox', { name: 'نقل‌قول' })
    await text.focus()
    await text.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(0, 6))
    await page.screenshot({ path: 'test-results/screens/quote-phone-fa-light.png' })
    await page.getByRole('dialog').getByRole('button', { name: 'نقل‌قول' }).click()
    await expect(page.locator('.composer')).toContainText('اشکالی')
    await expect(page.locator('.composer')).not.toContainText('ندارد')
    await context.close()
  })

  for (const language of ['fa', 'en'] as const) {
    test(`on a touch screen a pull on a message replies to it (${language})`, async ({ page, gallery }) => {
      await page.setViewportSize({ width: 390, height: 844 })
      if (language === 'en') {
        await gallery.open(page, '#/settings/appearance')
        await page.getByRole('radio', { name: 'English' }).click()
        // Kept once its words have come.
        await expect(page.locator('html')).toHaveAttribute('lang', 'en')
      }
      await gallery.open(page, '#/c/101')
      const row = page.locator('[data-seq="11"]')
      const pull = (to: number, end: boolean) =>
        row.evaluate(
          (node, { by, last }) => {
            const fire = (type: string, x: number) => {
              const touch = new Touch({ identifier: 1, target: node, clientX: 200 + x, clientY: 400 })
              const touches = type === 'touchend' ? [] : [touch]
              node.dispatchEvent(new TouchEvent(type, { touches, bubbles: true, cancelable: true }))
            }
            fire('touchstart', 0)
            for (let i = 1; i <= 6; i++) fire('touchmove', (by * i) / 6)
            if (last) fire('touchend', by)
          },
          { by: to, last: end },
        )
      const reply = page.locator('.composer').getByText('اشکالی')
      const toward = language === 'fa' ? 1 : -1
      await expect(row).toBeVisible()
      await pull(-70 * toward, true)
      await pull(30 * toward, true)
      await expect(reply).toHaveCount(0)
      await pull(70 * toward, false)
      await page.screenshot({ path: `test-results/screens/pull-${language}.png` })
      await pull(70 * toward, true)
      await expect(reply).toBeVisible()
    })
  }

  test('several are selected and forwarded without their source', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/102')
    await page.locator('[data-seq="9"] .bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'انتخاب' }).click()
    await page.locator('[data-seq="8"] .bubble').click()
    await expect(page.getByText('۲ پیام انتخاب‌شده')).toBeVisible()
    await page.getByRole('toolbar').getByRole('button', { name: 'هدایت' }).click()
    await page.getByRole('option', { name: /بابک/ }).click()
    // A name stands beside its face, also one that runs the other way.
    for (const name of await page.getByRole('option').locator('bdi').all()) {
      await expect(name).toHaveCSS('text-align', 'right')
    }
    await page.getByRole('switch', { name: 'پنهان کردن فرستندهٔ اصلی' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'فرستادن' }).click()
    await expect(page).toHaveURL(/#\/c\/111/)
    await expect(page.locator('.scroller')).toContainText('دست‌کم ۴۴ پیکسل')
    await expect(page.locator('.scroller .forward')).toHaveCount(0)
  })

  test('a failed message is kept, and can be tried again', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/105')
    await page.locator('.scroller').getByText('Sure, one moment.').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'دوباره' }).click()
    await expect(page.locator('.scroller').getByRole('img', { name: 'فرستاده شد' })).toBeVisible()
  })

  test('the sign of a failed message says why, and offers what can be done', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/105')
    await page.getByRole('button', { name: 'فرستاده نشد' }).click()
    await expect(page.getByRole('dialog')).toContainText('این شخص از شما پیام نمی‌گیرد.')
    await page.getByRole('dialog').getByRole('button', { name: 'کنار گذاشتن' }).click()
    await expect(page.getByText('Sure, one moment.')).toHaveCount(0)
  })

  test('forwarding offers only chats one can write in', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.locator('[data-seq="11"] .bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'هدایت' }).click()
    await expect(page.getByRole('option', { name: 'طراحی زلال' })).toBeVisible()
    await expect(page.getByRole('option', { name: 'کانال زلال' })).toHaveCount(0)
    await expect(page.getByRole('option', { name: 'محلهٔ ما' })).toHaveCount(0)
  })

  test('a line that starts with a mention reads from right to left', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/102')
    const line = page.locator('[data-seq="13"] .line').last()
    const [mention, rest] = await line.evaluate((node) => {
      const range = document.createRange()
      const link = node.querySelector('a') as HTMLElement
      const words = link.nextSibling as Node
      range.selectNodeContents(words)
      return [link.getBoundingClientRect().left, range.getBoundingClientRect().left]
    })
    expect(mention).toBeGreaterThan(rest ?? 0)
  })
})

test.describe('people and rooms', () => {
  test('a name and an avatar in a group open who it is, with the username', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/102')
    await page.locator('.scroller .author', { hasText: 'مریم توکلی' }).first().click()
    await expect(page).toHaveURL(/#\/c\/\d+\/info/)
    await expect(page.locator('aside').getByRole('heading', { name: 'مریم توکلی' })).toBeVisible()
    await gallery.open(page, '#/c/102')
    await page.locator('.scroller .face').last().click()
    await expect(page).toHaveURL(/#\/c\/\d+\/info/)
    await gallery.open(page, '#/c/101/info')
    await expect(page.locator('aside').getByText('niloofar', { exact: true })).toBeVisible()
  })

  test('an owner deletes a group for everyone after one question; others leave it', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/102/info')
    const row = page.locator('aside').getByRole('button', { name: /^(حذف|ترک) گروه$/ })
    await row.click()
    await page.screenshot({ path: 'test-results/screens/delete-desktop-fa-light.png' })
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^(حذف برای همه|ترک کردن)$/ })
      .click()
    await expect(page.getByRole('link', { name: /طراحی زلال/ })).toHaveCount(0)
  })

  test('the title of the tab tells how many messages wait', async ({ page, gallery }) => {
    await gallery.open(page, '#/')
    await expect(page).toHaveTitle(/^\([۰-۹]+\) زلال$/)
  })
})

test('where there is nothing the next thing to do is offered', async ({ page, gallery }) => {
  const act = (within: Locator, name: string) => within.locator('.empty, .card').getByRole('button', { name })
  await gallery.open(page, '#/')
  await expect(act(page.locator('main'), 'کانال‌ها و گروه‌های عمومی')).toBeVisible()
  await page.screenshot({ path: 'test-results/screens/next-pick-fa.png' })
  await act(page.locator('main'), 'گفتگوی تازه').click()
  await expect(page).toHaveURL(/#\/new/)

  const left = page.locator('nav.left')
  await gallery.open(page, '#/')
  await page.getByRole('searchbox').fill('هیچ‌جا نیست')
  await expect(act(left, 'پیوند من')).toBeVisible()
  await page.screenshot({ path: 'test-results/screens/next-search-fa.png' })
  await act(left, 'کانال‌ها و گروه‌های عمومی').click()
  await expect(page).toHaveURL(/#\/public/)

  await gallery.open(page, '?as=empty#/archive')
  await act(left, 'بازگشت به گفتگوها').click()
  await expect(page).toHaveURL(/#\/$/)
  await gallery.open(page, '?as=empty#/requests')
  await expect(act(left, 'پیوند من')).toBeVisible()
  await act(left, 'اسکن کد QR').click()
  await expect(page).toHaveURL(/#\/scan/)

  await gallery.open(page, '#/c/101/shared')
  await page.getByRole('tab', { name: 'پرونده‌ها' }).click()
  await act(page.locator('aside'), 'به گفتگو').click()
  await expect(page.getByRole('textbox', { name: 'پیام' })).toBeFocused()
  // A channel that has nothing yet, as those see it who only read.
  await page.evaluate(() => {
    const { gallery } = window as unknown as { gallery: { clear(chat: number): void } }
    gallery.clear(103)
  })
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /کانال زلال/ })
    .click()
  await expect(act(page.locator('main'), 'کانال‌ها و گروه‌های عمومی')).toBeVisible()
})

test('an empty list leads to a link, to what is public and to what was elsewhere', async ({
  page,
  gallery,
}) => {
  await gallery.open(page, '?as=empty#/', { language: 'fa' })
  const bring = page.getByRole('button', { name: 'آوردن از تلگرام' })
  await bring.click()
  await expect(page.getByRole('dialog', { name: 'آوردن از تلگرام' })).toContainText('Telegram Desktop')
  await page.keyboard.press('Escape')
  await expect(bring).toBeFocused()
  await page.getByRole('button', { name: 'اسکن کد QR' }).click()
  await expect(page.getByRole('dialog', { name: 'اسکن کد QR' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'کانال‌ها و گروه‌های عمومی' }).click()
  await expect(page.getByRole('listitem').first()).toContainText('هر روز یک کتاب خوب.')
  await page.getByRole('button', { name: 'بازگشت' }).click()
  await page.getByRole('button', { name: 'ساختن گفتگو، گروه یا کانال' }).click()
  await expect(page).toHaveURL(/#\/new$/)
  // Who runs an empty server begins with those who are to come.
  await gallery.open(page, '?as=emptyOperator#/', { language: 'fa' })
  await page.getByRole('button', { name: 'دعوت افراد به این سرور' }).click()
  await expect(page).toHaveURL(/#\/settings\/invite/)
})

test.describe('getting around', () => {
  test('Ctrl+K searches, Alt+arrows walk through chats, Escape closes', async ({ page, gallery }) => {
    await gallery.open(page, '#/')
    await page.keyboard.press('Alt+ArrowDown')
    await expect(page).toHaveURL(/#\/c\/102/)
    await page.keyboard.press('Alt+ArrowDown')
    await expect(page).toHaveURL(/#\/c\/103/)
    await page.keyboard.press('Escape')
    await expect(page).toHaveURL(/#\/$/)
    await page.keyboard.press('Alt+ArrowDown')
    await expect(page.getByRole('textbox', { name: 'پیام' })).toBeFocused()
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('searchbox')).toBeFocused()
    // First what was searched for goes, then the search is left, and the chat stays.
    await page.getByRole('searchbox').fill('کتاب')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('searchbox')).toHaveValue('')
    await expect(page.getByRole('searchbox')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('searchbox')).not.toBeFocused()
    await expect(page).toHaveURL(/#\/c\/102/)
    // A chat that comes while somebody searches takes none of their letters; one that is chosen does.
    await page.getByRole('searchbox').focus()
    await page.evaluate(() => {
      location.hash = '#/c/101'
    })
    await expect(page.locator('.scroller [data-key="out1"]')).toBeVisible()
    const field = page.getByRole('textbox', { name: 'پیام' })
    await page.keyboard.type('تهران')
    await expect(page.getByRole('searchbox')).toHaveValue('تهران')
    await expect(page.locator('.results a.row').first()).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(field).toBeFocused()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('Alt+ArrowDown')
    await expect(field).toBeFocused()
  })

  test('Escape closes what lies on top, and the chat only after it', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    await page.locator('[data-seq="9"] .bubble').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'انتخاب' }).click()
    await expect(page.getByText('۱ پیام انتخاب‌شده')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByText('۱ پیام انتخاب‌شده')).toHaveCount(0)
    await page.getByRole('button', { name: 'شکلک' }).click()
    await page.getByRole('dialog', { name: 'شکلک' }).getByRole('button').first().focus()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog', { name: 'شکلک' })).toHaveCount(0)
    await expect(page).toHaveURL(/#\/c\/101/)
    await page.keyboard.press('Escape')
    await expect(page).toHaveURL(/#\/$/)
  })

  test('beside the first column the open chat stays, and back leads through both', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/c/102', { language: 'en' })
    const field = page.getByRole('textbox', { name: 'Message' })
    await expect(field).toBeVisible()
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'Settings' }).click()
    const left = page.getByRole('navigation')
    await left.getByRole('button', { name: 'Appearance' }).click()
    await expect(left.getByRole('heading', { name: 'Appearance' })).toBeVisible()
    await expect(field).toBeVisible()
    await page.reload()
    await expect(left.getByRole('heading', { name: 'Appearance' })).toBeVisible()
    await expect(field).toBeVisible()
    // A page of the chat leaves the settings where they are.
    await page.locator('header .who').click()
    await expect(page).toHaveURL(/#\/c\/102\/info/)
    await left.getByRole('button', { name: 'Back', exact: true }).click()
    await expect(left.getByRole('heading', { name: 'Settings' })).toBeVisible()
    await left.getByRole('button', { name: 'Back', exact: true }).click()
    await expect(left.getByRole('searchbox')).toBeVisible()
    await expect(page).toHaveURL(/#\/c\/102\/info/)
    await page.goBack()
    await expect(left.getByRole('heading', { name: 'Appearance' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(left.getByRole('heading', { name: 'Settings' })).toBeVisible()
    await page.goBack()
    await expect(left.getByRole('link').first()).toBeVisible()
    await expect(page).toHaveURL(/#\/c\/102$/)
    await expect(field).toBeVisible()
    // Narrowed to one column, the one that the address names is there.
    await page.goForward()
    await page.setViewportSize({ width: 390, height: 844 })
    await expect(field).toBeHidden()
    await expect(left.getByRole('heading', { name: 'Settings' })).toBeVisible()
  })

  test('a public channel that was found by its name can be joined', async ({ page, gallery }) => {
    await gallery.open(page, '#/')
    await page.getByRole('searchbox').fill('@zolal_news')
    await page
      .locator('.results')
      .getByRole('button', { name: /خبرهای زلال/ })
      .click()
    await expect(page).toHaveURL(/#\/join\/zolal_news$/)
    await page.getByRole('dialog').getByRole('button', { name: 'پیوستن به کانال' }).click()
    await expect(page).toHaveURL(/#\/c\/103/)
  })

  test('from a room that was made, or a chat that was begun, one goes back to the list', async ({
    page,
    gallery,
  }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await gallery.open(page, '#/')
    await page.getByRole('button', { name: 'گفتگوی تازه' }).click()
    await page.getByRole('button', { name: 'گروه تازه' }).click()
    await page.getByLabel('نام گروه').fill('همسایه‌ها')
    await page.getByRole('button', { name: 'ساختن' }).click()
    await page.getByRole('dialog', { name: 'همسایه‌ها' }).getByRole('button', { name: 'بعداً' }).click()
    await page.getByRole('button', { name: 'بازگشت' }).click()
    await expect(page).toHaveURL(/#\/$/)

    await page.getByRole('button', { name: 'گفتگوی تازه' }).click()
    await page.getByRole('button', { name: /خواهر کوچک/ }).click()
    await expect(page).toHaveURL(/#\/c\//)
    await page.getByRole('button', { name: 'بازگشت' }).click()
    await expect(page).toHaveURL(/#\/$/)
  })

  test('a new group is opened beside the list of chats, in which it stands', async ({ page, gallery }) => {
    await gallery.open(page, '#/new/group')
    await page.getByLabel('نام گروه').fill('همسایه‌ها')
    await page.getByRole('button', { name: 'ساختن' }).click()
    // Whom to invite comes next, as long as one likes; who was asked is not asked again.
    const step = page.getByRole('dialog', { name: 'همسایه‌ها' })
    // A contact, under the private name.
    const niloofar = step.getByRole('listitem').filter({ hasText: 'خواهر کوچک' })
    await niloofar.getByRole('button', { name: 'دعوت' }).click()
    await expect(niloofar.getByRole('button', { name: 'فرستاده شد' })).toBeDisabled()
    // And a link for all others, by one press.
    await step.getByRole('button', { name: 'کپی پیوند دعوت' }).click()
    await expect(step.getByText(/#\/join\//)).toBeVisible()
    await step.getByRole('button', { name: 'انجام شد' }).click()
    await expect(step).toHaveCount(0)
    await expect(page.getByRole('navigation').getByRole('link', { name: /همسایه‌ها/ })).toBeVisible()
  })

  test('search finds by words of names in any order and by public names, and marks what it found', async ({
    page,
    gallery,
  }) => {
    await gallery.open(page, '#/')
    const results = page.locator('.results')
    const row = (name: string) => results.locator('.row', { hasText: name })
    const marks = (name: string) => row(name).first().locator('mark')
    const search = (words: string) => page.getByRole('searchbox').fill(words)
    // ی written as ي and ک as ك, the family name first.
    await search('كاوياني اميرحسين')
    await expect(marks('امیرحسین کاویانی')).toHaveText(['امیرحسین', 'کاویانی'])
    // The letters in the middle of a word are not what it is found by.
    await search('لوفر')
    await expect(row('نیلوفر رستگار')).toHaveCount(0)
    await search('@zolal_design')
    await expect(marks('طراحی زلال')).toHaveText(['zolal_design'])
    await search('niloo')
    await expect(marks('نیلوفر رستگار')).toHaveText(['niloofar'])
    // One of the server's, who is no contact and with whom there is no chat.
    await search('aicha')
    await expect(marks('Aïcha Benali').last()).toHaveText('aicha')
    // What one is in already is a row that opens it, not one that asks to be joined.
    await search('@zolal_joined')
    await row('انجمن زلال').click()
    await expect(page).toHaveURL(/#\/c\/104$/)

    // In a chat the words are marked in what was said, wherever their letters are formatted apart.
    await gallery.open(page, '#/c/101')
    const marked = () =>
      page.evaluate(() => [...(CSS.highlights.get('found') ?? [])].map((range) => `${range}`))
    await page.keyboard.press('Control+f')
    const find = page.getByRole('search').getByRole('searchbox')
    await find.fill('جمعه')
    await expect.poll(marked).toEqual(['جمعه', 'جمعه'])
    await page.screenshot({ path: 'test-results/screens/find-marked-fa.png' })
    await find.fill('ناهار صبح')
    await expect.poll(async () => (await marked()).sort()).toEqual(['صبح', 'ناهار'])
    await page.keyboard.press('Escape')
    await expect.poll(marked).toEqual([])
  })

  test('on a phone the chat slides over the list, and a pull from the edge goes back', async ({
    page,
    gallery,
  }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await gallery.open(page, '#/')
    await page
      .getByRole('link', { name: /نیلوفر/ })
      .first()
      .click()
    await expect(page.getByRole('textbox', { name: 'پیام' })).toBeInViewport()
    await still(page)
    await page.evaluate(() => {
      const pane = document.querySelector('main') as HTMLElement
      const touch = (x: number) => new Touch({ identifier: 1, target: pane, clientX: x, clientY: 400 })
      const fire = (type: string, x: number) =>
        pane.dispatchEvent(
          new TouchEvent(type, {
            touches: type === 'touchend' ? [] : [touch(x)],
            bubbles: true,
            cancelable: true,
          }),
        )
      fire('touchstart', 385)
      for (let x = 380; x > 150; x -= 20) fire('touchmove', x)
      fire('touchend', 150)
    })
    await expect(page).toHaveURL(/#\/$/)
    await expect(page.getByRole('link', { name: /نیلوفر/ }).first()).toBeInViewport()
  })

  test('language changes on the spot, with direction, digits and dates', async ({ page, gallery }) => {
    await gallery.open(page, '#/settings/appearance')
    await page.getByRole('radio', { name: 'English' }).click()
    await expect(page.locator('html')).toHaveAttribute('dir', 'ltr')
    await expect(page.getByText('November 23, 2026')).toBeVisible()
    await page.getByRole('radio', { name: 'Jalali' }).click()
    await page.getByRole('radio', { name: '۱۲۳' }).click()
    await expect(page.getByText('Azar ۲, ۱۴۰۵')).toBeVisible()
    await page.reload()
    await expect(page.getByText('Azar ۲, ۱۴۰۵')).toBeVisible()
  })

  test('sign-up: name, password, and a recovery code that must be kept', async ({ page, gallery }) => {
    await gallery.open(page, '?as=signedOut#/signup')
    await page.getByLabel('نام شما').fill('سارا')
    const username = page.getByLabel('نام کاربری')
    await username.fill('sara')
    await expect(username).toHaveAttribute('aria-invalid', 'false')
    const password = page.getByLabel('گذرواژه', { exact: true })
    await password.fill('12345678')
    await expect(username).toHaveAttribute('aria-invalid', 'true')
    await expect(password).toHaveAccessibleDescription(/چهار واژهٔ بی‌ربط به هم/)
    await page.getByLabel('نام کاربری').fill('niloofar')
    await expect(page.getByText('این نام گرفته شده است.')).toBeVisible()
    await page.getByLabel('نام کاربری').fill('sara_m')
    await expect(page.getByText('این نام آزاد است')).toBeVisible()
    await password.fill('رود زلال و کوه')
    await expect(password).toHaveAccessibleDescription('')
    await page.getByRole('button', { name: 'ادامه' }).click()
    const groups = await page.locator('.code b').allTextContents()
    expect(groups.join('')).toMatch(/^[۰-۹]{40}$/)
    const asked = await page.locator('.code li.asked b').textContent()
    const make = page.getByRole('button', { name: 'ساختن حساب' })
    await expect(make).toBeDisabled()
    await page.getByLabel(/برای اطمینان/).fill(asked ?? '')
    await make.click()
    await expect(page.getByRole('searchbox')).toBeVisible()
  })

  test('new messages of others are read aloud, old ones are not', async ({ page, gallery }) => {
    await gallery.open(page, '#/c/101')
    const live = page.locator('[aria-live="polite"].visually-hidden')
    await expect(live).toHaveText('')
    await page.evaluate(() =>
      (window as unknown as { gallery: { receive(id: number, t: string): void } }).gallery.receive(
        101,
        'رسیدم',
      ),
    )
    await expect(live).toHaveText(/نیلوفر رستگار.?: .?رسیدم/)
  })
})
