// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Deed, DeedView } from '../../model'
import type { InfoChange } from '../../model/entry'
import { period } from '../details/period'
import { words } from './words'

/** What somebody did, in a sentence. */
export function sentence({ by, what }: DeedView): string {
  const w = words().deeds
  const who = by ? by.name || w.nobody : w.server
  switch (what.kind) {
    case 'info':
      return infoSentence(who, what.change)
    case 'deleted':
      return w.deleted(who, what.messages.length)
    case 'edited':
    case 'pinned':
    case 'unpinned':
    case 'linkMade':
    case 'linkRevoked':
    case 'photoSet':
    case 'photoRemoved':
    case 'declined':
    case 'accepted':
    case 'reportClosed':
    case 'unknown':
      return w[what.kind](who)
    case 'asked':
      return w.asked(what.whom.name || who)
    case 'reported':
    case 'operator':
      return w[what.kind]
    default:
      return w[what.kind](who, what.whom.name || w.nobody)
  }
}

function infoSentence(who: string, c: InfoChange): string {
  const w = words().info
  if (c.title !== undefined) return w.title(who, c.title)
  if (c.about !== undefined) return w.about(who)
  if (c.name !== undefined) return c.name ? w.name(who, `@${c.name}`) : w.nameless(who)
  if (c.defaults !== undefined) return w.defaults(who)
  if (c.slowSeconds !== undefined) {
    return c.slowSeconds ? w.slow(who, period(c.slowSeconds)) : w.slowOff(who)
  }
  if (c.signatures !== undefined) return c.signatures ? w.signatures(who) : w.signaturesOff(who)
  if (c.historyHidden !== undefined) return c.historyHidden ? w.history(who) : w.historyOff(who)
  if (c.joinApproval !== undefined) return c.joinApproval ? w.approval(who) : w.approvalOff(who)
  return words().deeds.unknown(who)
}

/** The message that a deed was done to, where there is one to go to. */
export function messageOf(what: Deed): number | null {
  const there = what.kind === 'pinned' || what.kind === 'unpinned' || what.kind === 'edited'
  return there ? (what.messages[0] ?? null) : null
}
