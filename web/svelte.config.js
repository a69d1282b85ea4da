// SPDX-License-Identifier: AGPL-3.0-or-later
import { resolve } from 'node:path'
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

const FETCHED = resolve(import.meta.dirname, 'src/ui/state/fetched')

/**
 * `{#await import(…)}` is `{#await fetched(() => import(…))}`: a part of a screen whose file does not come is
 * fetched again until it is there, instead of being a hole for as long as the screen is open. Where more than
 * an import() is awaited, the template says `fetched` itself.
 */
const fetchedParts = {
  name: 'fetched-parts',
  markup({ content, filename }) {
    const code = content.replace(/\{#await (import\('[^']+'\))/g, '{#await _fetched(() => $1)')
    const bare = /\{#await [^}]*(?<!fetched\(\(\) => )\bimport\(/.exec(code)
    if (bare) throw new Error(`${filename}: fetched() belongs around what is awaited: ${bare[0]}`)
    if (code === content) return undefined
    const from = JSON.stringify(FETCHED)
    return { code: code.replace(/<script lang="ts">/, `$& import { fetched as _fetched } from ${from};`) }
  },
}

export default { preprocess: [fetchedParts, vitePreprocess()] }
