// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatInfo } from '../../model'

/** Whether the person is not in this group or channel, and reads it at most by its public name. */
export function isOutside(info: ChatInfo): boolean {
  return (
    (info.kind === 'group' || info.kind === 'channel') && (info.role === 'left' || info.role === 'banned')
  )
}
