// SPDX-License-Identifier: AGPL-3.0-or-later
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Built, PARTS } from './first.ts'
import { MARK_LENGTH, type Marks } from './src/worker/mark.ts'

/** The SHA-256 of what a file holds. */
export function sumOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('base64')
}

/** What a file is known by. */
export const markOf = (file: string): string => sumOf(file).slice(0, MARK_LENGTH)

/** What the first draw needs in any language, with the fonts of its styles. */
function firstFiles(out: string, built: Built): Set<string> {
  const { js, css } = built.filesOf([built.entry, ...built.words.values(), ...Object.values(PARTS).flat()])
  const fonts = css.flatMap((sheet) => {
    const text = readFileSync(join(out, sheet), 'utf8')
    return [...text.matchAll(/url\(\/?([^)]+(?:arabic|latin)-wght[^)]+\.woff2)\)/g)].map(
      ([, font]) => font ?? '',
    )
  })
  return new Set([...js, ...css, ...fonts.filter((font) => font && !font.includes('latin-ext'))])
}

/** The script of a worker that a script starts: the page has no other way to say what it holds. */
function workersOf(out: string, file: string): string[] {
  if (!file.endsWith('.js')) return []
  const text = readFileSync(join(out, file), 'utf8')
  return [...text.matchAll(/[\w.-]+\.worker-[\w-]+\.js/g)].map(([name]) => `assets/${name}`)
}

/** All files of a build that have a hash in their name. */
export function marksOf(out: string): Marks {
  const built = new Built(out)
  const needed = firstFiles(out, built)
  const entry = built.filesOf([built.entry])
  const here = new Set([...entry.js, ...entry.css])
  const later = readdirSync(join(out, 'assets'))
    .map((name) => `assets/${name}`)
    .filter((file) => !needed.has(file) && /\.(js|css|svg|woff2)$/.test(file))
  const files = [...[...needed].sort(), ...later.sort()]
  const scripts = built.scripts
  const needsOf = (file: string) => {
    const key = scripts.get(file)
    // What the page names itself is there before anything else asks for it.
    const next = key ? built.nextOf(key).filter((each) => !here.has(each)) : []
    return [...next, ...workersOf(out, file)].map((each) => {
      const at = files.indexOf(each)
      if (at < 0) throw new Error(`${file} needs ${each}, which is not there`)
      return at
    })
  }
  return {
    first: needed.size,
    names: files.map((file) => file.replace('assets/', '')).join(' '),
    marks: files.map((file) => markOf(join(out, file))).join(''),
    needs: files.map((file) => needsOf(file).join(' ')).join(','),
  }
}

/** What the marks of these files leave out of their sums. */
export function sumsOf(out: string, { names }: Marks): string {
  const restOf = (name: string) => sumOf(join(out, 'assets', name)).slice(MARK_LENGTH)
  return names.split(' ').map(restOf).join('')
}

/** Where the table of a build is, and that of the rest of its sums; without the leading slash. */
export function tableOf(out: string, which: 'marks' | 'sums' = 'marks'): string {
  const shape = new RegExp(`^${which}-[\\w-]{6}\\.json$`)
  const name = readdirSync(join(out, 'assets')).find((file) => shape.test(file))
  if (!name) throw new Error(`the build has no table of its ${which}`)
  return `assets/${name}`
}
