// SPDX-License-Identifier: AGPL-3.0-or-later

const FSI = '\u2068'
const PDI = '\u2069'

/** A text that is put into a sentence, so that its direction and that of the sentence do not mix. */
export function isolate(text: string): string {
  // Without a letter it has no direction: emoji, figures.
  return /\p{L}/u.test(text) ? FSI + text + PDI : text
}

function isolateAny(value: unknown): unknown {
  if (typeof value === 'string') return isolate(value)
  return Array.isArray(value) ? value.map(isolateAny) : value
}

/** A catalogue whose sentences isolate every name and text that is put into them. */
export function isolating<T>(node: T): T {
  if (typeof node === 'function') {
    return ((...args: unknown[]) => node(...args.map(isolateAny))) as T
  }
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return node
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, isolating(value)])) as T
}
