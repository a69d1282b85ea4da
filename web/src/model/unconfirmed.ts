// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Ms } from './id'
import type { NoticeView } from './security'
import type { DeviceView } from './session'

/** For how long a sign-in that nobody answered for is pointed out. */
const POINTED_OUT: Ms = 7 * 86_400_000

/**
 * Devices that came after this one by the password alone, lately, and that nobody has answered for. Those
 * that a device let in, and those of the recovery code, were answered for when they came.
 */
export function unconfirmed(
  devices: readonly DeviceView[],
  notices: readonly NoticeView[],
  now: Ms,
): readonly DeviceView[] {
  const own = devices.find((device) => device.current)
  if (!own) return []
  const told = (device: DeviceView, reason: string) =>
    notices.some((notice) => notice.device.id === device.id && !notice.removed && notice.reason === reason)
  return devices.filter(
    (device) =>
      device !== own &&
      device.created >= own.created &&
      device.created > now - POINTED_OUT &&
      told(device, 'signed_in') &&
      !told(device, 'vouched'),
  )
}
