// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Deed, DeedPerson, DeedView, StaffActions } from '../../model'
import { isIn } from '../../model/fold'
import type { AccountId, ChatId } from '../../model/id'
import { Chats, call, WireRole } from '../../wire'
import { deedKinds, type StaffBody, staffBodyOf } from '../../wire/staff'
import { MemberReader } from '../members'
import { privateName } from '../present/people'
import { adminRightsOf, memberRightsOf } from '../present/rights'
import { type Asker, acting, signedIn } from './asking'

const PAGE = 50

/** What the owner and admins look at: what was done, and to whom. */
export function staffActions(asker: Asker, changed: (chat: ChatId) => void): StaffActions {
  return {
    offer: (chat, to, password) =>
      acting(async () => {
        const { tabs, keys } = signedIn(asker)
        await call(tabs, Chats.method.transfer, { chat, key: keys.make(), account: to, password })
        changed(chat)
      }),
    answerOffer: (chat, accept) =>
      acting(async () => {
        const { tabs, keys } = signedIn(asker)
        await call(tabs, Chats.method.answerOffer, { chat, key: keys.make(), accept })
        changed(chat)
      }),
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
          const what = deedOf(staffBodyOf(entry), who, entry.author)
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

function deedOf(body: StaffBody, who: Who, by: AccountId): Deed {
  const nobody: DeedPerson = { account: 0, name: '' }
  switch (body.kind) {
    case 'member':
      return memberDeed(body.change, who(body.change.member.account) ?? nobody, by)
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

type MemberBody = Extract<StaffBody, { kind: 'member' }>

function memberDeed(change: MemberBody['change'], whom: DeedPerson, by: AccountId): Deed {
  const { member, before } = change
  const held = { whom, until: member.until || null, note: member.note ?? '' }
  if (member.role === 'banned') return { kind: 'banned', ...held }
  const own = by === whom.account
  if (member.role === 'owner') return own ? { kind: 'accepted' } : { kind: 'handed', whom }
  if (member.role === 'admin' && own) return { kind: 'declined' }
  if (member.role === 'admin' && adminRightsOf(member).includes('own')) return { kind: 'offered', whom }
  if (member.role === 'admin') return { kind: before === 'admin' ? 'changed' : 'promoted', whom }
  if (member.role === 'member' && member.grants) {
    return { kind: 'restricted', taken: memberRightsOf(member.grants), ...held }
  }
  if (before === 'banned') return { kind: 'unbanned', whom }
  if (before === 'admin' && member.role === 'member') return { kind: 'dismissed', whom }
  return { kind: isIn(before) && !isIn(member.role) ? 'removed' : 'freed', whom }
}
