// SPDX-License-Identifier: AGPL-3.0-or-later
import type { SessionRow } from '../../src/db'

/** Somebody who is signed in at a server of this name, as a device has it stored. */
export const sessionAt = (server: string): SessionRow => ({
  account: 1,
  device: 1,
  token: 'secret',
  username: '',
  name: '',
  operator: false,
  server,
  born: '',
})
