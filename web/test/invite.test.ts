// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import type { InviteLinkView } from '../src/model'
import type { RoomLinks } from '../src/model/app'
import { readyLink } from '../src/ui/details/ready'

const link = (id: string, more: Partial<InviteLinkView> = {}): InviteLinkView => ({
  id,
  url: `https://chat.example.org/#/join/${id}`,
  name: '',
  limit: null,
  uses: 0,
  expires: null,
  approval: false,
  revoked: false,
  ...more,
})

/** The links of one room, in memory. */
function room(...there: InviteLinkView[]): RoomLinks & { readonly made: number } {
  const made: InviteLinkView[] = []
  return {
    get made() {
      return made.length
    },
    list: async () => [...made, ...there],
    create: async (_, o) => {
      const one = link(`made${made.length}`, o)
      made.push(one)
      return one
    },
    revoke: async () => {},
  }
}

describe('a link to hand out', () => {
  test('is the one that is there and lets in whoever has it, else a new one, made once', async () => {
    const used = room(
      link('gone', { revoked: true }),
      link('asks', { approval: true }),
      link('few', { limit: 3 }),
      link('soon', { expires: 1 }),
    )
    expect((await readyLink(used, 7)).id).toBe('made0')
    expect((await readyLink(used, 7)).id).toBe('made0')
    expect(used.made).toBe(1)
    const plain = room(link('few', { limit: 3 }), link('plain'))
    expect((await readyLink(plain, 7)).id).toBe('plain')
    expect(plain.made).toBe(0)
  })
})
