// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

export interface Files {
  readonly js: readonly string[]
  readonly css: readonly string[]
}

/** What is drawn first, by who draws it: beside the entry and the words of the language. */
export const PARTS = {
  /** Nobody was ever signed in here. */
  newcomer: ['src/ui/auth/Auth.svelte'],
  /** Until the list of chats. */
  known: ['src/sync/index.ts', 'src/ui/Shell.svelte'],
  /** The first open chat. */
  chat: ['src/ui/chat/ChatPane.svelte'],
} as const

/** What a build has of files, by what leads to them. */
export class Built {
  readonly #manifest: Readonly<Record<string, Chunk>>
  readonly #script: string | undefined

  constructor(out: string) {
    this.#manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8'))
    const page = readFileSync(join(out, 'index.html'), 'utf8')
    this.#script = /<script type="module"[^>]* src="\/([^"]+)"/.exec(page)?.[1]
  }

  /** The script that the page runs. */
  get entry(): string {
    const found = Object.keys(this.#manifest).find((key) => this.#manifest[key]?.file === this.#script)
    if (!found) throw new Error('the build has no entry')
    return found
  }

  /** Catalogues by language. */
  get words(): ReadonlyMap<string, string> {
    const keys = Object.keys(this.#manifest).flatMap((key) => {
      const language = /catalogue\/(\w+)\.ts$/.exec(key)?.[1]
      return language ? [[language, key] as const] : []
    })
    return new Map(keys)
  }

  /** What leads to the files of a script: itself, what it imports, their styles. */
  get scripts(): ReadonlyMap<string, string> {
    return new Map(Object.entries(this.#manifest).map(([key, { file }]) => [file, key]))
  }

  /** What the scripts and styles of a module need at once, without what these need in turn. */
  nextOf(key: string): readonly string[] {
    const { imports = [], css = [] } = this.#manifest[key] ?? {}
    return [...imports.map((next) => this.#manifest[next]?.file ?? ''), ...css]
  }

  /** All that is loaded with these modules before they run: scripts from theirs on, styles up to theirs. */
  filesOf(keys: readonly string[]): Files {
    const js = new Set<string>()
    const css = new Set<string>()
    const visit = (key: string) => {
      const chunk = this.#manifest[key]
      if (!chunk) throw new Error(`the build has no ${key}`)
      if (js.has(chunk.file)) return
      js.add(chunk.file)
      for (const next of chunk.imports ?? []) visit(next)
      for (const sheet of chunk.css ?? []) css.add(sheet)
    }
    for (const key of keys) visit(key)
    return { js: [...js], css: [...css] }
  }
}
