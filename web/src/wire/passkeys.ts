// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PasskeyView } from '../model'
import type * as pb from './gen/zolal/v1/passkey_pb'

export { Passkeys } from './gen/zolal/v1/passkey_pb'

export function passkeyOf(p: pb.Passkey): PasskeyView {
  const { id, name, synced, elsewhere } = p
  return { id, name, created: Number(p.createdMs), used: Number(p.usedMs), synced, elsewhere }
}
