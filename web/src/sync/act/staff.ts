// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Deed, DeedPerson, DeedView, StaffActions } from '../../model'
import { isIn } from '../../model/fold'
import type { AccountId } from '../../model/id'
import { Chats, call, WireRole } from '../../wire'
import { deedKinds, type StaffBody, staffBodyOf } from '../../wire/staff'
import { MemberReader } from '../members'
import { privateName } from '../present/people'
import { memberRightsOf } from '../present/rights'
import { type Asker, acting, signedIn } from './asking'

const PAGE = 50

/** What the owner and admins look at: what was done, and to whom. */
export function staffActions(asker: Asker): StaffActions {
  return {
    deeds: (chat, { author, kind }, before) =>
      acting(async () => {
        const account = signedIn(asker)
        const answer = await call(account.tabs, Chats.method.staffLog, {
          chat,
          before: before ?? 0,
          limit: PAGE,
          author: author ?? 0,
          kinds: deedKinds(kind),
        })
        const named = new Map(answer.people.map((person) => [person.id, person.name]))
        const who = (id: AccountId): DeedPerson | null =>
          id ? { account: id, name: privateName(account.mirror.user, id) || (named.get(id) ?? '') } : null
        const deeds = answer.entries.map((entry): DeedView => {
          const what = deedOf(staffBodyOf(entry), who)
          return { seq: entry.seq, at: Number(entry.atMs), by: who(entry.author), what }
        })
        return { deeds: deeds.reverse(), next: answer.next || null }
      }),
    staff: (chat) =>
      acting(async () => {
        const members = new MemberReader(signedIn(asker), null)
        const roles = [WireRole.OWNER, WireRole.ADMIN]
        const found = await Promise.all(roles.map((role) => members.read(chat, { role, limit: PAGE })))
        return found.flat()
      }),
    held: (chat, which, after) =>
      acting(async () => {
        const how = which === 'banned' ? { role: WireRole.BANNED } : { restricted: true }
        const reader = new MemberReader(signedIn(asker), null)
        const members = await reader.read(chat, { ...how, after, limit: PAGE })
        return { members, more: members.length === PAGE }
      }),
  }
}

type Who = (id: AccountId) => DeedPerson | null

function deedOf(body: StaffBody, who: Who): Deed {
  const nobody: DeedPerson = { account: 0, name: '' }
  switch (body.kind) {
    case 'member':
      return memberDeed(body.change, who(body.change.member.account) ?? nobody)
    case 'info':
      return body
    case 'link':
      return { kind: body.revoked ? 'linkRevoked' : 'linkMade', label: body.label }
    case 'request': {
      const whom = who(body.account) ?? nobody
      return { kind: !body.decided ? 'asked' : body.accepted ? 'letIn' : 'turnedAway', whom }
    }
    case 'deleted':
    case 'edited':
    case 'pinned':
    case 'unpinned':
      return { kind: body.kind, whom: who(body.account), messages: body.messages }
    default:
      return { kind: body.kind }
  }
}

function memberDeed(change: Extract<StaffBody, { kind: 'member' }>['change'], whom: DeedPerson): Deed {
  const { member, before } = change
  const held = { whom, until: member.until || null, note: member.note ?? '' }
  if (member.role === 'banned') return { kind: 'banned', ...held }
  if (member.role === 'owner') return { kind: 'handed', whom }
  if (member.role === 'admin') return { kind: before === 'admin' ? 'changed' : 'promoted', whom }
  if (member.role === 'member' && member.grants) {
    return { kind: 'restricted', taken: memberRightsOf(member.grants), ...held }
  }
  if (before === 'banned') return { kind: 'unbanned', whom }
  if (before === 'admin' && member.role === 'member') return { kind: 'dismissed', whom }
  return { kind: isIn(before) && !isIn(member.role) ? 'removed' : 'freed', whom }
}
