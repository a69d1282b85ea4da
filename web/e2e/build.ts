// SPDX-License-Identifier: AGPL-3.0-or-later
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

/** Builds the gallery once, before any browser starts. */
export default function build(): void {
  execFileSync('npm', ['run', 'gallery', '--silent'], {
    cwd: resolve(import.meta.dirname, '..'),
    stdio: 'pipe',
  })
}
