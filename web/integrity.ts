// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** What a file is by its content, as a page says it of what it asks for. */
export function integrityOf(file: string): string {
  return `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`
}

/** The page names its scripts and styles by their contents: others in their place are not run. */
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
      const html = readFileSync(page, 'utf8')
      writeFileSync(
        page,
        html.replace(tag, (all, file: string) => `${all} integrity="${integrityOf(join(out, file))}"`),
      )
    },
  }
}
