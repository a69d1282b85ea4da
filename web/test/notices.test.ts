// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test } from 'vitest'
import type { DeviceView, NoticeView } from '../src/model'
import { unseenOf } from '../src/sync/act/security'

const OWN = 7

/** Notices from the oldest on, as they are listed: the newest first. */
function listed(...told: readonly (readonly [reason: string, device: number])[]): NoticeView[] {
  const notice = ([reason, id]: readonly [string, number], i: number) => ({
    ...{ seq: i + 1, at: i, reason, removed: false },
    device: { id } as DeviceView,
  })
  return told.map(notice).reverse()
}

const reasons = (notices: readonly NoticeView[]) => notices.map(({ reason }) => reason)

test('who comes back to an account that was to be deleted reads that it is kept', () => {
  const came = listed(['deletion', 3], ['signed_in', OWN], ['deletion_off', OWN])
  expect(reasons(unseenOf(came, OWN, 2))).toEqual(['deletion_off'])
  expect(unseenOf(came, OWN, 3)).toEqual([])
})

test('what was asked for on this device is no news there, what another device did is', () => {
  const asked = listed(['signed_in', OWN], ['deletion', OWN], ['deletion_off', OWN], ['password', 3])
  expect(reasons(unseenOf(asked, OWN, 0))).toEqual(['password'])
  const others = listed(['signed_in', 3], ['deletion_off', 3])
  expect(reasons(unseenOf(others, OWN, 0))).toEqual(['signed_in', 'deletion_off'])
})
