// SPDX-License-Identifier: AGPL-3.0-or-later
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'
import { markOf, tableOf } from './marks.ts'
import type { ShellFiles } from './src/worker/files.ts'

/** What has no hash in its name, and belongs to the first draw. */
const plain = ['index.html', 'boot.js', 'icon.svg', 'manifest.fa.webmanifest', 'manifest.en.webmanifest']

/** The pictures of notifications. */
const pictures = ['badge.png', 'icon-192.png']

/** The files of a build, as the worker keeps them. */
export function shellFiles(out: string): ShellFiles {
  const marked = (paths: readonly string[]) =>
    Object.fromEntries(paths.map((path) => [`/${path}`, markOf(join(out, path))]))
  return {
    first: marked(plain),
    rest: marked([...pictures, tableOf(out, 'sums')]),
    table: marked([tableOf(out)]),
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
