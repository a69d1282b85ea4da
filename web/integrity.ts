// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { Built, PARTS } from './first.ts'
import { marksOf, sumOf, sumsOf, tableOf } from './marks.ts'

/** What a file is by its content, as a page says it of what it asks for. */
export function integrityOf(file: string): string {
  return `sha256-${sumOf(file)}`
}

/** A file's address, and what it holds. */
export type Ahead = readonly [href: string, integrity: string]

/**
 * What the page says of files: by what leads to them, that first. boot.js asks for some beside the entry, by
 * language, and by who draws; `part` needs the rest soon after, and the table for everything else.
 */
export function aheadOf(out: string): Readonly<Record<string, readonly Ahead[]>> {
  const built = new Built(out)
  const entry = built.filesOf([built.entry])
  const here = new Set([...entry.js, ...entry.css])
  const named = (files: readonly string[]) =>
    files.map((file) => [`/${file}`, integrityOf(join(out, file))] as const)
  const files = (key: string): readonly Ahead[] => {
    const { js, css } = built.filesOf([key])
    return named([...js, ...css].filter((file) => !here.has(file)))
  }
  const words = [...built.words].map(([language, key]) => [language, files(key)])
  return {
    ...Object.fromEntries(words),
    newcomer: files(PARTS.newcomer[0]),
    app: files(PARTS.known[0]),
    shell: files(PARTS.known[1]),
    chat: files(PARTS.chat[0]),
    // Who is new here needs this at once, and nothing else of the table.
    door: files('src/sync/entrance.ts'),
    marks: named([tableOf(out), tableOf(out, 'sums')]),
  }
}

/** Puts the tables of files beside them, under names that change with them. */
function tabled(out: string): void {
  const marks = marksOf(out)
  for (const [name, table] of Object.entries({ marks, sums: sumsOf(out, marks) })) {
    const text = JSON.stringify(table)
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 6)
    writeFileSync(join(out, `assets/${name}-${hash}.json`), text)
  }
}

/**
 * The page names what is drawn first by its contents, so that nothing else in its place is run: scripts and
 * styles in its own text, the rest for boot.js to ask for. It names the table too, which knows all others.
 */
export function integrity(): Plugin {
  let out = 'dist'
  return {
    name: 'zolal-integrity',
    apply: 'build',
    configResolved(config) {
      out = config.build.outDir
    },
    writeBundle() {
      tabled(out)
      const page = join(out, 'index.html')
      const tag = /<(?:script[^>]* src|link rel="(?:modulepreload|stylesheet)"[^>]* href)="\/([^"]+)"/g
      const ahead = JSON.stringify(aheadOf(out)).replaceAll('"', '&quot;')
      const html = readFileSync(page, 'utf8')
        .replace(tag, (all, file: string) => `${all} integrity="${integrityOf(join(out, file))}"`)
        .replace('<script src="/boot.js"', `<script data-ahead="${ahead}" src="/boot.js"`)
      writeFileSync(page, html)
    },
  }
}
