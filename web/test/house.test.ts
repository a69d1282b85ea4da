// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { faults, glossary } from './house'

const web = resolve(import.meta.dirname, '..')
const words = glossary(readFileSync(join(web, '../docs/glossary.md'), 'utf8'))
const repeat = (line: string, times: number) => `${line}\n`.repeat(times)

/** Every file of the web app that people write. */
function written(): string[] {
  const dirs = ['src', 'gallery', 'test', 'e2e', 'bench'].flatMap((dir) =>
    readdirSync(join(web, dir), { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name)),
  )
  return [...readdirSync(web), ...dirs].filter((p) => /\.(ts|svelte)$/.test(p) && !/[\\/]gen[\\/]/.test(p))
}

// It reads the whole app, which takes a busy machine more than the usual five seconds.
test('the web app keeps the caps and the words of the house', () => {
  const paths = written()
  expect(paths.length).toBeGreaterThan(150)
  expect(paths.flatMap((path) => faults(path, readFileSync(join(web, path), 'utf8'), words))).toEqual([])
}, 60_000)

const planted: [path: string, text: string, found: string[]][] = [
  ['a.ts', `function long() {\n${repeat('f()', 79)}}\n`, ['a.ts:1: function long is 81, the cap is 80']],
  ['i18n/catalogue/en.ts', `const o = { long: () => {\n${repeat('f()', 79)}} }\n`, []],
  [
    'a.ts',
    `const o = { long: () => {\n${repeat('f()', 79)}} }\n`,
    ['a.ts:1: function long is 81, the cap is 80'],
  ],
  [
    'a.ts',
    `class A {\n  constructor() {\n${repeat('f()', 79)}}\n}\n`,
    ['a.ts:2: function constructor is 81'],
  ],
  ['a.ts', `describe('all', () => {\n${repeat('f()', 200)}})\n`, []],
  ['a.ts', 'const f = (a, b, c, d, e, g) => a\n', ['a.ts:1: params f is 6, the cap is 5']],
  ['a.ts', 'on((a, b, c, d, e, g) => a)\n', ['a.ts:1: params without a name is 6']],
  ['a.ts', 'type F = (a, b, c, d, e, g) => void\n', ['a.ts:1: params without a name is 6']],
  ['a.ts', `interface I {\n${repeat('m(): void', 9)}}\n`, ['a.ts:1: interface I is 9, the cap is 8']],
  ['a.ts', `interface I extends A, B {\n${repeat('m(): void', 7)}}\n`, ['a.ts:1: interface I is 9']],
  ['a.ts', `interface I {\n${repeat('readonly n: number', 20)}}\n`, []],
  [
    'A.svelte',
    `<script module>\nconst a = 1\n</script>\n<p>{a}</p>\n<script lang="ts">\nfunction long() {\n${repeat('f()', 79)}}\n</script>\n`,
    ['A.svelte:6: function long is 81'],
  ],
  ['a.ts', 'let seqNo = 1\n', ['a.ts:1: seqNo: say seq, not seqno']],
  ['a.ts', 'const { key: principals } = f()\n', ['a.ts:1: principals: say actor, not principal']],
  [
    'a.ts',
    'interface I {\n  readonly chatPermission: number\n}\n',
    ['a.ts:2: chatPermission: say right, grant'],
  ],
  ['a.ts', "new MutationObserver(f).observe(node, { bookmark: 'timeline' })\n", []],
  ['ui/ParticipantRow.svelte', '<p></p>\n', ['ui/ParticipantRow.svelte: ParticipantRow: say member']],
]

test.each(planted)('a planted fault is found: %s %s', (path, text, found) => {
  const got = faults(path, text, words)
  expect(got.map((line, i) => line.slice(0, found[i]?.length))).toEqual(found)
})
