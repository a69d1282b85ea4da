// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow } from '../../db'
import type {
  ChatInfo,
  ChatItem,
  ChatKind,
  PresenceView,
  PreviewView,
  StrangerView,
  TypingView,
} from '../../model'
import type { StrangerRecord, UserRecord } from '../../model/entry'
import type { AccountId, ChatId, Ms } from '../../model/id'
import { ALWAYS } from '../../model/mute'
import type { Live } from '../live'
import type { People } from './people'
import {
  adminRightsOf,
  cannotSendOf,
  heldOf,
  isOffered,
  isStaff,
  mayCarry,
  memberRightsOf,
  roleOf,
} from './rights'

export interface ChatContext {
  readonly people: People
  readonly live: Live
  readonly user: UserRecord | null
  readonly now: Ms
}

export function kindOf(row: Pick<ChatRow, 'info'>): ChatKind {
  return row.info.type === 'unknown' ? 'group' : row.info.type
}

export function titleOf(c: ChatContext, row: ChatRow): string {
  const { type, peer, title } = row.info
  return type === 'direct' ? c.people.name(peer) : title
}

function publicNameOf(c: ChatContext, { info }: ChatRow): string | null {
  return (info.type === 'direct' ? c.people.username(info.peer) : info.name) || null
}

export function typingOf(c: ChatContext, row: ChatRow): TypingView | null {
  const accounts = c.live.typing(row.id)
  if (accounts.length === 0) return null
  return { people: accounts.map((account) => c.people.ref(account)), recording: c.live.recording(row.id) }
}

function presenceOf(c: ChatContext, row: ChatRow): PresenceView {
  return row.info.peer ? c.people.presence(row.info.peer) : { kind: 'hidden' }
}

export function isMuted(row: ChatRow, now: Ms): boolean {
  return row.prefs.mutedUntil > now
}

/** What no row says of its chat. */
export interface Around {
  /** How many wait to be let in. */
  readonly requests: number
  /** How many are online. */
  readonly online: number | null
  /** What another chat is called. */
  titles(chat: ChatId): string
}

/** What the details pane and the header show. */
export function chatInfoOf(c: ChatContext, row: ChatRow, around: Around): ChatInfo {
  const { info, prefs } = row
  const membersHidden = info.type === 'channel' && !isStaff(info.me)
  return {
    id: row.id,
    kind: kindOf(row),
    title: titleOf(c, row),
    about: info.about,
    publicName: publicNameOf(c, row),
    peer: info.peer || null,
    members: info.type === 'group' || info.type === 'channel' ? info.members : null,
    onlineMembers: around.online,
    presence: presenceOf(c, row),
    readableBy: info.operatorCanRead ? 'operator' : 'members',
    role: roleOf(info.me, c.now),
    adminRights: adminRightsOf(info.me),
    memberRights: memberRightsOf(info.defaults),
    held: heldOf(info, c.now),
    mayCarry: mayCarry(info, c.now),
    requests: around.requests,
    signatures: info.signatures,
    slowSeconds: info.slowSeconds,
    muted: isMuted(row, c.now),
    always: prefs.mutedUntil === ALWAYS,
    archived: prefs.archived,
    pinned: prefs.pinRank > 0,
    contact: contactOf(c, info.peer),
    blocked: info.peer !== 0 && (c.user?.blocked.includes(info.peer) ?? false),
    membersHidden,
    waiting: info.waiting === true && info.me.role === 'member',
    request: info.me.role === 'approached' ? strangerOf(info.stranger, around) : null,
  }
}

function contactOf({ people }: ChatContext, peer: AccountId): ChatInfo['contact'] {
  const contact = peer ? people.contact(peer) : undefined
  if (!contact) return null
  return { privateName: contact.name, publicName: people.publicName(peer), change: people.change(peer) }
}

function strangerOf(stranger: StrangerRecord | null | undefined, around: Around): StrangerView {
  if (!stranger) return { since: null, common: null }
  const common = stranger.common.map((chat) => around.titles(chat)).filter((title) => title !== '')
  return { since: stranger.since || null, common }
}

export function chatItemOf(c: ChatContext, row: ChatRow, preview: PreviewView | null): ChatItem {
  const { info, prefs, draft } = row
  return {
    id: row.id,
    kind: kindOf(row),
    title: titleOf(c, row),
    publicName: publicNameOf(c, row),
    peer: info.peer || null,
    head: row.head.seq,
    last: row.last?.seq ?? 0,
    preview,
    draft: draft.text ? draft.text.slice(0, 200) : null,
    unread: row.unread,
    mentions: row.mentions,
    markedUnread: prefs.markedUnread,
    muted: isMuted(row, c.now),
    always: prefs.mutedUntil === ALWAYS,
    archived: prefs.archived,
    pin: prefs.pinRank > 0 ? prefs.pinRank - 1 : null,
    typing: typingOf(c, row),
    online: info.peer !== 0 && c.live.online(info.peer),
    canSend:
      cannotSendOf(info, c.user, {
        peerDeleted: c.people.isDeleted(info.peer),
        now: c.now,
        written: row.head.ord,
      }) === null,
    offered: isOffered(info.me),
    owned: info.me.role === 'owner',
    standing: info.me.version,
  }
}

/** When something last happened in a chat that moves it up the list. */
export function movedAt(row: ChatRow, preview: PreviewView | null): Ms {
  const draft = row.draft.text ? row.draft.at : 0
  return Math.max(preview?.at ?? 0, draft, row.info.me.joined, preview ? 0 : row.info.created)
}
