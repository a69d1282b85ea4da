// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Locator, Page } from '@playwright/test'
import {
  accept,
  expect,
  field,
  findPerson,
  type PersonOptions,
  talk,
  test,
  type World,
  write,
} from './fixtures'

/** Voice messages between real browsers; the microphone is Chromium's own, which beeps once a second. */
const mic = (page: Page) => page.locator('.composer .mic')
const bar = (page: Page) => page.locator('.composer .bar')
const voices = (page: Page) => talk(page).locator('.voice')
const player = (page: Page) => page.locator('.player')
const clock = (page: Page) => bar(page).locator('.time')

async function two(world: World, options: PersonOptions = {}) {
  const sara = await world.person('سارا محمدی', 'sara_m', options)
  const nilu = await world.person('نیلوفر رستگار', 'niloofar', options)
  for (const page of [sara, nilu]) await page.context().grantPermissions(['microphone'])
  await findPerson(sara, 'niloofar', 'نیلوفر رستگار')
  await write(sara, 'سلام نیلوفر')
  await accept(nilu, /سارا محمدی/)
  return { sara, nilu }
}

/** Records by a click, for so many seconds as the clock on screen tells. */
async function record(page: Page, seconds: number): Promise<void> {
  await mic(page).click()
  // A busy machine may look at the clock late.
  await expect(clock(page)).toHaveText(
    new RegExp(`^[0۰]:([0۰][${seconds}-9${'۰۱۲۳۴۵۶۷۸۹'[seconds]}-۹]|[1-9۱-۹].)$`),
  )
}

/** A finger on the screen. */
async function finger(page: Page) {
  const wire = await page.context().newCDPSession(page)
  const box = await mic(page).boundingBox()
  if (!box) throw new Error('no button to hold')
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
    wire.send('Input.dispatchTouchEvent', { type, touchPoints: points })
  return {
    press: () => touch('touchStart', [from]),
    /** In steps, as a finger moves. */
    async slide(x: number, y: number) {
      for (let i = 1; i <= 6; i++)
        await touch('touchMove', [{ x: from.x + (x * i) / 6, y: from.y + (y * i) / 6 }])
    },
    lift: () => touch('touchEnd', []),
  }
}

const place = async (voice: Locator) => Number(await voice.getByRole('slider').getAttribute('aria-valuenow'))

test('a voice message is recorded, listened to, sent, played, and goes on in other chats', async ({
  world,
}) => {
  const { sara, nilu } = await two(world)
  // Long enough for what is done while it plays.
  await record(sara, 9)
  await expect(nilu.locator('header .status')).toContainText('در حال ضبط صدا…')
  await expect(field(sara)).not.toBeFocused()
  await sara.screenshot({ path: 'test-results/binary/voice-recording.png' })

  await bar(sara).getByRole('button', { name: 'توقف و شنیدن' }).click()
  await expect(nilu.locator('header .status')).not.toContainText('در حال ضبط صدا…')
  await bar(sara).getByRole('button', { name: 'پخش' }).click()
  await expect(bar(sara).getByRole('button', { name: 'مکث' })).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/voice-preview.png' })
  await expect(voices(sara)).toHaveCount(0)
  await sara.getByRole('button', { name: 'فرستادن پیام صوتی' }).click()
  await expect(voices(sara)).toHaveCount(1)
  await expect(bar(sara)).toHaveCount(0)
  await expect(sara.getByRole('link', { name: /نیلوفر رستگار/ })).toContainText('پیام صوتی')

  const voice = voices(nilu).first()
  await expect(voice.locator('.time')).toHaveText(/^۰:(۰۹|[۱-۹].)$/)
  await voice.getByRole('button', { name: 'پخش' }).click()
  await expect(player(nilu)).toContainText('سارا محمدی')
  await voice.getByRole('button', { name: 'مکث' }).click()
  await nilu.screenshot({ path: 'test-results/binary/voice-playing.png' })

  // The waveform is a slider for keys, too.
  const slider = voice.getByRole('slider', { name: 'جای پخش' })
  await slider.press('Home')
  await slider.press('ArrowRight')
  await slider.press('ArrowRight')
  await expect.poll(() => place(voice)).toBe(2)

  await slider.press('Home')
  await voice.getByRole('button', { name: 'پخش' }).click()
  await nilu.getByRole('searchbox').fill('پیام‌های')
  await nilu.locator('.results, nav').getByText('پیام‌های ذخیره‌شده').first().click()
  await expect(nilu.locator('header .title')).toHaveText('پیام‌های ذخیره‌شده')
  await player(nilu).getByRole('button', { name: 'مکث' }).click()
  await expect(player(nilu)).toContainText('سارا محمدی')
  await player(nilu)
    .getByRole('button', { name: /سارا محمدی/ })
    .click()
  await expect(nilu.locator('header .title')).toHaveText('سارا محمدی')
  await player(nilu).getByRole('button', { name: 'سرعت ۱ برابر' }).click()
  await expect(player(nilu).getByRole('button', { name: 'سرعت ۱٫۵ برابر' })).toBeVisible()
  expect(await nilu.evaluate(() => localStorage.getItem('zolal.voice.rate'))).toBe('1.5')
  await player(nilu).getByRole('button', { name: 'توقف و بستن' }).click()
  await expect(player(nilu)).toHaveCount(0)
})

test('on a phone it is held, cancelled by a slide aside, locked by one upward, and plays on', async ({
  world,
}) => {
  const { sara, nilu } = await two(world, { phone: true, theme: 'dark' })
  const hand = await finger(sara)

  await hand.press()
  await expect(clock(sara)).toHaveText(/^۰:۰[۱-۹]$/)
  await expect(bar(sara)).toContainText('برای لغو بکشید')
  await sara.screenshot({ path: 'test-results/binary/voice-held.png' })
  // The start edge is on the right from right to left.
  await hand.slide(140, 0)
  await hand.lift()
  await expect(bar(sara)).toHaveCount(0)
  await expect(voices(sara)).toHaveCount(0)

  await hand.press()
  await expect(clock(sara)).toHaveText(/^۰:۰[۱-۹]$/)
  await hand.slide(0, -100)
  await hand.lift()
  await expect(bar(sara).getByRole('button', { name: 'دور انداختن' })).toBeVisible()
  await sara.screenshot({ path: 'test-results/binary/voice-locked.png' })
  await mic(sara).tap()
  await expect(voices(sara)).toHaveCount(1)

  await hand.press()
  await expect(clock(sara)).toHaveText(/^۰:۰[۱-۹]$/)
  await hand.lift()
  await expect(voices(sara)).toHaveCount(2)

  // The one after it is played by itself; the bar stays above the list of chats, too.
  await expect(voices(nilu)).toHaveCount(2)
  await voices(nilu).first().getByRole('button', { name: 'پخش' }).tap()
  await expect(voices(nilu).last().getByRole('button', { name: 'مکث' })).toBeVisible()
  await nilu.screenshot({ path: 'test-results/binary/voice-phone.png' })
  await expect(player(nilu)).toHaveCount(0)
})

test('without a network a recording waits, and is sent later', async ({ world }) => {
  const { sara, nilu } = await two(world, { language: 'en' })
  // What records and plays is here once it was used.
  await record(sara, 1)
  await mic(sara).click()
  await voices(sara).first().getByRole('button', { name: 'Play' }).click()
  await expect(player(sara)).toBeVisible()
  await expect(voices(nilu)).toHaveCount(1)
  await player(sara).getByRole('button', { name: 'Stop and close' }).click()
  await sara.context().setOffline(true)
  await record(sara, 2)
  await mic(sara).click()
  await expect(voices(sara)).toHaveCount(2)
  await voices(sara).last().getByRole('button', { name: 'Play' }).click()
  await expect(player(sara)).toBeVisible()
  await player(sara).getByRole('button', { name: 'Stop and close' }).click()
  await sara.screenshot({ path: 'test-results/binary/voice-waiting.png' })
  await sara.context().setOffline(false)
  await expect(voices(nilu)).toHaveCount(2, { timeout: 60_000 })
  await voices(nilu).last().getByRole('button', { name: 'Play' }).click()
  await expect(voices(nilu).last().getByRole('button', { name: 'Pause' })).toBeVisible()

  // What waits to be listened to is still there after another chat; a key stops first, and then takes back.
  await record(sara, 1)
  await sara.getByRole('link', { name: /Saved messages/ }).click()
  await expect(mic(sara)).toHaveAttribute('aria-label', 'Record a voice message')
  await sara.getByRole('link', { name: /نیلوفر/ }).click()
  await expect(bar(sara).getByRole('button', { name: 'Play' })).toBeVisible()
  await sara.keyboard.press('Escape')
  await expect(bar(sara)).toHaveCount(0)
  await record(sara, 1)
  await sara.keyboard.press('Escape')
  await expect(bar(sara).getByRole('button', { name: 'Play' })).toBeVisible()
  await sara.keyboard.press('Escape')
  await expect(bar(sara)).toHaveCount(0)
  await expect(voices(sara)).toHaveCount(2)
})

test('a microphone that is refused is told plainly, and nothing is recorded', async ({ world }) => {
  const sara = await world.person('Sara', 'sara_m', { language: 'en' })
  await sara.getByRole('searchbox').fill('Saved')
  await sara.locator('.results, nav').getByText('Saved messages').first().click()
  await mic(sara).click()
  await expect(sara.getByText('The browser does not let this page use the microphone.')).toBeVisible()
  await expect(bar(sara)).toHaveCount(0)
  await expect(field(sara)).toBeEditable()
})

/** Two seconds of a tone, with a title and a performer in it. */
function song(): Buffer {
  const chunk = (id: string, data: Buffer) => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(data.length)
    return Buffer.concat([Buffer.from(id), size, data, Buffer.alloc(data.length % 2)])
  }
  const text = (id: string, said: string) => chunk(id, Buffer.from(`${said}\0`))
  const shape = Buffer.alloc(16)
  for (const [at, value] of [
    [0, 1],
    [2, 1],
    [12, 2],
    [14, 16],
  ] as const)
    shape.writeUInt16LE(value, at)
  shape.writeUInt32LE(8000, 4)
  shape.writeUInt32LE(16_000, 8)
  const tone = Buffer.alloc(32_000)
  for (let i = 0; i < 16_000; i++) tone.writeInt16LE(Math.round(8000 * Math.sin(i / 4)), 2 * i)
  const list = Buffer.concat([Buffer.from('INFO'), text('INAM', 'Dawn'), text('IART', 'The Reeds')])
  return chunk(
    'RIFF',
    Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', shape), chunk('LIST', list), chunk('data', tone)]),
  )
}

test('music is known by its title and performer, played, and listed', async ({ world }) => {
  const sara = await world.person('Sara', 'sara_m', { language: 'en' })
  await sara.getByRole('searchbox').fill('Saved')
  await sara.locator('.results, nav').getByText('Saved messages').first().click()
  for (const name of ['one.wav', 'two.wav']) {
    const choosing = sara.waitForEvent('filechooser')
    await sara.locator('.composer').getByRole('button', { name: 'Attachment' }).click()
    await sara.getByRole('menuitem', { name: 'File' }).click()
    await (await choosing).setFiles({ name, mimeType: 'audio/wav', buffer: song() })
    await sara.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
    await expect(sara.getByRole('dialog')).toHaveCount(0)
  }
  const music = talk(sara).locator('.music')
  await expect(music).toHaveCount(2)
  await expect(music.first()).toContainText('Dawn')
  await expect(music.first()).toContainText('The Reeds')
  await expect(talk(sara).locator('[data-seq] .music')).toHaveCount(2)
  await music.first().getByRole('button', { name: 'Play' }).click()
  await expect(player(sara)).toContainText('The Reeds')
  await player(sara).getByRole('button', { name: 'Music of this chat' }).click()
  await expect(sara.getByRole('dialog').getByRole('listitem')).toHaveCount(2)
  await sara.screenshot({ path: 'test-results/binary/music-list.png' })
})
