// SPDX-License-Identifier: AGPL-3.0-or-later

const places: Readonly<Record<string, string>> = { Slash: '/', Period: '.' }

/**
 * The sign of a key as shortcuts name it, in small letters: what it types where that is one of theirs, else
 * what its place types on a Latin keyboard. So Ctrl F is where F is written, whatever the key types.
 */
export function latin({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (/^[\w./]$/.test(key)) return key.toLowerCase()
  return places[code] ?? (key > '~' && /^Key.$/.test(code) ? code.slice(3) : key).toLowerCase()
}
