// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { accept, expect, field, findPerson, said, test, write } from './fixtures'

const root = resolve(import.meta.dirname, '../../..')
const binary = join(root, 'bin/e2e-site')

test.beforeAll(() => {
  execFileSync('go', ['build', '-o', binary, './web/e2e/site'], { cwd: root })
})

/** A site on this machine. */
async function site(certificate: string): Promise<{ url: string; process: ChildProcess }> {
  const process = spawn(binary, [certificate], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [url] = (await once(createInterface({ input: process.stdout }), 'line')) as [string]
  return { url, process }
}

const words = {
  fa: { remove: 'بدون پیش‌نمایش بفرست', switch: 'پیش‌نمایش پیوندهایم دیده شود', group: 'پیش‌نمایش پیوند' },
  en: { remove: 'Send without it', switch: 'Show what my links lead to', group: 'What the link leads to' },
}

for (const look of [
  { language: 'fa', theme: 'light', phone: true },
  { language: 'en', theme: 'dark', phone: false },
] as const) {
  test(`links show what they lead to: ${look.language}`, async ({ world }) => {
    const { server } = world
    const w = words[look.language]
    const certificate = join(server.home, 'site.pem')
    const { url, process } = await site(certificate)
    await server.stop()
    await server.start('--previews-test-root', certificate)
    const sara = await world.person('سارا محمدی', 'sara_m', look)
    const nilu = await world.person('نیلوفر رستگار', 'niloofar', { ...look, phone: !look.phone })
    await findPerson(nilu, 'sara_m', 'سارا محمدی')
    await write(nilu, 'سلام')
    await accept(sara, /نیلوفر رستگار/)

    // While it is written.
    await field(sara).fill(`${url}/news`)
    const shown = sara.getByRole('group', { name: w.group })
    await expect(shown).toContainText('باران در راه است')
    await sara.screenshot({ path: `test-results/binary/preview-writing-${look.language}.png` })
    await write(sara, `این را ببینید: ${url}/news`)
    for (const page of [sara, nilu]) {
      const card = said(page, 'این را ببینید').locator('a.card')
      await expect(card).toContainText('باران در راه است')
      await expect(card).toHaveAttribute('href', `${url}/news`)
      // Nothing loads by itself until that is chosen.
      await card.getByRole('button', { name: /^(بار کردن|Load)/ }).click()
      await expect(card.locator('img.ready')).toBeVisible()
    }

    // Without it, this time.
    await field(sara).fill(`${url}/note`)
    await expect(shown).toContainText('A short note')
    await shown.getByRole('button', { name: w.remove }).click()
    await expect(shown).toBeHidden()
    await write(sara, `${url}/note`)
    await expect(said(nilu, '/note')).toBeVisible()
    await expect(said(nilu, '/note').locator('a.card')).toHaveCount(0)

    await field(nilu).fill(`${url}/note and more`)
    await expect(nilu.getByRole('group', { name: w.group })).toContainText('A short note')
    await write(nilu, `${url}/note and more`)
    await expect(said(sara, 'and more').locator('a.card')).toContainText('About clear water')
    await sara.screenshot({ path: `test-results/binary/preview-${look.language}.png` })
    await nilu.screenshot({ path: `test-results/binary/preview-other-${look.language}.png` })

    // For good.
    await sara.goto(`${server.url}/#/settings/data`)
    await sara.getByRole('switch', { name: w.switch }).click()
    await sara.screenshot({ path: `test-results/binary/preview-settings-${look.language}.png` })
    await sara.goBack()
    await field(sara).fill(`${url}/news again`)
    await expect(field(sara)).toHaveValue(`${url}/news again`)
    await write(sara, `${url}/news again`)
    await expect(said(nilu, 'news again')).toBeVisible()
    await expect(said(nilu, 'news again').locator('a.card')).toHaveCount(0)
    process.stdin?.end()
  })
}
