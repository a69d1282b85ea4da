// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Writes .br and .gz beside what compresses well, so that the server never spends time on it. */
export function compress(): Plugin {
  let out = 'dist'
  return {
    name: 'zolal-compress',
    apply: 'build',
    configResolved(config) {
      out = config.build.outDir
    },
    closeBundle() {
      const files = readdirSync(out, { recursive: true, encoding: 'utf8' })
      for (const file of files.filter((name) => /\.(js|css|html|svg|json)$/.test(name))) {
        const body = readFileSync(join(out, file))
        if (body.length < 1024) continue
        writeFileSync(
          join(out, `${file}.br`),
          brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        )
        writeFileSync(join(out, `${file}.gz`), gzipSync(body, { level: 9 }))
      }
    },
  }
}
