// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Built, type Files, PARTS } from '../first'
import { type aheadOf, integrityOf } from '../integrity'

const root = resolve(import.meta.dirname, '..')
let out = ''

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'zolal-web-'))
  // Libraries leave their checks for developers in unless the build is for production.
  process.env['NODE_ENV'] = 'production'
  await build({ root, logLevel: 'error', configFile: join(root, 'vite.config.ts'), build: { outDir: out } })
}, 120_000)

afterAll(() => rm(out, { recursive: true, force: true }))

type Part = keyof typeof PARTS

/** What is loaded before these parts are drawn. */
function firstLoad(language: string, parts: readonly Part[] = ['known', 'chat']): Files {
  const built = new Built(out)
  const words = built.words.get(language) ?? ''
  return built.filesOf([built.entry, words, ...parts.flatMap((part) => PARTS[part])])
}

const gzipped = (files: readonly string[]) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file)), { level: 9 }).length, 0)

test.each(['fa', 'en'])('first load in %s is at most 150 KB of JavaScript, gzipped', (language) => {
  const { js, css } = firstLoad(language)
  expect(js.length).toBeGreaterThan(1)
  expect(gzipped(js)).toBeLessThanOrEqual(150 * 1024)
  expect(gzipped(css)).toBeLessThanOrEqual(20 * 1024)
})

test.each(['fa', 'en'])('who is new here gets at most 48 KB of it in %s before the form', (language) => {
  const { js, css } = firstLoad(language, ['newcomer'])
  expect(gzipped(js)).toBeLessThanOrEqual(48 * 1024)
  expect(gzipped(css)).toBeLessThanOrEqual(12 * 1024)
})

test('no font the page asks for at first is larger than 50 KB', () => {
  const css = firstLoad('fa')
    .css.map((file) => readFileSync(join(out, file), 'utf8'))
    .join('')
  const fonts = [...css.matchAll(/url\(\/?([^)]+\.woff2)\)/g)].map((m) => m[1] ?? '')
  expect(fonts.length).toBeGreaterThanOrEqual(2)
  for (const font of fonts) expect(statSync(join(out, font)).size).toBeLessThanOrEqual(50 * 1024)
})

test('what a pointer does that hovers is said to no screen that is touched', () => {
  const styles = readdirSync(join(out, 'assets')).filter((name) => name.endsWith('.css'))
  const all = styles.map((name) => readFileSync(join(out, 'assets', name), 'utf8')).join('\n')
  expect(all).toContain(':hover')
  // A fence and its rules; none has another block in it.
  const left = all.replace(/@media \(hover:\s*hover\)\s*\{(?:[^{}]*\{[^{}]*\})*\}/g, '')
  expect(left.match(/[^{}]*:hover[^{}]*/g) ?? []).toEqual([])
})

test('the built page holds no inline script or style, and nothing of the gallery', () => {
  const page = readFileSync(join(out, 'index.html'), 'utf8')
  expect(page).not.toMatch(/<script(?![^>]*src=)[^>]*>|<style|\son\w+=|style=|data:/)
  for (const file of firstLoad('fa').js) {
    const text = readFileSync(join(out, file), 'utf8')
    expect(text).not.toMatch(/MemoryModel|نیلوفر/)
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org|svelte\.dev)[a-z0-9-]+\.[a-z]/)
  }
})

test('the built page takes no script and no style but those with its contents', () => {
  const page = readFileSync(join(out, 'index.html'), 'utf8')
  const asked = page.match(/<script[^>]*>|<link rel="(?:modulepreload|stylesheet)"[^>]*>/g) ?? []
  expect(asked.length).toBeGreaterThanOrEqual(3)
  for (const tag of asked) {
    const file = /(?:src|href)="\/([^"]+)"/.exec(tag)?.[1] ?? ''
    expect(tag).toContain(`integrity="${integrityOf(join(out, file))}"`)
  }
  // Of what is asked for beside them it says the same.
  const named = /data-ahead="([^"]+)"/.exec(page)?.[1] ?? ''
  const ahead = JSON.parse(named.replaceAll('&quot;', '"')) as ReturnType<typeof aheadOf>
  expect(Object.keys(ahead)).toEqual(expect.arrayContaining(['fa', 'en', 'newcomer', 'known']))
  for (const [href, holds] of Object.values(ahead).flat()) {
    if (href.endsWith('.js')) expect(holds).toBe(integrityOf(join(out, href)))
    else expect(href).toMatch(/\.css$/)
  }
})
