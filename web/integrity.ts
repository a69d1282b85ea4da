// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { Built, PARTS } from './first'

/** What a file is by its content, as a page says it of what it asks for. */
export function integrityOf(file: string): string {
  return `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`
}

/** A file's address, and of a script what it holds. */
export type Ahead = readonly [href: string, integrity?: string]

/** What boot.js asks for beside the entry: by language, and by who draws. */
export function aheadOf(out: string): Readonly<Record<string, readonly Ahead[]>> {
  const built = new Built(out)
  const entry = built.filesOf([built.entry])
  const files = (keys: readonly string[]): Ahead[] => {
    const { js, css } = built.filesOf(keys)
    const scripts = js.filter((file) => !entry.js.includes(file))
    return [
      ...scripts.map((file) => [`/${file}`, integrityOf(join(out, file))] as const),
      ...css.filter((file) => !entry.css.includes(file)).map((file) => [`/${file}`] as const),
    ]
  }
  const words = [...built.words].map(([language, key]) => [language, files([key])])
  return { ...Object.fromEntries(words), newcomer: files(PARTS.newcomer), known: files(PARTS.known) }
}

/**
 * The page names what is drawn first by its contents, so that nothing else in its place is run: scripts and
 * styles in its own text, the rest for boot.js to ask for.
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
