// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import type { Deed } from '../src/model'
import { isWanted, PUSH_DEFAULTS } from '../src/model/push'
import { declinedIn } from '../src/model/staff'

const noon = 12 * 60
const plain = { kind: 'group', muted: false, always: false, mention: false, minute: noon }

describe('what a hidden page tells of, by the same rules as the server', () => {
  const noGroups = { ...PUSH_DEFAULTS, groups: false }
  const night = { ...PUSH_DEFAULTS, quiet: { from: 23 * 60, until: 7 * 60 } }
  test.each([
    ['anything', PUSH_DEFAULTS, {}, true],
    ['a muted chat', PUSH_DEFAULTS, { muted: true }, false],
    ['a mention in it', PUSH_DEFAULTS, { muted: true, mention: true }, true],
    [
      'a mention in it that is unwanted',
      { ...PUSH_DEFAULTS, mentions: false },
      { muted: true, mention: true },
      false,
    ],
    ['a kind that is off', noGroups, {}, false],
    ['another kind', noGroups, { kind: 'channel' }, true],
    ['one chat of it that is wanted', noGroups, { always: true }, true],
    ['one that is wanted, at night', night, { always: true, minute: 60 }, false],
    ['saved messages, wanted', PUSH_DEFAULTS, { kind: 'saved', always: true }, false],
  ])('%s', (_, settings, what, wanted) => {
    expect(isWanted(settings, { ...plain, ...what })).toBe(wanted)
  })
})

describe('what an owner is told of an offer', () => {
  const deeds = (...kinds: readonly Deed['kind'][]) =>
    kinds.map((kind, seq) => ({ seq, at: 0, by: null, what: { kind } as Deed }))

  test('is that it was declined, as long as nothing was said of it since', () => {
    expect(declinedIn(deeds('banned', 'declined', 'offered'))?.what.kind).toBe('declined')
    for (const since of ['offered', 'accepted', 'handed'] as const)
      expect(declinedIn(deeds(since, 'declined', 'offered'))).toBeNull()
    expect(declinedIn(deeds('promoted'))).toBeNull()
  })
})
