// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'
import { Built, PARTS } from './first'
import { MARK_BYTES } from './src/worker/mark'
import type { ShellFiles } from './src/worker/shell'

/** What has no hash in its name, and belongs to the first draw. */
const plain = ['index.html', 'boot.js', 'icon.svg', 'manifest.fa.webmanifest', 'manifest.en.webmanifest']

/** The pictures of notifications. */
const pictures = ['badge.png', 'icon-192.png']

/** What the first draw needs in any language, with the fonts of its styles. */
function firstFiles(out: string): Set<string> {
  const built = new Built(out)
  const { js, css } = built.filesOf([built.entry, ...built.words.values(), ...Object.values(PARTS).flat()])
  const fonts = css.flatMap((sheet) => {
    const text = readFileSync(join(out, sheet), 'utf8')
    return [...text.matchAll(/url\(\/?([^)]+(?:arabic|latin)-wght[^)]+\.woff2)\)/g)].map(
      ([, font]) => font ?? '',
    )
  })
  return new Set([...js, ...css, ...fonts.filter((font) => font && !font.includes('latin-ext'))])
}

/** The files of a build, as the worker keeps them. */
export function shellFiles(out: string): ShellFiles {
  const needed = firstFiles(out)
  const marked = (paths: readonly string[]) =>
    Object.fromEntries(paths.map((path) => [`/${path}`, markOf(join(out, path))]))
  const assets = readdirSync(join(out, 'assets')).map((name) => `assets/${name}`)
  const later = assets.filter((path) => !needed.has(path) && /\.(js|css|svg|woff2)$/.test(path))
  return { first: marked([...plain, ...[...needed].sort()]), rest: marked([...pictures, ...later.sort()]) }
}

/** What the worker knows a file by. */
function markOf(file: string): string {
  const digest = createHash('sha256').update(readFileSync(file)).digest()
  return digest.subarray(0, MARK_BYTES).toString('base64')
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
