// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'
import type { ShellFile, ShellFiles } from './src/worker/shell'

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
  readonly isEntry?: boolean
}

/** What has no hash in its name, and belongs to the first draw. */
const plain = ['index.html', 'boot.js', 'icon.svg', 'manifest.fa.webmanifest', 'manifest.en.webmanifest']

/** What the first draw needs in any language, with the fonts of its styles. */
function firstFiles(out: string): Set<string> {
  const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
  const files = new Set<string>()
  const visit = (key: string) => {
    const chunk = manifest[key]
    if (!chunk || files.has(chunk.file)) return
    files.add(chunk.file)
    for (const sheet of chunk.css ?? []) {
      files.add(sheet)
      const text = readFileSync(join(out, sheet), 'utf8')
      for (const [, font] of text.matchAll(/url\(\/?([^)]+(?:arabic|latin)-wght[^)]+\.woff2)\)/g))
        if (font && !font.includes('latin-ext')) files.add(font)
    }
    for (const next of chunk.imports ?? []) visit(next)
  }
  for (const [key, chunk] of Object.entries(manifest))
    if (chunk.isEntry || /catalogue\/\w+\.ts$/.test(key)) visit(key)
  return files
}

/** The files of a build, as the worker keeps them. */
export function shellFiles(out: string): ShellFiles {
  const needed = firstFiles(out)
  const hashed = (path: string): ShellFile => ({
    path: `/${path}`,
    hash: createHash('sha256')
      .update(readFileSync(join(out, path)))
      .digest('hex')
      .slice(0, 12),
  })
  const assets = readdirSync(join(out, 'assets')).map((name) => `assets/${name}`)
  return {
    first: [...plain.map(hashed), ...[...needed].sort().map((path) => ({ path: `/${path}` }))],
    rest: assets
      .filter((path) => !needed.has(path) && /\.(js|css|svg|woff2)$/.test(path))
      .sort()
      .map((path) => ({ path: `/${path}` })),
  }
}

/** Builds the service worker once the app is built: it holds the list of the app's files. */
export function serviceWorker(): Plugin {
  let out = 'dist'
  return {
    name: 'zolal-worker',
    apply: 'build',
    configResolved(config) {
      out = resolve(config.root, config.build.outDir)
    },
    async closeBundle() {
      await build({
        root: import.meta.dirname,
        configFile: false,
        publicDir: false,
        logLevel: 'error',
        define: { SHELL_FILES: JSON.stringify(shellFiles(out)) },
        build: {
          target: 'es2022',
          outDir: out,
          emptyOutDir: false,
          rolldownOptions: {
            input: join(import.meta.dirname, 'src/worker/main.ts'),
            output: { format: 'iife', entryFileNames: 'worker.js' },
          },
        },
      })
    },
  }
}
