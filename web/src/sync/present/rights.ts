// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AdminRight, CannotSend, Held, MemberRight, MessageRights, Role } from '../../model'
import { type ChatRecord, type Entry, Grant, type MemberState, type UserRecord } from '../../model/entry'
import { isIn } from '../../model/fold'
import type { Ms } from '../../model/id'

/** What a person may do, judged by the server's own rules so that nothing is offered that it would refuse. */

const adminBits: Record<AdminRight, number> = {
  changeInfo: Grant.info,
  post: Grant.post,
  editMessages: Grant.editAny,
  deleteMessages: Grant.deleteAny,
  ban: Grant.ban,
  invite: Grant.invite,
  pin: Grant.pin,
  addAdmins: Grant.promote,
  own: Grant.own,
}

const memberBits: Record<MemberRight, number> = {
  send: Grant.send,
  media: Grant.media,
  links: Grant.links,
  react: Grant.react,
  invite: Grant.invite,
  pin: Grant.pin,
  changeInfo: Grant.info,
}

function rightsOf<R extends string>(bits: Record<R, number>, grants: number): R[] {
  return (Object.entries(bits) as [R, number][]).filter(([, bit]) => grants & bit).map(([right]) => right)
}

/** Whether the owner offers the chat to a member. */
export const isOffered = ({ role, grants }: MemberState): boolean =>
  role === 'admin' && (grants & adminBits.own) !== 0

export function adminRightsOf(member: MemberState): AdminRight[] {
  if (member.role === 'owner') return Object.keys(adminBits) as AdminRight[]
  return member.role === 'admin' ? rightsOf(adminBits, member.grants) : []
}

export function memberRightsOf(grants: number): MemberRight[] {
  return rightsOf(memberBits, grants)
}

export function adminGrants(rights: readonly AdminRight[]): number {
  return rights.reduce((grants, right) => grants | adminBits[right], 0)
}

/** The bits of rights of members: those that all have, or that are taken from one. */
export function memberGrants(rights: readonly MemberRight[]): number {
  return rights.reduce((all, right) => all | memberBits[right], 0)
}

/** What is personally taken from a member, as of now. */
export function taken(member: MemberState, now: Ms): number {
  if (member.role !== 'member') return 0
  return member.until !== 0 && member.until <= now ? 0 : member.grants
}

export function roleOf(member: MemberState, now: Ms): Role {
  switch (member.role) {
    case 'owner':
    case 'admin':
      return member.role
    case 'approached':
      return 'member'
    case 'member':
      return taken(member, now) ? 'restricted' : 'member'
    case 'banned':
      return member.until !== 0 && member.until <= now ? 'left' : 'banned'
    default:
      return 'left'
  }
}

export function isStaff(member: MemberState): boolean {
  return member.role === 'owner' || member.role === 'admin'
}

/** Owner, and admins with the grant. */
export function granted(chat: ChatRecord, grant: number): boolean {
  const { role, grants } = chat.me
  return role === 'owner' || (role === 'admin' && (grants & grant) !== 0)
}

function byDefault(chat: ChatRecord, grant: number, now: Ms): boolean {
  return (chat.defaults & grant) !== 0 && (taken(chat.me, now) & grant) === 0
}

function speaks(chat: ChatRecord, grant: number, now: Ms): boolean {
  return isIn(chat.me.role) && (isStaff(chat.me) || byDefault(chat, grant, now))
}

/** Granted to admins one by one, or to everybody by default. */
function keeps(chat: ChatRecord, grant: number, now: Ms): boolean {
  return isIn(chat.me.role) && (granted(chat, grant) || byDefault(chat, grant, now))
}

function maySend(chat: ChatRecord, now: Ms): boolean {
  if (!isIn(chat.me.role) || chat.deleted || chat.type === 'service') return false
  if (chat.type === 'channel') return granted(chat, Grant.post)
  return chat.type === 'group' ? speaks(chat, Grant.send, now) : true
}

export function mayCarry(chat: ChatRecord, now: Ms): boolean {
  return chat.type !== 'group' || speaks(chat, Grant.media, now)
}

/** A restriction or a ban that is in force, and why. */
export function heldOf({ me }: ChatRecord, now: Ms): Held | null {
  if (!taken(me, now) && roleOf(me, now) !== 'banned') return null
  return { until: me.until || null, note: me.note ?? '' }
}

function mayPin(chat: ChatRecord, now: Ms): boolean {
  if (chat.type === 'service') return false
  if (chat.type === 'channel') return granted(chat, Grant.pin)
  return chat.type === 'group' ? keeps(chat, Grant.pin, now) : isIn(chat.me.role)
}

function mayReact(chat: ChatRecord, now: Ms): boolean {
  if (chat.type === 'group' || chat.type === 'channel') return speaks(chat, Grant.react, now)
  return isIn(chat.me.role) && chat.type !== 'service'
}

function mayDelete(chat: ChatRecord, own: boolean): boolean {
  if (!isIn(chat.me.role)) return false
  if (chat.type === 'direct' || chat.type === 'saved') return true
  if (granted(chat, Grant.deleteAny)) return true
  return own && (chat.type === 'group' || granted(chat, Grant.post))
}

export const NO_RIGHTS: MessageRights = {
  reply: false,
  edit: false,
  pin: false,
  react: false,
  forward: false,
  deleteForAll: false,
}

/** What may be done with a message that is stored on the server. */
export function messageRightsOf(
  chat: ChatRecord,
  entry: Entry,
  o: { own: boolean; forwarded: boolean; now: Ms },
): MessageRights {
  if (entry.overlay?.redacted || (entry.kind !== 'message' && entry.kind !== 'service')) return NO_RIGHTS
  const deleteForAll = mayDelete(chat, o.own)
  if (entry.kind === 'service') return { ...NO_RIGHTS, deleteForAll }
  const send = maySend(chat, o.now)
  const editsAny = chat.type === 'channel' && granted(chat, Grant.editAny)
  return {
    reply: send,
    edit: !o.forwarded && ((o.own && send) || editsAny),
    pin: mayPin(chat, o.now),
    react: mayReact(chat, o.now),
    forward: true,
    deleteForAll,
  }
}

/** How many messages a stranger may write until they are accepted; the server's limit of that name. */
const UNANSWERED = 3

/** Why the composer is closed; null when the person may write. */
export function cannotSendOf(
  chat: ChatRecord,
  user: UserRecord | null,
  o: { peerDeleted: boolean; now: Ms; written: number },
): CannotSend | null {
  const role = roleOf(chat.me, o.now)
  if (chat.me.role === 'requested') return { reason: 'requested' }
  const held = heldOf(chat, o.now) ?? { until: null, note: '' }
  if (role === 'banned') return { reason: 'banned', ...held }
  if (chat.deleted) return { reason: 'left' }
  if (role === 'left') {
    const open = chat.name !== '' || chat.me.role === 'invited'
    return open ? { reason: 'join', approval: chat.joinApproval } : { reason: 'left' }
  }
  if (chat.type === 'direct') {
    if (o.peerDeleted) return { reason: 'deletedAccount' }
    if (chat.me.role === 'approached') return { reason: 'request' }
    if (user?.blocked.includes(chat.peer)) return { reason: 'blockedByMe' }
    // All that was written to somebody who has not accepted is one's own.
    return chat.waiting && o.written >= UNANSWERED ? { reason: 'waiting' } : null
  }
  if (maySend(chat, o.now)) return null
  if (chat.type === 'service') return { reason: 'service' }
  if (chat.type === 'channel') return { reason: 'channel' }
  const own = taken(chat.me, o.now) & Grant.send
  return { reason: 'restricted', ...(own ? held : { until: null, note: '' }) }
}
