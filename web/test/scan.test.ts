// SPDX-License-Identifier: AGPL-3.0-or-later
import { encodeQR } from 'qr'
import { describe, expect, test, vi } from 'vitest'
import { type Pixels, readFrame, readStill } from '../src/ui/scan/decode'

vi.stubGlobal('location', { hash: '', protocol: 'https:' })
vi.stubGlobal('history', { state: null })
vi.stubGlobal('addEventListener', () => {})
const { Camera } = await import('../src/ui/scan/camera')
const { linkIn, matching } = await import('../src/ui/people/match')
const { placeOf } = await import('../src/ui/scan/where')

const home = 'https://chat.example.org'
const link = `${home}/#link=aGVsbG8tZnJvbS1hLW5ldy1kZXZpY2U`

interface Shot {
  /** Degrees. */
  readonly turn?: number
  /** How much nearer the lower edge is than the upper one, as a share of the distance. */
  readonly tilt?: number
  readonly dark?: number
  readonly light?: number
  /** The most that is added to or taken from a pixel. */
  readonly noise?: number
  /** Pixels of a module. */
  readonly scale?: number
}

/** Numbers from 0 to 1, the same every time. */
function chance(): () => number {
  let state = 42
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** A code as a camera of 640 by 480 sees it, on a grey table. */
function shot(text: string, how: Shot = {}): Pixels {
  const { turn = 0, tilt = 0, dark = 15, light = 255, noise = 0, scale = 6 } = how
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 3 })
  const [width, height, side] = [640, 480, rows.length * scale]
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)]
  const random = chance()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const near = 1 + (tilt * (y - height / 2)) / side
      const [u, v] = [(x - width / 2) / near, (y - height / 2) / near]
      const row = rows[Math.floor((v * cos - u * sin + side / 2) / scale)]
      const module = row?.[Math.floor((u * cos + v * sin + side / 2) / scale)]
      const shade = module === undefined ? (dark + light) / 2 : module ? dark : light
      const at = (y * width + x) * 4
      data.fill(shade + (random() - 0.5) * 2 * noise, at, at + 3)
    }
  }
  return { width, height, data }
}

describe('reading codes', () => {
  const shots: readonly (readonly [string, Shot])[] = [
    ['held straight', {}],
    ['turned a little', { turn: 17 }],
    ['lying on its side', { turn: 90 }],
    ['upside down', { turn: 203 }],
    ['seen at a slant', { tilt: 0.2, turn: 5 }],
    ['light on dark', { dark: 255, light: 15 }],
    ['with little contrast', { dark: 120, light: 165 }],
    ['in noise', { noise: 60 }],
    ['in noise, with little contrast, turned', { dark: 70, light: 180, noise: 25, turn: 30 }],
    ['far away', { scale: 3 }],
  ]
  test.each(shots)('a code %s is read from one frame', (_, how) => {
    expect(readFrame(shot(link, how))).toBe(link)
  })

  test('where there is no code, nothing is read, and no patience finds one', () => {
    const empty = shot(link, { dark: 128, light: 128, noise: 100 })
    expect(readFrame(empty)).toBeNull()
    expect(readStill(empty)).toBeNull()
  })

  test('Persian is read as it was written', () => {
    expect(readStill(shot('سلام، این یک کد است', { turn: 8 }))).toBe('سلام، این یک کد است')
  })
})

describe('why there is no camera', () => {
  const opening = (secure: boolean, navigator: object) => {
    vi.stubGlobal('isSecureContext', secure)
    vi.stubGlobal('navigator', navigator)
    return Camera.open()
  }
  const failing = (name: string) => ({
    mediaDevices: { getUserMedia: () => Promise.reject(new DOMException('', name)) },
  })

  test('a page that is not secure is not asked for one, and is told so', async () => {
    await expect(opening(false, failing('NotAllowedError'))).rejects.toBe('insecure')
  })

  test.each([
    ['NotAllowedError', 'refused'],
    ['SecurityError', 'refused'],
    ['NotFoundError', 'noCamera'],
    ['OverconstrainedError', 'noCamera'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
    ['NotSupportedError', 'unsupported'],
  ])('what a browser calls %s is %s', async (name, code) => {
    await expect(opening(true, failing(name))).rejects.toBe(code)
  })

  test('a browser without cameras says so', async () => {
    await expect(opening(true, {})).rejects.toBe('unsupported')
  })
})

describe('a link in place of words', () => {
  test('a link may be pasted where people search, also without its scheme', () => {
    expect(linkIn(` ${link}\n`)).toBe(link)
    expect(linkIn('chat.example.org/#/join/@zolal_news')).toBe('https://chat.example.org/#/join/@zolal_news')
    expect(linkIn('http://other.example.net:8443/#/c/12/34')).toBe('http://other.example.net:8443/#/c/12/34')
  })

  test.each([
    'sara_m',
    '@sara_m',
    '#ایران',
    'https://example.org/',
    'کانال https://a.example/#/u/x',
    '#/u/sara_m',
  ])('%s is words', (words) => expect(linkIn(words)).toBeNull())
})

describe('whom a search of contacts finds', () => {
  const named = (words: string) =>
    matching(
      ['سارا محمدی', '🔥', 'Ali ❤️'].map((name, account) => ({
        account,
        name,
        privateName: '',
        publicName: '',
        username: '',
        presence: { kind: 'hidden' as const },
        change: null,
      })),
      words,
    ).map(({ account }) => account)

  test('words find those whose names they begin, signs alone those who have them', () => {
    expect(named('محمد')).toEqual([0])
    expect(named(' 🔥 ')).toEqual([1])
    expect(named('❤')).toEqual([2])
    expect(named('🎉')).toEqual([])
  })

  test('nothing finds everybody', () => expect(named(' ')).toEqual([0, 1, 2]))
})

describe('where a code leads', () => {
  const place = (text: string, homes = [home]) => {
    const what = placeOf(text, homes)
    return what.kind === 'place' ? what.route : what
  }

  test('our own addresses lead to where they lead when they are opened', () => {
    const token = 'abcdefghijklmnopqrstuv'
    expect(place(`${home}/#/u/${token}`)).toEqual({ at: 'person', address: token })
    expect(place(`${home}/#/join/${token}`)).toEqual({ at: 'join', address: token })
    expect(place(`${home}/#/join/@zolal_news`)).toEqual({ at: 'join', address: '@zolal_news' })
    expect(place(`${home}/#/c/12/34`)).toEqual({ at: 'chat', chat: 12, seq: 34, pane: 'none' })
    expect(place(`${home}/#/c/12/rights`)).toEqual({ at: 'chat', chat: 12, seq: null, pane: 'none' })
    expect(place(link)).toEqual({ at: 'link', id: 'aGVsbG8tZnJvbS1hLW5ldy1kZXZpY2U' })
  })

  test('any address of the server is its own, and the same words at another are not', () => {
    const other = 'https://other.example.net'
    expect(place(`${other}/#/u/sara_m`, [home, other])).toEqual({ at: 'person', address: 'sara_m' })
    const text = `${other}/#link=aGVsbG8`
    expect(place(text)).toEqual({ kind: 'elsewhere', text })
  })

  test.each([
    'https://evil.example.com/',
    `https://evil.example.com/?next=${home}/#/u/sara_m`,
    `${home}.evil.example.com/page#/u/sara_m`,
    `${home}/download.apk#/u/sara_m`,
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'intent://scan/#Intent;scheme=zxing;end',
    'WIFI:T:WPA;S:home;P:secret;;',
    'tel:+989120000000',
    '#/u/sara_m',
    'سلام',
  ])('%s is shown and not opened', (text) => {
    expect(place(text)).toEqual({ kind: 'foreign', text })
  })

  test('what is for somebody else or for nobody is named, and its secret is not shown', () => {
    const secret = 'otpauth://totp/Zolal:sara_m?secret=JBSWY3DPEHPK3PXP&issuer=Zolal'
    expect(place(secret)).toEqual({ kind: 'authenticator', text: null })
    expect(place(`${home}/#invite=abcdefghijklmnopqrstuv`)).toEqual({ kind: 'invitation', text: null })
    for (const hash of ['#setup=abcdef', '#reset=abcdef', '#/settings/security', '#/join/%2e%2e', '#/u/a/b'])
      expect(place(`${home}/${hash}`)).toEqual({ kind: 'nothing', text: null })
    expect(place(`${home}/#/u/%E0%A4%A`)).toEqual({ kind: 'foreign', text: `${home}/#/u/%E0%A4%A` })
  })
})
