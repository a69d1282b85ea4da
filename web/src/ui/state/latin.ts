// SPDX-License-Identifier: AGPL-3.0-or-later

const places: Readonly<Record<string, string>> = { Slash: '/', Period: '.' }
/** What is typed with Shift where a sign of ours is, and stands for it. */
const shifted: Readonly<Record<string, string>> = { Slash: '?', Period: '<>:' }

/**
 * The sign of a key as shortcuts name it, in small letters: what it types where that is one of theirs, else
 * what its place types on a Latin keyboard. So Ctrl F is where F is written, whatever the key types.
 */
export function latin({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (/^[\w./]$/.test(key)) return key.toLowerCase()
  // A sign of ASCII is meant as such, wherever a layout has it: the browser zooms out by a - at Slash.
  const placed = key > '~' || (key.length === 1 && shifted[code]?.includes(key))
  return ((placed && (places[code] ?? /^Key(.)$/.exec(code)?.[1])) || key).toLowerCase()
}
