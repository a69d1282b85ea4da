// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ui = resolve(import.meta.dirname, '../src/ui')
const files = readdirSync(ui, { recursive: true, encoding: 'utf8' })
const read = (path: string) => readFileSync(join(ui, path), 'utf8')

/** The style of a file: all of a .css, the <style> of a .svelte, without comments. */
function styleOf(path: string): string {
  const text = read(path)
  const style = path.endsWith('.css') ? text : (/<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '')
  return style.replace(/\/\*[\s\S]*?\*\//g, '')
}

test('no line is broken inside of any word: joined letters lose their neighbours there', () => {
  const broken = files.filter((path) => /\.(css|svelte)$/.test(path) && /break-all/.test(styleOf(path)))
  expect(broken).toEqual([])
})

test('a field keeps the same room at both sides: which of them is its start is up to what is written', () => {
  const uneven = files.flatMap((path) => {
    if (!path.endsWith('.svelte')) return []
    const rules = [...styleOf(path).matchAll(/([^{}]+)\{([^{}]*)\}/g)]
    // One that follows a sign, as the @ of a name, has one direction.
    const fields = rules.filter(([, of = '']) => /\b(?:textarea|input)\b/.test(of) && !/\+ input/.test(of))
    return fields
      .flatMap(([, , rule = '']) => rule.match(/(?:padding|margin)-inline(?:-\w+)?:[^;]*/g) ?? [])
      .filter((said) => !/-inline:\s*\S+$/.test(said))
      .map((said) => `${path}: ${said}`)
  })
  expect(uneven).toEqual([])
})

type Rgb = readonly [number, number, number]
type Theme = Record<string, string>

function themes(): { light: Theme; dark: Theme } {
  const css = styleOf('theme/tokens.css')
  const block = (selector: string): Theme => {
    const body = css.split(selector)[1]?.split('}')[0] ?? ''
    return Object.fromEntries(
      [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
    )
  }
  const light = block(':root {')
  return { light, dark: { ...light, ...block(':root[data-theme="dark"] {') } }
}

function rgb(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16)
  return [n >> 16, (n >> 8) & 255, n & 255]
}

const mix = (over: Rgb, under: Rgb, share: number): Rgb => [
  over[0] * share + under[0] * (1 - share),
  over[1] * share + under[1] * (1 - share),
  over[2] * share + under[2] * (1 - share),
]

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0)
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05)
}

describe('contrast computed from the tokens', () => {
  const surfaces = ['surface', 'raised', 'bg', 'field', 'hover', 'accent-soft'] as const
  const bubbles = ['bubble-own', 'bubble-other'] as const
  const pairs: [string, string][] = [
    ...[...surfaces, ...bubbles].map((under): [string, string] => ['text', under]),
    ...surfaces.map((under): [string, string] => ['muted', under]),
    ['muted', 'bubble-other'],
    ['bubble-own-muted', 'bubble-own'],
    ['accent', 'surface'],
    ['accent', 'raised'],
    ['accent', 'hover'],
    ['accent', 'accent-soft'],
    ['accent', 'bubble-own'],
    ['accent', 'bubble-other'],
    ['on-accent', 'accent'],
    ['danger', 'surface'],
    ['danger', 'raised'],
    ['danger', 'bg'],
    ['danger', 'hover'],
    ['on-danger', 'danger'],
    ['warn', 'surface'],
    ['warn', 'warn-soft'],
    ['ok', 'surface'],
    ['on-badge', 'badge-quiet'],
    ['on-chip', 'chip'],
    ...Array.from({ length: 8 }, (_, i): [string, string] => [`name-${i}`, 'bubble-other']),
  ]

  test('the dark theme is another one: every colour that is drawn over another differs', () => {
    const { light, dark } = themes()
    const over = [...new Set(pairs.map(([over]) => over))].filter((name) => name !== 'on-badge')
    expect(over.filter((name) => light[name] === dark[name])).toEqual([])
  })

  for (const [name, theme] of Object.entries(themes())) {
    test.each(pairs)(`${name}: %s on %s meets AA`, (over, under) => {
      expect(contrast(rgb(theme[over] ?? ''), rgb(theme[under] ?? ''))).toBeGreaterThanOrEqual(4.5)
    })

    test(`${name}: white letters on every avatar`, () => {
      for (let i = 0; i < 8; i++) {
        expect(contrast([255, 255, 255], rgb(theme[`hue-${i}`] ?? '')), `hue-${i}`).toBeGreaterThanOrEqual(
          4.5,
        )
      }
    })

    test(`${name}: names and accents on the tints of quotes and reactions`, () => {
      for (const under of bubbles) {
        const bubble = rgb(theme[under] ?? '')
        const text = rgb(theme['text'] ?? '')
        for (const tone of ['accent', ...Array.from({ length: 8 }, (_, i) => `name-${i}`)]) {
          const color = rgb(theme[tone] ?? '')
          const tint = mix(color, bubble, 0.13)
          // Words on a tint are drawn in four parts of its tone and one of the text's colour.
          expect(contrast(mix(color, text, 0.8), tint), `${tone} on ${under}`).toBeGreaterThanOrEqual(4.5)
          expect(contrast(text, tint)).toBeGreaterThanOrEqual(4.5)
        }
      }
    })
  }
})

test('emoji are of a font of colours, before any that has some in black, and digits are not', () => {
  const css = styleOf('theme/base.css')
  const ranges = [
    ...(/"Zolal Emoji";[^}]*unicode-range:([^;]*)/
      .exec(css)?.[1]
      ?.matchAll(/U\+([\dA-F]+)(?:-([\dA-F]+))?/g) ?? []),
  ]
  const holds = (sign: string) => {
    const code = sign.codePointAt(0) ?? 0
    const at = (hex = '') => Number.parseInt(hex, 16)
    return ranges.some(([, from, to]) => at(from) <= code && code <= at(to ?? from))
  }
  const all = Array.from({ length: 0x20000 }, (_, code) => String.fromCodePoint(code))
  expect(all.filter((sign) => /^\p{Emoji_Presentation}$/u.test(sign) && !holds(sign))).toEqual([])
  expect([...'❤☺'].every(holds)).toBe(true)
  expect([...'0123456789#*©®™↔▶۱۲سa '].filter(holds)).toEqual([])
  for (const name of ['font', 'mono']) {
    const fonts =
      new RegExp(`--${name}:([^;]*)`)
        .exec(css)?.[1]
        ?.split(',')
        .map((one) => one.trim()) ?? []
    const own = fonts.indexOf('"Zolal Emoji"')
    expect(fonts.slice(0, own).filter((one) => one !== '"Vazirmatn"')).toEqual([])
    expect(own).toBeGreaterThanOrEqual(0)
  }
})

test('what is a picture to its corners has no tail, whatever moves in it', () => {
  const bubble = read('chat/Bubble.svelte')
  expect(/\{#if ([^}]*)\}\s*<svg class="tail"/.exec(bubble)?.[1]).toContain('!flush')
  expect(bubble).toContain('bottom={flush}')
  expect(styleOf('chat/Bubble.svelte')).toMatch(
    /\.last\.flush \{[^}]*end-start-radius: 16px;[^}]*end-end-radius: 16px/,
  )
})

describe('styles', () => {
  const styled = files.filter((path) => /\.(css|svelte)$/.test(path))
  const where = (pattern: RegExp, skip: RegExp = /$^/) =>
    styled.flatMap((path) =>
      styleOf(path)
        .split('\n')
        .filter((line) => pattern.test(line) && !skip.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )

  test('only logical properties: nothing names left or right', () => {
    const physical = new RegExp(
      [
        /(?:^|[\s;{])(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)\b/,
        /(?:^|[\s;{])(?:left|right)\s*:/,
        /text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)/,
        /border-(?:top|bottom)-(?:left|right)-radius/,
        /(?:^|[\s;{])(?:width|height|min-width|max-width|min-height|max-height)\s*:/,
      ]
        .map((each) => each.source)
        .join('|'),
    )
    expect(where(physical)).toEqual([])
  })

  test('a shorthand with four sides is the same on both sides', () => {
    const wrong = where(/(?:padding|margin|inset)\s*:/).filter((line) => {
      const value = /(?:padding|margin|inset)\s*:\s*([^;]+)/.exec(line)?.[1] ?? ''
      const sides = value
        .replace(/\([^()]*(?:\([^()]*\)[^()]*)*\)/g, 'x')
        .trim()
        .split(/\s+/)
      return sides.length === 4 && sides[1] !== sides[3]
    })
    expect(wrong).toEqual([])
  })

  test('colours come from tokens', () => {
    // Kept out: codes for machines (QR), white letters on avatars, the knob of a switch, toasts.
    const skip = /#fff\b|#000\b|#0f1f1e|#16302e|#f1f8f7|#5c1b23|#7fe0da/
    expect(where(/#[0-9a-f]{3,8}\b/i, skip).filter((line) => !line.startsWith('theme/tokens.css'))).toEqual(
      [],
    )
  })

  test('what points along the line is mirrored, and what plays or skips in a track is not', () => {
    const along = /^(?:(?:Arrow|Chevron)(?:Left|Right)|Reply|Forward|SendHorizontal|TextQuote|LogOut|Undo2)$/
    const wrong: string[] = []
    let seen = 0
    for (const path of files.filter((file) => file.endsWith('.svelte'))) {
      const text = read(path).replace(/import[^\n]*'lucide'|import \{[^}]*\} from 'lucide'/g, '')
      // The tags of icons and of what holds one, and the entries of menus, with what they say of mirroring.
      const uses = [
        ...text.matchAll(/<\w+\b(?:[^<>]|=>)*?\b(?:of|icon)=\{([^}]*)\}(?:[^<>]|=>)*?>/g),
        ...text.matchAll(/\{[^{}]*\bicon: ([^,}]+)[^{}]*\blabel:[^{}]*/g),
      ]
      for (const [use, icon = ''] of uses) {
        const mirrored = /\bmirror\b/.test(use)
        const names = icon.match(/\b[A-Z]\w+/g) ?? []
        const points = names.some((name) => along.test(name))
        const plays = names.some((name) => /^(?:Play|Pause|Skip\w+|Rotate\w+|Check)$/.test(name))
        if (points || plays) seen++
        if ((points && !mirrored) || (plays && !points && mirrored)) wrong.push(`${path}: ${use}`)
      }
    }
    expect(wrong).toEqual([])
    expect(seen).toBeGreaterThan(30)
  })

  test('no style attributes and no inline scripts: the policy forbids both', () => {
    const markup = files.filter((path) => path.endsWith('.svelte'))
    expect(markup.filter((path) => /\sstyle="/.test(read(path).replace(/<style[\s\S]*/, '')))).toEqual([])
    const page = readFileSync(resolve(ui, '../../index.html'), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*src=)[^>]*>|<style|\son\w+=|style=/)
  })
})

describe('words', () => {
  test('no text of the interface stands in a component: all comes from catalogues', () => {
    const wrong = files
      .filter((path) => path.endsWith('.svelte'))
      .flatMap((path) => {
        let markup = read(path)
          .replace(/<script[\s\S]*?<\/script>/g, '')
          .replace(/<style[\s\S]*?<\/style>/g, '')
          .replace(/<!--[\s\S]*?-->/g, '')
        // Expressions go first, from the innermost outwards.
        for (let before = ''; before !== markup; ) {
          before = markup
          markup = markup.replace(/\{[^{}]*\}/g, '')
        }
        const texts = [...markup.matchAll(/>([^<>{}]*\p{L}{2,}[^<>{}]*)</gu)].map((m) => m[1]?.trim() ?? '')
        const attributes = [
          ...markup.matchAll(/(?:label|title|placeholder|aria-label)="([^"{]*\p{L}[^"{]*)"/gu),
        ].map((m) => m[1] ?? '')
        return [...texts, ...attributes]
          .filter((text) => !/^[=)\s]|=>/.test(text))
          .map((text) => `${path}: ${text}`)
      })
    expect(wrong).toEqual([])
  })
})
