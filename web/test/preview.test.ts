// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import { readMarkup } from '../src/model/markup'
import { firstLink } from '../src/model/preview'

test('the first link with a page to show is found, and none that is hidden', () => {
  const cases: Record<string, string | null> = {
    سلام: null,
    'ببینید: https://example.org/a?b=1.': 'https://example.org/a?b=1',
    '(https://example.org/a) و https://example.org/b': 'https://example.org/a',
    'example.org/a is enough': 'https://example.org/a',
    '[اینجا](https://example.org/x) https://example.org/y': 'https://example.org/x',
    'http://example.org/plain': null,
    'http://example.org/plain https://example.org/b': 'https://example.org/b',
    '`https://example.org/code`': null,
    '||https://example.org/spoiler||': null,
    'zolal://join/abc': null,
    'mail@example.org': null,
  }
  for (const [text, address] of Object.entries(cases)) expect(firstLink(readMarkup(text)), text).toBe(address)
})
