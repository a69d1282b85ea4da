// SPDX-License-Identifier: AGPL-3.0-or-later
import { resolve } from 'node:path'
import type { Plugin } from 'vite'

const PART = resolve(import.meta.dirname, 'src/part.ts')

/** An import(), and where Vite would put the styles that come with it: one for each, behind it. */
const CALL = /import\(([`"'])(?:\.\/)?([^`"']*)\1\)|\bimport\(|__VITE_PRELOAD__/g

/** Every call of `part` gets the name of the file that it imports: what comes with that the table knows. */
export function named(code: string): string {
  const open: string[] = []
  const text = code.replace(CALL, (all, _, name?: string) => {
    if (all !== '__VITE_PRELOAD__') {
      open.push(name ?? '')
      return all
    }
    const file = open.pop()
    if (!file?.endsWith('.js')) throw new Error(`part is not told what it imports: ${file}`)
    return `\`${file}\``
  })
  if (open.length > 0) throw new Error(`an import() goes round part: ${open.join()}`)
  return text
}

/**
 * Every import() of the built app goes through `part` in place of Vite's own helper, which is three times as
 * long, asks for the script after its styles, takes styles that did not come for loaded ones, and whatever
 * comes for what was built.
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
    generateBundle: {
      // Before Vite writes lists of styles in these places.
      order: 'pre',
      handler(_, bundle) {
        for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = named(chunk.code)
      },
    },
  }
}
