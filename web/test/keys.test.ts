// SPDX-License-Identifier: AGPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { message } from '../gallery/memory/fixture'
import type { MessageView } from '../src/model'
import { asTheyStand } from '../src/ui/chat/chosen'
import { deeds, steps } from '../src/ui/chat/steps'
import { keys, shiftKeys } from '../src/ui/composer/insert'
import { sheet } from '../src/ui/settings/keys'
import { latin } from '../src/ui/state/latin'

const ui = resolve(import.meta.dirname, '../src/ui')
const sources = readdirSync(ui, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ts|svelte)$/.test(path))
  .map((path) => [path, readFileSync(join(ui, path), 'utf8')] as const)

describe('keys', () => {
  test.each([
    ['f', 'KeyF', 'f'],
    ['F', 'KeyF', 'f'],
    ['ب', 'KeyF', 'f'],
    ['ن', 'KeyK', 'k'],
    ['ظ', 'Slash', '/'],
    ['<', 'Period', '.'],
    ['а', 'KeyF', 'f'],
    // Latin layouts that lay their letters otherwise, and signs that stand elsewhere.
    ['a', 'KeyQ', 'a'],
    ['/', 'Digit7', '/'],
    ['>', 'Period', '.'],
    ["'", 'KeyQ', "'"],
    ['ArrowUp', 'ArrowUp', 'arrowup'],
    // German, French, Swiss, and what is held with Shift.
    ['-', 'Slash', '-'],
    ['!', 'Slash', '!'],
    [':', 'Period', '.'],
    ['?', 'Slash', '/'],
    ['?', 'Minus', '?'],
    ['<', 'IntlBackslash', '<'],
    ['Dead', 'Slash', 'dead'],
  ])('%s at %s is %s', (key, code, means) => {
    expect(latin({ key, code })).toBe(means)
  })

  test('no letter is compared but through the one helper', () => {
    const own = sources.filter(
      ([path, text]) =>
        !path.endsWith('latin.ts') && /\bkey\.toLowerCase\(\)|\bkey [!=]== '[a-zA-Z/.]'/.test(text),
    )
    expect(own.map(([path]) => path)).toEqual([])
  })

  const listed = (place: string) => sheet.find((one) => one.place === place)?.rows.flatMap((row) => row.keys)
  const shown: Record<string, string> = {
    ArrowUp: '↑',
    ArrowDown: '↓',
    ContextMenu: 'Menu',
    ' ': 'Space',
    Escape: 'Esc',
  }

  test('the sheet lists the keys of messages, all of them and no others', () => {
    const held = [...Object.keys(steps), ...Object.keys(deeds)].map((key) => shown[key] ?? key)
    expect(listed('messages')?.toSorted()).toEqual(held.toSorted())
  })

  test('the sheet lists every key that formats', () => {
    const held = [
      ...Object.keys(keys).map((key) => `Mod ${key.toUpperCase()}`),
      ...Object.keys(shiftKeys).map((key) => `Mod Shift ${key.toUpperCase()}`),
    ]
    expect(listed('composer')).toEqual(expect.arrayContaining(held))
  })

  test('the sheet lists every key that is held with Ctrl elsewhere', () => {
    const held = sources.flatMap(([, text]) =>
      [...text.matchAll(/latin\(event\) [!=]== '(.)'/g)].map(([, key]) => `Mod ${key?.toUpperCase()}`),
    )
    expect(held.length).toBeGreaterThanOrEqual(3)
    expect([...(listed('app') ?? []), ...(listed('chat') ?? [])]).toEqual(expect.arrayContaining(held))
  })

  test('no key stands twice for one place', () => {
    for (const { place } of sheet) expect(new Set(listed(place)).size, place).toBe(listed(place)?.length)
  })
})

describe('what is selected', () => {
  const said = (seq: number, text = '') =>
    message({ seq, at: seq, key: `k${seq}`, content: { kind: 'text', body: { text, entities: [] } } })
  const view = (messages: readonly MessageView[], hasOlder = false, hasNewer = false) => ({
    state: 'ready' as const,
    messages,
    hasOlder,
    hasNewer,
  })
  const selected = new Map([3, 5, 90].map((seq) => [seq, said(seq)]))

  test('stays as it was where nothing changed', () => {
    const messages = [...selected.values()]
    expect(asTheyStand(selected, view(messages))).toBe(selected)
    expect(asTheyStand(selected, view([said(40), said(41)], true, true))).toBe(selected)
  })

  test('says what an edited message says now', () => {
    const next = asTheyStand(selected, view([said(3, 'now'), ...[...selected.values()].slice(1)]))
    expect(next.get(3)?.content).toMatchObject({ body: { text: 'now' } })
    expect(next.get(5)).toBe(selected.get(5))
  })

  test('loses what was deleted in view, and nothing that the window has left', () => {
    const next = asTheyStand(selected, view([said(2), said(3), said(6)], true, true))
    expect([...next.keys()]).toEqual([3, 90])
  })
})
