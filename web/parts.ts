// SPDX-License-Identifier: AGPL-3.0-or-later
import { resolve } from 'node:path'
import type { Plugin } from 'vite'

const PART = resolve(import.meta.dirname, 'src/ui/state/part.ts')

/**
 * Every import() of the built app goes through `part` in place of Vite's own helper, which is three times as
 * long, asks for the script after its styles, and takes styles that did not come for loaded ones.
 */
export function parts(): Plugin {
  return {
    name: 'zolal-parts',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (id !== '\0vite/preload-helper.js') return null
      return `export { part as __vitePreload } from ${JSON.stringify(PART)}`
    },
  }
}
