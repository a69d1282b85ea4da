// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

interface Source {
  readonly path: string
  readonly layer: string
  readonly text: string
}

function sources(): Source[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|svelte)$/.test(path) && !/(^|\/)gen\//.test(path))
    .map((path) => ({
      path,
      layer: path.includes('/') ? (path.split('/')[0] ?? '') : 'main',
      text: withoutComments(readFileSync(join(src, path), 'utf8')),
    }))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

/** Which layers each layer may import. The composition root (main) sees all. */
const sees: Record<string, readonly string[]> = {
  model: ['model'],
  wire: ['wire', 'model'],
  db: ['db', 'model'],
  crypto: ['crypto', 'model'],
  sync: ['sync', 'wire', 'db', 'crypto', 'model'],
  ui: ['ui', 'model'],
  // The service worker stands beside the pages and shares with them what is stored.
  worker: ['worker', 'db', 'model'],
}

/** Words that only one layer may use: what reaches the network, the database, the document. */
const fences: readonly { layer: string; also?: string; what: RegExp }[] = [
  {
    layer: 'wire',
    also: 'worker',
    what: /\bfetch\(|new (WebSocket|EventSource|XMLHttpRequest)\b|sendBeacon|@bufbuild\/protobuf/,
  },
  { layer: 'db', what: /\bindexedDB\b|from 'idb'|\bIDB[A-Z]\w+/ },
  { layer: 'ui', what: /\bdocument\.|\bHTMLElement\b|from 'svelte|\bquerySelector/ },
]

function importsOf(file: Source): string[] {
  const layers: string[] = []
  for (const match of file.text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)) {
    const target = relative(src, resolve(src, dirname(file.path), match[1] ?? ''))
    layers.push(target.includes('/') ? (target.split('/')[0] ?? '') : target)
  }
  return layers
}

describe('layers', () => {
  const files = sources()

  test('every source file belongs to a known layer', () => {
    const strangers = files.filter((f) => f.layer !== 'main' && !(f.layer in sees)).map((f) => f.path)
    expect(strangers).toEqual([])
  })

  test('a layer imports only the layers below it', () => {
    const wrong = files
      .filter((f) => f.layer !== 'main')
      .flatMap((f) =>
        importsOf(f)
          .filter((to) => !sees[f.layer]?.includes(to))
          .map((to) => `${f.path} -> ${to}`),
      )
    expect(wrong).toEqual([])
  })

  test('network, database and document are each used in one layer only', () => {
    const wrong = files
      .filter((f) => f.layer !== 'main')
      .flatMap((f) =>
        fences
          .filter(({ layer, also, what }) => layer !== f.layer && also !== f.layer && what.test(f.text))
          .map(({ layer }) => `${f.path}: ${layer}`),
      )
    expect(wrong).toEqual([])
  })

  test('notifications are looked at and put up in one place, where either waits for the other', () => {
    const namers = files.filter((f) => /\b(getNotifications|showNotification)\b/.test(f.text))
    expect(namers.map((f) => f.path)).toEqual(['model/standing.ts'])
  })

  test('no markup is made from strings and nothing is evaluated', () => {
    const wrong = files.filter((f) =>
      /innerHTML|outerHTML|insertAdjacentHTML|\{@html|\beval\(|new Function\b/.test(f.text),
    )
    expect(wrong.map((f) => f.path)).toEqual([])
  })
})
