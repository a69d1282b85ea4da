// SPDX-License-Identifier: AGPL-3.0-or-later
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { encodeQR } from 'qr'
import config from '../../playwright.config'
import { accessible, expect, hide, test } from './fixtures'

/** What the camera of every browser here shows, as long as it is open. */
const film = join(tmpdir(), `zolal-camera-${process.pid}.mjpeg`)
const launch = config.use?.launchOptions ?? {}
test.use({
  launchOptions: { ...launch, args: [...(launch.args ?? []), `--use-file-for-fake-video-capture=${film}`] },
})
test.afterAll(() => rmSync(film, { force: true }))

/** A photograph of a picture: a little turned, on a grey table, as a JPEG. */
async function photograph(page: Page, png: Buffer): Promise<Buffer> {
  const taken = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
    const picture = await createImageBitmap(new Blob([bytes]))
    const canvas = new OffscreenCanvas(1280, 720)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    pen.fillStyle = '#8d8a84'
    pen.fillRect(0, 0, 1280, 720)
    pen.translate(640, 360)
    pen.rotate(0.12)
    const by = 460 / picture.height
    pen.drawImage(picture, (-picture.width * by) / 2, -230, picture.width * by, 460)
    const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
    return btoa(String.fromCharCode(...new Uint8Array(await jpeg.arrayBuffer())))
  }, png.toString('base64'))
  return Buffer.from(taken, 'base64')
}

/** From now on cameras see what stands on a screen. */
async function hold(shown: Locator): Promise<void> {
  await expect(shown.locator('path')).toBeAttached()
  writeFileSync(film, await photograph(shown.page(), await shown.screenshot({ animations: 'disabled' })))
}

/** A photograph of a code that stands on no screen. */
async function print(page: Page, text: string): Promise<Buffer> {
  const rows = encodeQR(text, 'raw', { border: 4 })
  const png = await page.evaluate(async (modules) => {
    const canvas = new OffscreenCanvas(modules.length * 8, modules.length * 8)
    const pen = canvas.getContext('2d')
    modules.forEach((row, y) => {
      row.forEach((dark, x) => {
        if (!pen) return
        pen.fillStyle = dark ? '#000' : '#fff'
        pen.fillRect(x * 8, y * 8, 8, 8)
      })
    })
    const blob = await canvas.convertToBlob()
    return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())))
  }, rows)
  return photograph(page, Buffer.from(png, 'base64'))
}

/** Keeps every camera that a page opens, to see whether it is on. */
const watched = (page: Page) =>
  page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = []
    Object.assign(window, { tracks })
    const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices)
    if (open)
      navigator.mediaDevices.getUserMedia = async (asked) => {
        const stream = await open(asked)
        tracks.push(...stream.getTracks())
        return stream
      }
  })
const cameras = (page: Page) =>
  page.evaluate(() => {
    const { tracks } = window as unknown as { readonly tracks: readonly MediaStreamTrack[] }
    return tracks.map((track) => track.readyState)
  })

const code = (page: Page) => page.getByRole('img', { name: /QR|ورود با دستگاه دیگر|Sign in with/ })
const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/binary/scan-${name}.png` })

test('on a phone whoever has no chat yet scans the code of a friend, once the camera is allowed', async ({
  world,
}) => {
  const { url } = world.server
  const sara = await world.person('سارا', 'sara_m', { phone: true })
  await sara.goto(`${url}/#/settings/link`)
  const reza = await world.person('رضا', 'reza_m', { phone: true })
  await watched(reza)
  await reza.reload()
  const scan = reza.getByRole('button', { name: 'اسکن کد QR' })
  await expect(scan).toBeVisible()
  await shot(reza, 'entry-fa-phone')
  writeFileSync(film, await print(reza, 'https://example.org/?next=/%23/u/sara_m'))

  await scan.click()
  const scanner = reza.getByRole('dialog', { name: 'اسکن کد QR' })
  await expect(scanner.getByText('دوربین اجازه ندارد')).toBeVisible()
  await accessible(reza)
  await shot(reza, 'refused-fa-phone')
  expect(await cameras(reza)).toEqual([])

  // A stranger's code is shown, and leads nowhere.
  await reza.context().grantPermissions(['camera', 'clipboard-read', 'clipboard-write'])
  await scanner.getByRole('button', { name: 'تلاش دوباره' }).click()
  await expect(scanner.getByText('این کد از زلال نیست')).toBeVisible()
  await expect(scanner.getByRole('region')).toHaveText('https://example.org/?next=/%23/u/sara_m')
  await accessible(reza)
  await shot(reza, 'foreign-fa-phone')
  expect(reza.url()).toBe(`${url}/#/scan`)
  expect(await cameras(reza)).toEqual(['ended'])

  await hold(code(sara))
  await scanner.getByRole('button', { name: 'اسکن دوباره' }).click()
  await expect(reza.getByRole('dialog').getByText('سارا', { exact: true })).toBeVisible()
  expect(await cameras(reza)).toEqual(['ended', 'ended'])
  await reza.keyboard.press('Escape')
  await expect(reza).toHaveURL(`${url}/#/`)
  await expect(scan).toBeVisible()
})

test('a device that is signed in lets in one whose code it scans, and is asked first', async ({ world }) => {
  const { url } = world.server
  const look = { language: 'en', theme: 'dark' } as const
  const sara = await world.person('Sara', 'sara_m', look)
  await watched(sara)
  await sara.context().grantPermissions(['camera', 'clipboard-read', 'clipboard-write'])
  await sara.goto(`${url}/#/settings/devices`)
  await sara.reload()
  const scanner = sara.getByRole('dialog', { name: 'Scan a QR code' })
  const link = sara.getByRole('button', { name: /^Link a device/ })
  await expect(link).toBeVisible()
  await shot(sara, 'devices-en-wide-dark')

  // Nothing to read yet: the camera goes on looking, and is off once the scanner is closed or not seen.
  const nothing = await photograph(sara, await sara.screenshot())
  writeFileSync(film, nothing)
  await link.press('Enter')
  await expect(scanner.getByText('Hold the code inside the frame')).toBeVisible()
  await expect(scanner.locator('video.shown')).toBeVisible()
  await accessible(sara)
  await shot(sara, 'live-en-wide-dark')
  await hide(sara)
  expect(await cameras(sara)).toEqual(['ended'])
  await hide(sara, false)
  await expect.poll(() => cameras(sara)).toEqual(['ended', 'live'])
  await sara.keyboard.press('Escape')
  await expect(scanner).toBeHidden()
  await expect(link).toBeFocused()
  expect(await cameras(sara)).toEqual(['ended', 'ended'])

  const fresh = await world.visitor({ ...look, phone: true, from: `${url}/#/signin` })
  await fresh.getByRole('button', { name: 'Sign in with another device' }).click()
  await hold(code(fresh))
  await link.click()
  const asked = sara.getByRole('dialog', { name: 'Let this device in?' })
  await expect(asked).toContainText('Allow it only if you are holding that device right now.')
  await shot(sara, 'asked-en-wide-dark')
  expect(await cameras(sara)).toEqual(['ended', 'ended', 'ended'])
  await asked.getByRole('button', { name: 'Let it in' }).click()
  await expect(fresh.getByRole('searchbox')).toBeVisible()
  await expect(sara).toHaveURL(`${url}/#/settings/devices`)
  await expect(sara.getByText('Let in by another device')).toBeVisible()

  // Without a camera a picture of the code does: chosen, or pasted.
  writeFileSync(film, nothing)
  const personal = await print(sara, `${url}/#/join/sara_m`)
  const [chooser] = await Promise.all([
    sara.waitForEvent('filechooser'),
    sara.goto(`${url}/#/scan`).then(() => scanner.getByRole('button', { name: 'Choose a picture' }).click()),
  ])
  await chooser.setFiles({ name: 'code.jpg', mimeType: 'image/jpeg', buffer: nothing })
  await expect(scanner.getByText('There is no code in this picture')).toBeVisible()
  await shot(sara, 'picture-en-wide-dark')
  await scanner.evaluate((dialog, base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([bytes], 'code.jpg', { type: 'image/jpeg' }))
    dialog.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  }, personal.toString('base64'))
  await expect(sara.getByRole('dialog').getByText('This is your own link.')).toBeVisible()
})
