// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  bitrateFor,
  codecsFor,
  filmSize,
  HEAD,
  isBearable,
  isHuge,
  movingOf,
  roomIn,
  shownFor,
} from '../src/ui/media/film'
import { filmed } from '../src/ui/media/filmed'
import { SILENT_MS } from '../src/ui/media/filming'
import { prepare } from '../src/ui/media/prepare'

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  new Uint8Array(
    parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)),
  )
const word = (n: number) => [n & 255, (n >> 8) & 255]
const wide = (n: number) => [(n >>> 24) & 255, (n >> 16) & 255, (n >> 8) & 255, n & 255]

/** A GIF until its first frame, whose corner and sides are given; with colours of its own. */
function gif(screen: [number, number], frame: [number, number, number, number], between: number[] = []) {
  const head = bytes('GIF89a', screen.flatMap(word), [0x80, 0, 0], [0, 0, 0, 255, 255, 255])
  return bytes([...head], between, [0x2c], frame.flatMap(word), [0])
}

function png(...chunks: readonly (readonly [name: string, data: readonly number[]])[]) {
  const all = chunks.map(([name, data]) => bytes(wide(data.length), name, data, [0, 0, 0, 0]))
  return bytes('\x89PNG\r\n\x1a\n', ...all.map((chunk) => [...chunk]))
}

const header = ['IHDR', [...wide(640), ...wide(480), 8, 6, 0, 0, 0]] as const

function webp(flags: number) {
  return bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0], [flags, 0, 0, 0], [0x7f, 2, 0], [0xdf, 1, 0])
}

describe('what may move', () => {
  test('a GIF is as large as its screen, or as a first frame that exceeds it', () => {
    expect(movingOf(gif([480, 270], [0, 0, 480, 270]))).toEqual({
      type: 'image/gif',
      width: 480,
      height: 270,
    })
    expect(movingOf(gif([4, 4], [10, 20, 65_000, 60_000]))).toMatchObject({ width: 65_010, height: 60_020 })
    // What stands before it is passed over: how long it is shown, how often, and what people wrote.
    const before = [0x21, 0xf9, 4, 4, 5, 0, 0, 0, 0x21, 0xfe, 2, 0x2c, 0x2c, 1, 0x21, 0]
    expect(movingOf(gif([8, 6], [0, 0, 8, 6], before))).toMatchObject({ width: 8, height: 6 })
  })

  test('a WebP and a PNG say whether they move', () => {
    expect(movingOf(webp(2))).toEqual({ type: 'image/webp', width: 640, height: 480 })
    expect(movingOf(webp(0x10))).toBeNull()
    const frames = ['acTL', [...wide(3), ...wide(0)]] as const
    const picture = ['IDAT', Array<number>(40).fill(7)] as const
    expect(movingOf(png(header, frames, picture))).toEqual({ type: 'image/png', width: 640, height: 480 })
    expect(movingOf(png(header, picture, frames))).toBeNull()
  })

  test('what is cut anywhere, or is noise, is judged without harm', () => {
    for (const whole of [gif([480, 270], [0, 0, 480, 270], [0x21, 0xf9, 4, 4, 5, 0, 0, 0]), webp(2)]) {
      for (let end = 0; end < whole.length - 9; end++) expect(movingOf(whole.slice(0, end))).toBeNull()
    }
    // Extensions without end.
    expect(
      movingOf(bytes([...gif([4, 4], [0, 0, 4, 4])].slice(0, 19), Array<number>(999).fill(0x21))),
    ).toBeNull()
    expect(movingOf(png(header).slice(0, 30))).toBeNull()
    expect(
      movingOf(bytes('\x89PNG\r\n\x1a\n', wide(0xffff_fff0), 'IHDR', Array<number>(40).fill(1))),
    ).toBeNull()
  })
})

test('a frame that takes too much memory, and more frames than can be borne, are not decoded', () => {
  const of = (width: number, height: number) => ({ type: 'image/gif', width, height }) as const
  expect([of(65_535, 65_535), of(16_385, 2), of(5000, 4000)].map(isHuge)).toEqual([true, true, true])
  expect([of(4096, 4096), of(480, 270), of(1, 1)].map(isHuge)).toEqual([false, false, false])
  expect(isBearable(of(480, 270), 600)).toBe(true)
  expect(isBearable(of(1920, 1080), 250)).toBe(true)
  expect(isBearable(of(4096, 4096), 33)).toBe(false)
  expect(isBearable(of(1, 1), 100_000)).toBe(false)
})

test('a frame that does not say for how long, or hardly at all, is shown as browsers show it', () => {
  expect([null, 0, 10_000].map(shownFor)).toEqual([100_000, 100_000, 100_000])
  expect([20_000, 100_000, 5_000_000].map(shownFor)).toEqual([20_000, 100_000, 5_000_000])
})

test('a film has even sides, at most 1280 pixels long, and none of nothing', () => {
  expect(filmSize(480, 270)).toEqual({ width: 480, height: 270 })
  expect(filmSize(121, 91)).toEqual({ width: 122, height: 92 })
  expect(filmSize(1, 1)).toEqual({ width: 2, height: 2 })
  expect(filmSize(1920, 1080)).toEqual({ width: 1280, height: 720 })
  expect(filmSize(4000, 3)).toEqual({ width: 1280, height: 2 })
})

test('the codec is what every browser plays, at the least level that holds the film', () => {
  expect(codecsFor(480, 270, 10)).toEqual(['avc1.64001e', 'avc1.4d001e', 'avc1.42e01e'])
  expect(codecsFor(1280, 720, 25)[0]).toBe('avc1.64001f')
  expect(codecsFor(1280, 1280, 30)[0]).toBe('avc1.640028')
  expect(codecsFor(1280, 1280, 50)[0]).toBe('avc1.64002a')
  expect(codecsFor(1280, 1280, 100)[0]).toBe('avc1.640033')
  expect(codecsFor(1280, 1280, 1000)[0]).toBe('avc1.640034')
})

test('a film takes more bits the larger it is and the quicker it changes, within bounds', () => {
  expect(bitrateFor(480, 270, 10)).toBeGreaterThan(600_000)
  expect(bitrateFor(480, 270, 25)).toBeGreaterThan(bitrateFor(480, 270, 10))
  expect(bitrateFor(16, 16, 10)).toBe(200_000)
  expect(bitrateFor(1280, 1280, 50)).toBe(8_000_000)
})

describe('what is made of a file', () => {
  const watch = (controller = new AbortController()) => ({ signal: controller.signal, tell: () => {} })
  const file = (of: Uint8Array<ArrayBuffer>, type: string) => new File([of], 'a', { type })

  test('what stands still is no film, and what could not be shown is none either', async () => {
    expect(await filmed(file(png(header), 'image/png'), watch())).toBeNull()
    expect(await filmed(file(gif([65_535, 65_535], [0, 0, 9, 9]), 'image/gif'), watch())).toBe('unfit')
    expect(await filmed(file(png(header), 'image/gif'), watch())).toBe('unfit')
    // Whether it moves is looked for in its head alone.
    const late = [
      0x21,
      0xfe,
      ...Array.from({ length: HEAD >> 8 }, () => [255, ...Array<number>(255)]).flat(),
      0,
    ]
    expect(await filmed(file(gif([8, 8], [0, 0, 8, 8], late), 'image/gif'), watch())).toBe('unfit')
  })

  test('a GIF that would take all memory goes as a file, untouched', async () => {
    const bomb = file(gif([65_535, 65_535], [0, 0, 9, 9]), 'image/gif')
    expect(await prepare(bomb, false, watch())).toMatchObject({ kind: 'file', file: bomb, poster: null })
  })

  test('where a browser makes no film it goes as it is, and none is begun that nobody wants', async () => {
    const moves = file(gif([8, 8], [0, 0, 8, 8]), 'image/gif')
    expect(await filmed(moves, watch())).toBe('unchanged')
    const gone = new AbortController()
    const waits = filmed(moves, watch(gone))
    gone.abort()
    await expect(waits).rejects.toThrow()
    // And keeps nobody else waiting.
    expect(await filmed(moves, watch())).toBe('unchanged')
  })
})

/** A worker that is told what to say. */
class Told extends EventTarget {
  static readonly begun: Told[] = []
  ended = false

  constructor() {
    super()
    Told.begun.push(this)
  }

  postMessage(): void {}

  terminate(): void {
    this.ended = true
  }

  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}

describe('films that are made beside the page', () => {
  const moves = () => new File([gif([8, 8], [0, 0, 8, 8])], 'a', { type: 'image/gif' })
  const watch = (tell: (share: number) => void = () => {}, gone = new AbortController()) => {
    return { signal: gone.signal, tell }
  }
  const able = () => {
    for (const name of ['ImageDecoder', 'VideoEncoder']) vi.stubGlobal(name, class {})
    vi.stubGlobal('Worker', Told)
    Told.begun.length = 0
  }
  const nth = (n: number) => vi.waitUntil(() => Told.begun[n])
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  test('what stands still waits for no film; what moves is told of at once, and waits its turn', async () => {
    able()
    const first = filmed(moves(), watch())
    const tells: number[] = []
    const second = filmed(
      moves(),
      watch((share) => tells.push(share)),
    )
    expect(await filmed(new File([png(header)], 'b', { type: 'image/png' }), watch())).toBeNull()
    const worker = await nth(0)
    await vi.waitFor(() => expect(tells).toEqual([0]))
    expect(Told.begun).toHaveLength(1)
    worker.say({ made: 'still' })
    expect(await first).toBe('still')
    ;(await nth(1)).say({ made: 'unchanged' })
    expect(await second).toBe('unchanged')
    expect(Told.begun.every(({ ended }) => ended)).toBe(true)
  })

  test('a worker of which nothing is heard or understood is not awaited, and others go on', async () => {
    able()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const waitUntil = async (n: number) => {
      while (!Told.begun[n]) await new Promise(setImmediate)
      return Told.begun[n]
    }
    const [slow, stuck, garbled] = [
      filmed(moves(), watch()),
      filmed(moves(), watch()),
      filmed(moves(), watch()),
    ]
    const worker = await waitUntil(0)
    for (const share of [0.1, 0.2, 0.3]) {
      vi.advanceTimersByTime(SILENT_MS - 1)
      worker.say({ share })
    }
    worker.say({ made: 'still' })
    expect(await slow).toBe('still')
    const next = await waitUntil(1)
    vi.advanceTimersByTime(SILENT_MS)
    expect(await stuck).toBe('unchanged')
    expect(next.ended).toBe(true)
    ;(await waitUntil(2)).dispatchEvent(new Event('messageerror'))
    expect(await garbled).toBe('unchanged')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('whoever encodes and is taken away keeps nothing waiting', async () => {
    const encoder = Object.assign(new EventTarget(), { encodeQueueSize: 9 })
    let lose = (_: Error) => {}
    const lost = new Promise<never>((_, reject) => {
      lose = reject
    })
    let free = false
    const room = roomIn(encoder, 4, lost).then(() => {
      free = true
    })
    encoder.dispatchEvent(new Event('dequeue'))
    await Promise.resolve()
    expect(free).toBe(false)
    encoder.encodeQueueSize = 4
    encoder.dispatchEvent(new Event('dequeue'))
    await room
    encoder.encodeQueueSize = 5
    const never = roomIn(encoder, 4, lost)
    lose(new Error('reclaimed'))
    await expect(never).rejects.toThrow('reclaimed')
  })
})
