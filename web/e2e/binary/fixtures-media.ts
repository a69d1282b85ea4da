// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Locator, Page } from '@playwright/test'
import { expect, talk } from './fixtures'

/** A file as the file chooser gives it. */
export interface Given {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** A landscape painted by the browser: sky, sun, hills; `hue` makes each another. */
export async function painted(page: Page, name: string, size: [number, number], hue = 200): Promise<Given> {
  const base64 = await page.evaluate(
    async ([width, height, tone]) => {
      const canvas = new OffscreenCanvas(width, height)
      const pen = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
      const sky = pen.createLinearGradient(0, 0, 0, height)
      sky.addColorStop(0, `hsl(${tone} 70% 45%)`)
      sky.addColorStop(1, `hsl(${tone + 40} 80% 80%)`)
      pen.fillStyle = sky
      pen.fillRect(0, 0, width, height)
      pen.fillStyle = 'hsl(45 95% 85%)'
      pen.beginPath()
      pen.arc(width * 0.7, height * 0.3, height * 0.1, 0, 7)
      pen.fill()
      for (let i = 0; i < 4; i++) {
        pen.fillStyle = `hsl(${tone - 60} 35% ${52 - i * 12}%)`
        pen.beginPath()
        pen.moveTo(0, height)
        for (let x = 0; x <= width; x += 4) {
          const wave = Math.sin((x / width) * (5 + i * 2) + i * 2) * height * 0.06
          pen.lineTo(x, height * (0.55 + i * 0.12) + wave)
        }
        pen.lineTo(width, height)
        pen.fill()
      }
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
      const bytes = new Uint8Array(await blob.arrayBuffer())
      let text = ''
      for (const byte of bytes) text += String.fromCharCode(byte)
      return btoa(text)
    },
    [...size, hue] as const,
  )
  return { name, mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }
}

/** A second of a moving square, with a tone or in silence, recorded by the browser. */
export async function filmed(page: Page, name: string, sound: boolean): Promise<Given> {
  const base64 = await page.evaluate(async (heard) => {
    const canvas = document.createElement('canvas')
    canvas.width = 320
    canvas.height = 240
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D
    const stream = canvas.captureStream(20)
    let x = 0
    const paint = setInterval(() => {
      pen.fillStyle = '#2b5ba8'
      pen.fillRect(0, 0, 320, 240)
      pen.fillStyle = '#f2c14e'
      pen.fillRect(x++ * 8, 90, 60, 60)
    }, 50)
    if (heard) {
      const sound = new AudioContext()
      const tone = sound.createOscillator()
      const out = sound.createMediaStreamDestination()
      tone.connect(out)
      tone.start()
      for (const track of out.stream.getAudioTracks()) stream.addTrack(track)
    }
    const recorder = new MediaRecorder(stream, { mimeType: 'video/webm' })
    const parts: Blob[] = []
    recorder.ondataavailable = (event) => parts.push(event.data)
    const stopped = new Promise((done) => recorder.addEventListener('stop', done))
    const enough = new Promise<void>((done) => {
      const look = setInterval(() => {
        if (x < 24) return
        clearInterval(look)
        done()
      }, 50)
    })
    recorder.start(200)
    await enough
    recorder.stop()
    await stopped
    clearInterval(paint)
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    return btoa(text)
  }, sound)
  return { name, mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') }
}

/**
 * A disc that moves over squares, as a GIF; `delays` of its frames are hundredths of a second. Its pixels are
 * told one by one, without being packed.
 */
export function movingGif(name: string, [width, height]: [number, number], delays: readonly number[]): Given {
  const word = (n: number) => [n & 255, n >> 8]
  const colours = Array.from({ length: 128 }, (_, i) => [2 * i, 190 - i, 255 - 2 * i]).flat()
  const frames = delays.map((delay, k) => {
    // Codes of 8 bits, as long as none is learned: the last but one of 128 begins anew.
    const codes: number[] = []
    for (let at = 0; at < width * height; at++) {
      const [x, y] = [at % width, Math.floor(at / width)]
      const disc = Math.hypot(x - width * (0.2 + (0.6 * k) / delays.length), y - height / 2) < height / 4
      if (at % 120 === 0) codes.push(128)
      codes.push(disc ? 110 : (x >> 3) % 2 === (y >> 3) % 2 ? 20 : 45)
    }
    codes.push(129)
    const blocks = Array.from({ length: Math.ceil(codes.length / 255) }, (_, i) => {
      const block = codes.slice(255 * i, 255 * (i + 1))
      return [block.length, ...block]
    })
    const shown = [0x21, 0xf9, 4, 4, ...word(delay), 0, 0, 0x2c, 0, 0, 0, 0, ...word(width), ...word(height)]
    return [...shown, 0, 7, ...blocks.flat(), 0]
  })
  const head = [...Buffer.from('GIF89a'), ...word(width), ...word(height), 0xf6, 0, 0, ...colours]
  return { name, mimeType: 'image/gif', buffer: Buffer.from([...head, ...frames.flat(), 0x3b]) }
}

export const labels = {
  attach: /^(پیوست|Attachment)$/,
  seen: /^(عکس یا ویدئو|Photo or video)$/,
  file: /^(پرونده|File)$/,
  send: /^(فرستادن|Send)$/,
  caption: /^(توضیح|Caption)$/,
}

/** Chooses files from the menu, and leaves the sheet open. */
export async function choose(
  page: Page,
  /** Or the path of one. */
  files: readonly Given[] | string,
  as: 'seen' | 'file' = 'seen',
): Promise<void> {
  await page.getByRole('button', { name: labels.attach }).click()
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('menuitem', { name: labels[as] }).click()
  await (await chooser).setFiles(typeof files === 'string' ? files : files.map((file) => ({ ...file })))
  await expect(page.getByRole('dialog').getByLabel(labels.caption)).toBeVisible()
}

export async function sendSheet(page: Page, caption = ''): Promise<void> {
  const dialog = page.getByRole('dialog')
  if (caption) await dialog.getByLabel(labels.caption).fill(caption)
  await dialog.getByRole('button', { name: labels.send }).click()
  await expect(dialog).toBeHidden()
}

/** The newest bubble that carries something. */
export const lastFrame = (page: Page) => talk(page).locator('.frame').last()

/** Loads what is in the newest frame, and waits until it is seen. */
export async function load(page: Page, count = 1): Promise<void> {
  const frame = lastFrame(page)
  for (let i = 0; i < count; i++) {
    const picture = frame.locator('.picture').nth(i)
    await picture.locator('.open').click()
    await page
      .getByRole('button', { name: /^(انصراف|Cancel)$/ })
      .click({ timeout: 1500 })
      .catch(() => {})
    await expect(picture.locator('img.ready')).toBeVisible()
  }
}

/** Chooses a picture of somebody or a chat by what asks for it, which may offer more than that, to be cut. */
export async function give(page: Page, asks: Locator, file: Given): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await asks.click()
  const item = page.getByRole('menuitem', { name: /^(انتخاب عکس|Choose a photo)$/ })
  const first = await Promise.race([chooser, item.waitFor().then(() => null)])
  if (first === null) await item.click()
  await (await chooser).setFiles([file])
  const stage = page.getByRole('application', { name: /^(بخشی از عکس|The part of the photo)/ })
  await expect(stage.locator('canvas')).toBeVisible()
}
