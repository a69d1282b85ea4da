// SPDX-License-Identifier: AGPL-3.0-or-later
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, settled, test } from './fixtures'

interface Screen {
  readonly name: string
  readonly path: string
  readonly act?: (page: Page) => Promise<void>
  /** What shows that the act is done; a modal dialog where nothing is said. */
  readonly shown?: string
}

/** Opens the menu of a message in a group and chooses what stands there, in either language. */
const choose = (item: RegExp) => async (page: Page) => {
  await page.locator('[data-seq="9"] .bubble').click({ button: 'right' })
  await page.getByRole('menuitem', { name: item }).click()
}

const screens: readonly Screen[] = [
  { name: 'sign-in', path: '?as=signedOut#/' },
  { name: 'sign-up', path: '?as=signedOut#/signup' },
  { name: 'recover', path: '?as=signedOut#/recover' },
  { name: 'set-up', path: '?as=needsSetup#/setup/secret' },
  { name: 'set-up-needed', path: '?as=needsSetup#/' },
  { name: 'list', path: '#/' },
  { name: 'list-empty', path: '?as=empty#/' },
  {
    name: 'list-empty-bring',
    path: '?as=empty#/',
    act: (page) => page.getByRole('button', { name: /تلگرام|Telegram/ }).click(),
  },
  { name: 'list-loading', path: '?as=loading#/' },
  { name: 'list-offline', path: '?as=offline#/' },
  { name: 'list-interfering', path: '?as=interfering#/' },
  { name: 'list-invited', path: '?as=invited#/' },
  { name: 'archive', path: '#/archive' },
  { name: 'chat-direct', path: '#/c/101' },
  { name: 'chat-group', path: '#/c/102' },
  { name: 'chat-channel', path: '#/c/103' },
  { name: 'chat-failed', path: '#/c/105' },
  { name: 'chat-restricted', path: '#/c/106' },
  { name: 'chat-empty', path: '#/c/107' },
  { name: 'details', path: '#/c/102/info' },
  { name: 'links', path: '#/c/102/links' },
  { name: 'requests', path: '#/c/102/requests' },
  { name: 'edit', path: '#/c/102/edit' },
  { name: 'rights', path: '#/c/102/rights' },
  { name: 'browse', path: '#/public' },
  { name: 'new', path: '#/new' },
  { name: 'new-group', path: '#/new/group' },
  { name: 'new-channel', path: '#/new/channel' },
  { name: 'join', path: '#/join/abc' },
  { name: 'join-bad', path: '#/join/nothing' },
  {
    name: 'scan-refused',
    path: '#/scan',
    act: (page) => page.getByRole('button', { name: /تلاش دوباره|Try again/ }).waitFor(),
  },
  { name: 'settings', path: '#/settings' },
  { name: 'profile', path: '#/settings/profile' },
  { name: 'privacy', path: '#/settings/privacy' },
  { name: 'devices', path: '#/settings/devices' },
  {
    name: 'by-device',
    path: '?as=signedOut#/',
    act: (page) => page.getByRole('button', { name: /ورود با دستگاه دیگر|Sign in with another/ }).click(),
    shown: '.wait svg path',
  },
  {
    name: 'enter-code',
    path: '#/settings/devices',
    act: (page) => page.getByRole('button', { name: /^(وارد کردن کد|Enter the code)/ }).click(),
  },
  { name: 'appearance', path: '#/settings/appearance' },
  { name: 'security', path: '#/settings/security' },
  { name: 'about', path: '#/settings/about' },
  {
    name: 'message-menu',
    path: '#/c/102',
    act: (page) => page.locator('[data-seq="9"] .bubble').click({ button: 'right' }),
  },
  { name: 'lock', path: '#/c/101', act: (page) => page.locator('.lock').click() },
  { name: 'contacts', path: '#/contacts' },
  { name: 'person', path: '#/u/niloofar' },
  {
    name: 'search',
    path: '#/',
    act: (page) => page.getByRole('searchbox').fill('ن'),
    shown: 'nav .results',
  },
  { name: 'shared', path: '#/c/102/shared' },
  { name: 'members', path: '#/c/102/members' },
  { name: 'held', path: '#/c/102/held' },
  { name: 'deeds', path: '#/c/102/deeds' },
  { name: 'find', path: '#/c/101', act: (page) => page.keyboard.press('Control+f'), shown: 'main input' },
  {
    name: 'calendar',
    path: '#/c/101',
    act: (page) => page.locator('.scroller .day button').first().click(),
  },
  { name: 'forward', path: '#/c/102', act: choose(/^(هدایت|Forward)/) },
  { name: 'report', path: '#/c/102', act: choose(/^(گزارش|Report)/) },
  { name: 'selection', path: '#/c/102', act: choose(/^(انتخاب|Select)/), shown: 'main [role=toolbar]' },
  { name: 'data', path: '#/settings/data' },
  { name: 'spent', path: '#/settings/spent' },
  { name: 'kept', path: '#/settings/kept' },
  { name: 'notifications', path: '#/settings/notifications' },
  { name: 'leaving', path: '#/settings/leaving' },
  { name: 'my-link', path: '#/settings/link' },
  { name: 'invitations', path: '#/settings/invite' },
  { name: 'acts', path: '#/settings/acts' },
  { name: 'my-reports', path: '#/settings/reports' },
  { name: 'wishes', path: '#/settings/wishes' },
  { name: 'condition', path: '#/admin' },
  { name: 'reports', path: '#/reports' },
]

/** Panes that can be moved sideways, by hand or by what a browser brings into view. Code may be wide. */
function sideways(page: Page): Promise<string[]> {
  return page.locator('.scroll:not(pre)').evaluateAll((panes) =>
    panes.flatMap((pane) => {
      const name = `${pane.tagName.toLowerCase()}.${[...pane.classList].join('.')}`
      if (pane.scrollWidth > pane.clientWidth) return [`${name}: ${pane.scrollWidth} in ${pane.clientWidth}`]
      const moved = [-50, 50].some((left) => {
        pane.scrollLeft = left
        const there = pane.scrollLeft !== 0
        pane.scrollLeft = 0
        return there
      })
      return moved ? [`${name}: can be scrolled aside`] : []
    }),
  )
}

async function unfit(page: Page): Promise<string[]> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  return [...(wide ? ['wider than the window'] : []), ...(await sideways(page))]
}

/** What one could touch but cannot reach: cut off, or covered wherever it is scrolled to. */
function unreachable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const over = document.querySelector('dialog:modal') ?? document
    const all = over.querySelectorAll<HTMLElement>('button, a[href], input, textarea, select, [role=button]')
    return [...all].flatMap((one) => {
      const shown = one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      if (!shown || one.closest('[inert]') || one.matches(':disabled')) return []
      one.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' })
      // What only a program can scroll: nobody gets there.
      for (let box = one.parentElement; box; box = box.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(box)
        const aside = overflowX === 'hidden' && Math.abs(box.scrollLeft) > 1
        if (aside || (overflowY === 'hidden' && box.scrollTop > 1))
          return [`${box.className} cuts something off`]
      }
      const { left, top, width, height } = one.getBoundingClientRect()
      // Fields that are drawn by what stands beside them have no size of their own.
      if (width < 2 || height < 2) return []
      const there = document.elementFromPoint(left + width / 2, top + height / 2)
      const passes = getComputedStyle(one).pointerEvents === 'none'
      const hit = there && (one.contains(there) || passes || one.closest('label')?.contains(there))
      const name = one.ariaLabel ?? one.textContent?.trim().slice(0, 30)
      return hit ? [] : [`${one.tagName.toLowerCase()} "${name}" at ${Math.round(left)}, ${Math.round(top)}`]
    })
  })
}

const levels = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

/**
 * What is left of a desktop's window at 200 % (WCAG 1.4.4), as low as a phone on its side; and the width
 * that is left of 1,280 pixels at 400 % (WCAG 1.4.10).
 */
const TWICE = { width: 720, height: 360 }
const FOURFOLD = { width: 320, height: 450 }

/** For whoever wants to look at all of them: see `make screens`. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env['SCREENS'] === '1')
    await page.screenshot({ path: `test-results/${name.replaceAll(' ', '-')}.png` })
}

// Every screen in one theme, language and size; the four together cover each choice on each screen.
const looks = [
  { language: 'fa', theme: 'light', width: 390, height: 844, zoomed: null },
  { language: 'en', theme: 'dark', width: 390, height: 844, zoomed: FOURFOLD },
  { language: 'fa', theme: 'dark', width: 1440, height: 900, zoomed: TWICE },
  { language: 'en', theme: 'light', width: 1440, height: 900, zoomed: null },
] as const

for (const look of looks) {
  const name = `${look.width < 720 ? 'phone' : 'desktop'} ${look.language} ${look.theme}`
  test(`every screen is without a serious fault of accessibility and fits: ${name}`, async ({
    page,
    gallery,
  }) => {
    test.setTimeout(600_000)
    await page.setViewportSize({ width: look.width, height: look.height })
    const faults: string[] = []
    for (const screen of screens) {
      await gallery.open(page, screen.path, look)
      await settled(page)
      if (screen.act) {
        await screen.act(page)
        await page
          .locator(screen.shown ?? 'dialog:modal')
          .first()
          .waitFor()
        await settled(page)
      }
      await picture(page, `screens/${screen.name}-${name}`)
      for (const fault of await unfit(page)) faults.push(`${screen.name}: ${fault}`)
      // One document and no frames: no blank page of its own is needed to put results together.
      const found = await new AxeBuilder({ page })
        .setLegacyMode()
        .options({ runOnly: levels, resultTypes: ['violations'], preload: false })
        .analyze()
      for (const violation of found.violations) {
        if (violation.impact !== 'serious' && violation.impact !== 'critical') continue
        const where = violation.nodes
          .slice(0, 3)
          .map((n) => `${n.target.join(' ')} :: ${n.any[0]?.message ?? ''}`)
        faults.push(`${screen.name}: ${violation.id} ${where.join(' | ')}`)
      }
      if (!look.zoomed) continue
      await page.setViewportSize(look.zoomed)
      await settled(page)
      await picture(page, `zoom/${screen.name}-${name}`)
      for (const fault of [...(await unfit(page)), ...(await unreachable(page))])
        faults.push(`${screen.name} at ${look.zoomed.width} pixels: ${fault}`)
      await page.setViewportSize({ width: look.width, height: look.height })
    }
    expect(faults).toEqual([])
  })
}
