// SPDX-License-Identifier: AGPL-3.0-or-later
import { keys, shiftKeys, type Wrap } from '../composer/insert'
import type { SettingsWords } from './words'

type KeyWords = SettingsWords['keys']

/** Keys that do the same, each as it is written on a keyboard; `Mod` is Ctrl, or ⌘ on a Mac. */
interface Keyed {
  readonly keys: readonly string[]
  readonly what: Exclude<keyof KeyWords, 'places'>
}

interface Place {
  readonly place: keyof KeyWords['places']
  readonly rows: readonly Keyed[]
}

const formats = ['bold', 'italic', 'underline', 'strike', 'mono', 'spoiler', 'quote', 'link'] as const

/** The keys of one kind of formatting, as the composer has them. */
function formatting(how: Wrap): string[] {
  const of = (all: Record<string, Wrap>, with_: string) =>
    Object.keys(all)
      .filter((key) => all[key] === how)
      .map((key) => `${with_} ${key.toUpperCase()}`)
  return [...of(keys, 'Mod'), ...of(shiftKeys, 'Mod Shift')]
}

/** What the keyboard can do, by where it can. Those of messages are in chat/walk.ts. */
export const sheet: readonly Place[] = [
  {
    place: 'app',
    rows: [
      { keys: ['Mod K'], what: 'search' },
      { keys: ['Alt ↓'], what: 'nextChat' },
      { keys: ['Alt ↑'], what: 'previousChat' },
      { keys: ['Esc'], what: 'close' },
      { keys: ['Mod /'], what: 'sheet' },
    ],
  },
  { place: 'chat', rows: [{ keys: ['Mod F'], what: 'find' }] },
  {
    place: 'messages',
    rows: [
      { keys: ['↑', '↓'], what: 'walk' },
      { keys: ['PageUp', 'PageDown'], what: 'page' },
      { keys: ['Home', 'End'], what: 'ends' },
      { keys: ['Enter', 'Menu', 'Shift F10'], what: 'menu' },
      { keys: ['Space'], what: 'select' },
      { keys: ['Tab'], what: 'within' },
      { keys: ['Esc'], what: 'leave' },
    ],
  },
  {
    place: 'composer',
    rows: [
      { keys: ['↑'], what: 'editLast' },
      { keys: ['Mod ↑'], what: 'reply' },
      { keys: ['Enter'], what: 'send' },
      { keys: ['Shift Enter'], what: 'newLine' },
      ...formats.map((what) => ({ keys: formatting(what), what })),
    ],
  },
]
