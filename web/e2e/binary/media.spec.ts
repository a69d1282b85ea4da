// SPDX-License-Identifier: AGPL-3.0-or-later
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as english from '../../src/ui/i18n/catalogue/en'
import * as persian from '../../src/ui/i18n/catalogue/fa'
import { makeFormat } from '../../src/ui/i18n/format'
import { expect, hide, pair, said, talk, test, write } from './fixtures'
import {
  choose,
  filmed,
  type Given,
  labels,
  lastFrame,
  load,
  movingGif,
  painted,
  sendSheet,
} from './fixtures-media'

const text = (name: string, body: string): Given => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(body),
})

/** How the app writes sizes. */
const look = { digits: 'language', calendar: 'language' } as Parameters<typeof makeFormat>[0]
const bytesIn = (language: 'fa' | 'en') =>
  makeFormat({ ...look, language }, language === 'fa' ? persian : english).bytes

/** Two colours that take turns for ever, as many programs write it: a dot of each. */
function drawnGif(): Given {
  const dot = (pixel: string) => `21f904040a000000 2c000000000100010000 02 02${pixel}01 00`
  const head = '474946383961 0100010080 0000 ff0000 0000ff 21ff0b4e45545343415045322e30 0301000000'
  const hex = `${head}${dot('44')}${dot('4c')}3b`.replaceAll(' ', '')
  return { name: 'pulse.gif', mimeType: 'image/gif', buffer: Buffer.from(hex, 'hex') }
}

for (const language of ['fa', 'en'] as const) {
  test(`photos, an album, a file and a video go from one person to another (${language})`, async ({
    world,
  }) => {
    test.setTimeout(180_000)
    const { sara, nilu } = await pair(world, language === 'en')
    await choose(sara, [await painted(sara, 'کوه.jpg', [1600, 1200])])
    await expect(sara.getByRole('dialog').locator('img')).toBeVisible()
    await expect(sara.getByRole('heading', { name: /^(فرستادن ۱ عکس|Send 1 photo)$/ })).toBeVisible()
    await sara.screenshot({ path: `test-results/binary/media-sheet-${language}.png` })
    await sendSheet(sara, 'غروب در دماوند')
    await expect(said(sara, 'غروب در دماوند').locator('img.ready')).toBeVisible()
    await expect(said(nilu, 'غروب در دماوند').locator('.frame')).toBeVisible({ timeout: 30_000 })
    await nilu.screenshot({ path: `test-results/binary/media-unloaded-${language}.png` })
    await load(nilu)

    const sizes: [number, number][] = [
      [1200, 800],
      [800, 1200],
      [1000, 1000],
      [1600, 900],
    ]
    const album = await Promise.all(sizes.map((size, i) => painted(sara, `${i}.jpg`, size, i * 80)))
    await choose(sara, album)
    await expect(sara.getByRole('dialog').locator('img')).toHaveCount(4)
    await sara.screenshot({ path: `test-results/binary/media-sheet-album-${language}.png` })
    await sendSheet(sara)
    await expect(lastFrame(nilu).locator('.picture')).toHaveCount(4, { timeout: 60_000 })
    await load(nilu, 4)
    await expect(sara.locator('nav').getByText(/^(۴ عکس|4 photos)$/)).toBeVisible()

    await choose(sara, [text('گزارش پایانی ۱۴۰۵.txt', 'متن')], 'file')
    await sendSheet(sara)
    await expect(lastFrame(nilu)).toContainText('گزارش پایانی', { timeout: 30_000 })
    const saved = nilu.waitForEvent('download')
    await lastFrame(nilu).locator('button').click()
    expect((await saved).suggestedFilename()).toBe('گزارش پایانی ۱۴۰۵.txt')

    const film = await filmed(sara, 'film.webm', true)
    await choose(sara, [film])
    await sendSheet(sara)
    await expect(lastFrame(nilu).locator('.note')).toContainText(/[0-9۰-۹]:/, { timeout: 60_000 })
    const bytesOf = bytesIn(language)
    // What a press loads is what it says: the still at first, and only then the film.
    const poster = nilu.waitForResponse(/\/poster\?/)
    await sara.screenshot({ path: `test-results/binary/media-chat-${language}.png` })
    await nilu.screenshot({ path: `test-results/binary/media-chat-phone-${language}.png` })
    const before = await lastFrame(nilu).locator('.open').getAttribute('aria-label')
    await load(nilu)
    expect(before).toContain(bytesOf(Number((await poster).headers()['content-length'])))
    const open = lastFrame(nilu).locator('.open')
    await expect(open).toHaveAccessibleName(new RegExp(`${bytesOf(film.buffer.length)}$`))
    await expect(lastFrame(nilu).locator('.note')).toContainText(bytesOf(film.buffer.length))
    await open.click()
    const viewer = nilu.getByRole('dialog')
    await expect
      .poll(() => viewer.locator('video').evaluate((v) => (v as HTMLVideoElement).readyState))
      .toBe(4)
    await nilu.screenshot({ path: `test-results/binary/media-video-${language}.png` })
    await nilu.keyboard.press('Escape')
    await expect(viewer).toBeHidden()
    // Who sent it sees it from here, and is told no price.
    const streamed: string[] = []
    sara.on('request', (request) => /\/media\/.*original/.test(request.url()) && streamed.push(request.url()))
    await expect(lastFrame(sara).locator('.note')).not.toContainText(bytesOf(film.buffer.length))
    await lastFrame(sara).locator('.open').click()
    const hers = sara.getByRole('dialog').locator('video')
    await expect.poll(() => hers.evaluate((v) => (v as HTMLVideoElement).readyState)).toBe(4)
    expect(streamed).toEqual([])
    await sara.keyboard.press('Escape')
    // A second of silence is a GIF.
    await choose(sara, [await filmed(sara, 'still.webm', false)])
    await sendSheet(sara)
    await expect(lastFrame(nilu).locator('.note')).toContainText('GIF', { timeout: 60_000 })
  })
}

test('high quality chosen in the moment of sending is what is sent, and seen at once', async ({ world }) => {
  const { sara } = await pair(world)
  // A busy page, which learns what comes near only when that was sent already.
  await sara.addInitScript(() => {
    window.IntersectionObserver = class extends IntersectionObserver {
      constructor(tell: IntersectionObserverCallback, o?: IntersectionObserverInit) {
        super((changes, self) => setTimeout(() => tell(changes, self), 2500), o)
      }
    }
  })
  await sara.reload()
  await choose(sara, [await painted(sara, 'کوه.jpg', [4000, 3000])])
  const dialog = sara.getByRole('dialog')
  await expect(dialog.locator('img')).toBeVisible()
  await dialog.getByLabel(labels.caption).fill('از نزدیک')
  const now = (button: HTMLElement) => button.click()
  await dialog.getByRole('switch', { name: 'با کیفیت بالا' }).evaluate(now)
  await dialog.getByRole('button', { name: labels.send }).evaluate(now)
  await expect(dialog).toBeHidden()
  await expect(said(sara, 'از نزدیک').locator('img.ready')).toBeVisible()
  await said(sara, 'از نزدیک').locator('.open').click()
  const shown = sara.getByRole('dialog', { name: 'عکس‌ها و ویدئوها' }).locator('.stage img').last()
  await expect
    .poll(() => shown.evaluate((img) => (img as HTMLImageElement).naturalWidth), { timeout: 30_000 })
    .toBe(2560)
})

test('the viewer shows all pictures of the chat in order, zooms by keys and gives the focus back', async ({
  world,
}) => {
  const { sara } = await pair(world)
  for (const [i, hue] of [200, 20, 120].entries()) {
    await choose(sara, [await painted(sara, `${i}.jpg`, [900, 700], hue)])
    await sendSheet(sara, `عکس ${i}`)
    await expect(said(sara, `عکس ${i}`).locator('img.ready')).toBeVisible()
  }
  // Who sent it has it, and loads it in no other way. What is a little beyond the edge is drawn too.
  const loaded: string[] = []
  sara.on('request', (request) => request.url().includes('/media/chat/') && loaded.push(request.url()))
  await sara.reload()
  for (const i of [0, 1, 2]) await expect(said(sara, `عکس ${i}`).locator('img.ready')).toBeVisible()
  expect(loaded).toEqual([])
  await said(sara, 'عکس 1').locator('.open').click()
  const viewer = sara.getByRole('dialog', { name: 'عکس‌ها و ویدئوها' })
  await expect(viewer.locator('footer')).toContainText('عکس 1')
  await expect(viewer.locator('footer')).toContainText('۲ از ۳')
  await sara.screenshot({ path: 'test-results/binary/media-viewer.png' })
  await sara.keyboard.press('ArrowLeft')
  await expect(viewer.locator('footer')).toContainText('عکس 2')
  await sara.keyboard.press('ArrowRight')
  await sara.keyboard.press('ArrowRight')
  await expect(viewer.locator('footer')).toContainText('عکس 0')
  await sara.keyboard.press('+')
  await expect(viewer.locator('.lie')).toHaveAttribute('style', /scale\(1\.5\)/)
  await viewer.locator('.stage').dblclick()
  await expect(viewer.locator('.lie')).toHaveAttribute('style', /scale\(1\)/)
  await sara.keyboard.press('Escape')
  await expect(viewer).toBeHidden()
  await expect(said(sara, 'عکس 1').locator('.open')).toBeFocused()
})

test('an upload cut in the middle goes on after the server was killed and started again', async ({
  world,
}) => {
  test.setTimeout(180_000)
  const { sara, nilu } = await pair(world)
  // Large enough to go up in parts beside each other.
  const big = join(world.server.home, 'big.bin')
  writeFileSync(big, Buffer.alloc(33 << 20, 7))
  let sent = 0
  let joined = 0
  let dropped = 0
  sara.on('request', (request) => {
    if (request.method() === 'PATCH') sent++
  })
  sara.on('response', (response) => {
    const request = response.request()
    if (request.headers()['upload-concat']?.startsWith('final') && response.ok()) joined++
    if (request.method() === 'DELETE' && response.status() === 204) dropped++
  })
  const network = await sara.context().newCDPSession(sara)
  await network.send('Network.enable')
  const slow = (latency: number, uploadThroughput: number) =>
    network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency,
      downloadThroughput: -1,
      uploadThroughput,
    })
  await slow(20, 3 << 20)
  await choose(sara, big, 'file')
  await sendSheet(sara)
  await expect.poll(() => sent, { timeout: 60_000 }).toBeGreaterThanOrEqual(3)
  const upload = talk(sara).locator('.frame').last()
  await upload.getByRole('button', { name: 'توقف بارگذاری' }).click()
  const before = sent
  await upload.getByRole('button', { name: 'ادامهٔ بارگذاری' }).click()
  await expect.poll(() => sent, { timeout: 60_000 }).toBeGreaterThanOrEqual(before + 3)
  await world.server.stop('SIGKILL')
  await write(sara, 'متنی که منتظر بارگذاری نمی‌ماند')
  await slow(0, -1)
  await world.server.start()
  await expect(said(nilu, 'متنی که منتظر')).toBeVisible({ timeout: 60_000 })
  await expect(lastFrame(nilu)).toContainText('big.bin', { timeout: 90_000 })
  await expect(talk(sara).locator('.frame').last().locator('button:disabled')).toHaveCount(0)
  expect(joined).toBe(1)
  // What is taken back while it goes up is gone here, and on the server.
  await slow(20, 3 << 20)
  const [sofar, frames] = [sent, await talk(sara).locator('.frame').count()]
  await choose(sara, big, 'file')
  await sendSheet(sara)
  await expect.poll(() => sent, { timeout: 60_000 }).toBeGreaterThanOrEqual(sofar + 3)
  await upload.getByRole('button', { name: 'توقف بارگذاری' }).click()
  await expect(upload.getByRole('button', { name: 'ادامهٔ بارگذاری' })).toBeVisible()
  await upload.getByRole('button', { name: 'لغو بارگذاری' }).click()
  await expect(talk(sara).locator('.frame')).toHaveCount(frames)
  await expect.poll(() => dropped).toBe(3)
})

test('what is sent offline waits, outlives a reload, and goes out in order', async ({ world }) => {
  test.setTimeout(120_000)
  const { sara, nilu } = await pair(world, false, { warm: true })
  // Loaded beforehand: offline the page has to come from somewhere.
  const photos = [await painted(sara, 'a.jpg', [800, 600], 10), await painted(sara, 'b.jpg', [800, 600], 90)]
  await choose(sara, photos)
  await world.server.stop()
  await sendSheet(sara, 'دو عکس')
  await expect(said(sara, 'دو عکس').locator('.picture')).toHaveCount(2)
  await expect(said(sara, 'دو عکس').getByRole('img', { name: 'در انتظار فرستادن' })).toBeVisible()
  await world.server.start()
  await sara.reload()
  await expect(said(nilu, 'دو عکس').locator('.picture')).toHaveCount(2, { timeout: 60_000 })
})

test('a file is what its bytes are, whatever its name turns and hides', async ({ world }) => {
  const { sara, nilu } = await pair(world)
  const html = text('photo\u202egpj.html', '<script>document.title = "pwned"</script>')
  await choose(sara, [{ ...html, mimeType: 'text/html' }], 'file')
  await sendSheet(sara)
  await expect(lastFrame(nilu)).toContainText('photogpj.html', { timeout: 30_000 })
  const saved = nilu.waitForEvent('download')
  await lastFrame(nilu).locator('button').click()
  expect((await saved).suggestedFilename()).toBe('photogpj.html')
  // What says that it is a photo and is none goes as a file.
  await choose(sara, [
    { name: 'not.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<svg onload=alert(1)>') },
  ])
  await sendSheet(sara)
  await expect(lastFrame(nilu)).toContainText('not.jpg', { timeout: 30_000 })
  expect(await nilu.title()).not.toBe('pwned')
})

test('where nothing is to move, pictures that do stand still until they are tapped', async ({ world }) => {
  const { sara, nilu } = await pair(world)
  await nilu.evaluate(() => {
    const look = JSON.parse(localStorage.getItem('zolal.look') ?? '{}')
    localStorage.setItem('zolal.look', JSON.stringify({ ...look, still: true }))
  })
  await nilu.reload()
  const gif = drawnGif()
  await choose(sara, [gif])
  await sendSheet(sara)
  // Where it was sent from it moves at once, and costs nothing.
  await expect(lastFrame(sara).locator('img.ready')).toHaveCount(2)
  const picture = lastFrame(nilu).locator('.picture')
  await expect(picture.locator('.note')).toContainText('GIF', { timeout: 60_000 })
  const asked: string[] = []
  nilu.on('request', (request) => {
    const part = /\/media\/.*\/(\w+)\?/.exec(request.url())?.[1]
    if (part) asked.push(part)
  })
  await load(nilu)
  expect(asked).toEqual(['poster'])
  await expect(picture.locator('img.ready')).toHaveCount(1)
  const open = picture.locator('.open')
  await expect(open).toHaveAccessibleName(new RegExp(`${bytesIn('fa')(gif.buffer.length)}$`))
  await open.click()
  await expect(picture.locator('img.ready')).toHaveCount(2)
  expect(asked).toEqual(['poster', 'original'])
  // One with more in it goes as a silent video; what is cut in the middle goes as it is.
  const moving = movingGif('disc.gif', [121, 91], [5, 0, 5, 1, 5, 5, 20])
  const cut = { ...moving, name: 'cut.gif', buffer: moving.buffer.subarray(0, moving.buffer.length >> 1) }
  await choose(sara, [moving, cut])
  const sheet = sara.getByRole('dialog')
  await expect(sheet.locator('img')).toHaveCount(2)
  await expect(sheet.getByRole('heading', { name: 'فرستادن ۲ گیف' })).toBeVisible()
  await expect(sheet.getByText('گیف', { exact: true })).toHaveCount(2)
  await sendSheet(sara)
  const film = talk(sara).locator('.frame').nth(-2).locator('video')
  await expect.poll(() => film.evaluate((v) => !(v as HTMLVideoElement).paused)).toBe(true)
  const those = talk(nilu).locator('.frame')
  await expect(those).toHaveCount(3, { timeout: 60_000 })
  const comes = (kind: string) => nilu.waitForResponse((answer) => answer.headers()['content-type'] === kind)
  const came = [comes('video/mp4'), comes('image/gif')] as const
  for (const nth of [1, 2]) {
    await expect(those.nth(nth).locator('.note')).toContainText('GIF')
    await those.nth(nth).locator('.open').click()
    await expect(those.nth(nth).locator('img.ready')).toHaveCount(1)
    await those.nth(nth).locator('.open').click()
  }
  const [small] = await Promise.all(came)
  expect((await small.body()).length).toBeLessThan(moving.buffer.length / 4)
  await expect
    .poll(() =>
      those
        .nth(1)
        .locator('video')
        .evaluate((v) => {
          const { loop, muted, paused, duration, videoWidth, videoHeight } = v as HTMLVideoElement
          return { loop, muted, paused, duration, videoWidth, videoHeight }
        }),
    )
    .toEqual({ loop: true, muted: true, paused: false, duration: 0.6, videoWidth: 122, videoHeight: 92 })
  // Asked to go before its film is made: the page asks before it ends, and it goes when a phone is put away.
  await nilu.context().route(/film\.worker/, () => {})
  await choose(nilu, [moving])
  const waits = nilu.getByRole('dialog')
  await expect(waits.locator('.doing')).toHaveCount(1)
  await waits.getByRole('button', { name: labels.send }).click()
  expect(await nilu.evaluate(() => dispatchEvent(new Event('beforeunload', { cancelable: true })))).toBe(
    false,
  )
  await hide(nilu)
  await expect(waits).toBeHidden()
  await hide(nilu, false)
  await expect(talk(sara).locator('.frame')).toHaveCount(4)
})
