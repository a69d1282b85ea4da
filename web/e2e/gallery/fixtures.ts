// SPDX-License-Identifier: AGPL-3.0-or-later
import { resolve } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import { serveFolder } from '../static'

interface Look {
  readonly language?: 'fa' | 'en'
  readonly theme?: 'light' | 'dark'
  readonly size?: number
}

export interface Gallery {
  /** Opens a screen of the gallery, such as "?as=offline#/c/101". */
  open(page: Page, path: string, look?: Look): Promise<void>
}

const root = resolve(import.meta.dirname, '../..')

/** The built gallery on a port of its own. Every page must keep the policy and stay on our own address. */
export const test = base.extend<{ watched: undefined }, { gallery: Gallery }>({
  gallery: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for this shape.
    async ({}, use) => {
      const { url, close } = await serveFolder(resolve(root, 'dist-gallery'))
      let opened = 0
      await use({
        async open(page, path, look = {}) {
          const chosen = { language: 'fa', theme: 'light', ...look }
          await page.addInitScript((stored) => {
            if (!localStorage.getItem('zolal.look'))
              localStorage.setItem('zolal.look', JSON.stringify(stored))
          }, chosen)
          // A number of its own, so that every screen begins from nothing and not from the one before.
          const [query = '', hash = ''] = path.split('#')
          await page.goto(`${url}/${query || '?'}&n=${opened++}#${hash}`)
          await page.locator('#app > :not(.splash)').first().waitFor()
          // The chat comes a moment after the list.
          if (hash.startsWith('/c/')) await page.locator('main .pane').waitFor()
        },
      })
      close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  watched: [
    async ({ page }, use) => {
      const wrong: string[] = []
      page.on('console', (line) => {
        if (line.type() === 'error' || line.type() === 'warning') wrong.push(line.text())
      })
      page.on('pageerror', (error) => wrong.push(error.message))
      page.on('request', (request) => {
        if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url())) wrong.push(`request to ${request.url()}`)
      })
      await page.clock.setFixedTime(new Date(2026, 10, 23, 14, 20))
      await use(undefined)
      expect(wrong, 'errors, broken policy or requests to the outside').toEqual([])
    },
    { auto: true },
  ],
})

/**
 * Nothing is fetched, slides or scrolls any more: so it was for some frames in a row, of which one is enough
 * for what a movement asks for to have begun.
 */
export function still(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const { gallery } = window as unknown as { gallery: { readonly fetching: boolean } }
    const moving = () =>
      document
        .getAnimations()
        .some((a) => a.playState === 'running' && a.effect?.getComputedTiming().endTime !== Infinity)
    const where = () => document.querySelector('.scroller')?.scrollTop
    let last = where()
    for (let quiet = 0; quiet < 6; ) {
      await new Promise(requestAnimationFrame)
      quiet = gallery.fetching || moving() || where() !== last ? 0 : quiet + 1
      last = where()
    }
  })
}

export { expect }

/** The panes that are fetched when needed have come, nothing moves and nothing is drawn any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const [nav, aside] = [document.querySelector('nav.left'), document.querySelector('aside')]
    const joins = location.hash.startsWith('#/join/')
    return (
      nav?.childElementCount !== 0 &&
      aside?.childElementCount !== 0 &&
      !document.querySelector('.coming') &&
      (!joins || document.querySelector('dialog'))
    )
  })
  await page.evaluate(async () => {
    await document.fonts.ready
    const moving = () =>
      document
        .getAnimations()
        .some((a) => a.playState === 'running' && a.effect?.getComputedTiming().endTime !== Infinity)
    let changed = true
    const watch = new MutationObserver(() => {
      changed = true
    })
    watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    while (changed || moving()) {
      changed = false
      await new Promise((done) => setTimeout(done, 60))
    }
    watch.disconnect()
  })
}
