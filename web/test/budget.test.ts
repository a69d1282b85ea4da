// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Built, type Files, PARTS } from '../first'
import { type Ahead, integrityOf } from '../integrity'
import { marksOf, tableOf } from '../marks'
import { named } from '../parts'
import { again } from '../src/worker/again'
import { MARK_LENGTH, type Marks, SUM_LENGTH } from '../src/worker/mark'

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
  const ahead = aheadIn(page)
  const groups = ['fa', 'en', 'newcomer', 'app', 'shell', 'chat', 'door', 'marks']
  expect(Object.keys(ahead)).toEqual(expect.arrayContaining(groups))
  for (const [href, holds] of Object.values(ahead).flat()) expect(holds).toBe(integrityOf(join(out, href)))
  // What is drawn first waits for nothing else: not for the table either.
  const built = new Built(out)
  for (const parts of [['newcomer'], ['known', 'chat']] as const) {
    const { js, css } = firstLoad('fa', parts)
    const asked = Object.values(ahead).flatMap((files) => files.map(([href]) => href.slice(1)))
    const entry = built.filesOf([built.entry])
    for (const file of [...js, ...css]) expect([...asked, ...entry.js, ...entry.css]).toContain(file)
  }
})

function aheadIn(page: string): Readonly<Record<string, readonly Ahead[]>> {
  return JSON.parse((/data-ahead="([^"]+)"/.exec(page)?.[1] ?? '').replaceAll('&quot;', '"'))
}

const assets = (kind: RegExp) => readdirSync(join(out, 'assets')).filter((name) => kind.test(name))

/** The table as it is served, and what it says of each file. */
function served() {
  const table: Marks = JSON.parse(readFileSync(join(out, tableOf(out)), 'utf8'))
  const names = table.names.split(' ')
  const needs = table.needs
    .split(',')
    .map((places) => places.split(' ').flatMap((at) => names[Number(at || Number.NaN)] ?? []))
  const sums: string = JSON.parse(readFileSync(join(out, tableOf(out, 'sums')), 'utf8'))
  const rest = SUM_LENGTH - MARK_LENGTH
  const about = names.map((name, at) => {
    const mark = table.marks.slice(at * MARK_LENGTH, (at + 1) * MARK_LENGTH)
    const sum = mark + sums.slice(at * rest, (at + 1) * rest)
    return [name, { mark, sum, needs: needs[at] ?? [] }] as const
  })
  return { table, names, about: new Map(about) }
}

test('two tables know every script and style by its contents, and page and worker know them', () => {
  const { table, about } = served()
  expect(table).toEqual(marksOf(out))
  expect([...about.keys()].sort()).toEqual(assets(/\.(js|css|svg|woff2)$/).sort())
  for (const [name, { mark, sum }] of about) {
    expect(mark).toHaveLength(MARK_LENGTH)
    expect(`sha256-${sum}`, name).toBe(integrityOf(join(out, 'assets', name)))
  }
  const page = readFileSync(join(out, 'index.html'), 'utf8')
  const tables = [tableOf(out), tableOf(out, 'sums')]
  expect(aheadIn(page)['marks']).toEqual(tables.map((file) => [`/${file}`, integrityOf(join(out, file))]))
  const worker = readFileSync(join(out, 'worker.js'), 'utf8')
  for (const file of tables) expect(worker).toContain(file)
})

test('of every part the table knows what must be there before it runs', () => {
  const { about } = served()
  const page = readFileSync(join(out, 'index.html'), 'utf8')
  const whole = (name: string, found = new Set<string>()): Set<string> => {
    if (found.has(name)) return found
    found.add(name)
    for (const next of about.get(name)?.needs ?? []) whole(next, found)
    return found
  }
  const styles = new Set<string>()
  for (const name of assets(/\.js$/)) {
    const text = readFileSync(join(out, 'assets', name), 'utf8')
    const imported = [...text.matchAll(/(?:from|import)[`"']\.\/([^`"']+)[`"']/g)].map(
      ([, file]) => file ?? '',
    )
    const workers = text.match(/[\w.-]+\.worker-[\w-]+\.js/g) ?? []
    for (const file of [...imported, ...workers])
      expect(page.includes(`"/assets/${file}"`) || whole(name).has(file), `${name}: ${file}`).toBe(true)
    for (const file of whole(name)) if (file.endsWith('.css')) styles.add(file)
  }
  const tagged = assets(/\.css$/).filter((file) => page.includes(`href="/assets/${file}"`))
  expect([...styles, ...tagged].sort()).toEqual(assets(/\.css$/).sort())
})

test('no import() of the build goes round what looks at files, each is told what it imports', () => {
  const names = new Set(assets(/\.js$/))
  let parts = 0
  for (const name of names) {
    const text = readFileSync(join(out, 'assets', name), 'utf8')
    const imports = text.match(/\bimport\(.{0,90}/g) ?? []
    for (const one of imports) {
      const file = /^import\([`"']\.\/([\w.-]+\.js)[`"']\)/.exec(one)?.[1] ?? ''
      expect(names.has(file), `${name}: ${one}`).toBe(true)
      expect(text).toContain(`,\`${file}\`)`)
      parts++
    }
    expect(text).not.toMatch(/__vite__mapDeps|__VITE_PRELOAD__/)
  }
  expect(parts).toBeGreaterThan(150)
  // One within another, and one that nobody would look at.
  const [inner, outer] = ['import(`./b.js`),__VITE_PRELOAD__', '__VITE_PRELOAD__']
  expect(named(`p(()=>import("./a.js").then(()=>p(()=>${inner})),${outer})`)).toBe(
    'p(()=>import("./a.js").then(()=>p(()=>import(`./b.js`),`b.js`)),`a.js`)',
  )
  expect(() => named('import(`./a.js`)')).toThrow('goes round')
  expect(() => named('p(()=>import(where),__VITE_PRELOAD__)')).toThrow('is not told')
})

test('a first visit fetches none of what is drawn later, an update what was there of it before', () => {
  const { table, names } = served()
  const [first, rest] = [names.slice(0, table.first), names.slice(table.first)]
  expect(again(first, first, rest)).toEqual([])
  const settings = names.find((name) => /^Settings-.*\.js$/.test(name)) ?? ''
  expect(again([...first, 'Settings-12345678.js'], first, rest)).toEqual([settings])
})
