// SPDX-License-Identifier: AGPL-3.0-or-later

import type {
  AskingView,
  DeviceView,
  InviteLinkView,
  JoinRequestView,
  NoticeView,
  Scope,
  ServerView,
} from '../model'
import type {
  ChatPrefs,
  ChatRecord,
  ChatType,
  Contact,
  DraftBody,
  Entry,
  EntryKind,
  Head,
  Invitation,
  MemberState,
  Overlay,
  Person,
  PersonalLink,
  Photo,
  PhotoAudience,
  Privacy,
  ReadMark,
  Standing,
  Tally,
  UserRecord,
} from '../model/entry'
import { entitiesOf } from './entity'
import type * as account from './gen/zolal/v1/account_pb'
import * as chat from './gen/zolal/v1/chat_pb'
import type * as entry from './gen/zolal/v1/entry_pb'
import { Kind } from './gen/zolal/v1/entry_pb'
import type * as media from './gen/zolal/v1/media_pb'
import type * as people from './gen/zolal/v1/people_pb'
import type * as security from './gen/zolal/v1/security_pb'
import type * as sync from './gen/zolal/v1/sync_pb'
import { toHex } from './hex'

/** Conversions from the wire's messages to the vocabulary of this side. */

const kinds: Partial<Record<entry.Kind, EntryKind>> = {
  [Kind.CHAT_CREATED]: 'chatCreated',
  [Kind.MESSAGE]: 'message',
  [Kind.EDIT]: 'edit',
  [Kind.DELETE]: 'delete',
  [Kind.PIN]: 'pin',
  [Kind.UNPIN]: 'unpin',
  [Kind.MEMBER]: 'member',
  [Kind.CHAT_INFO]: 'chatInfo',
  [Kind.CHAT_WIDE]: 'chatWide',
  [Kind.SERVICE]: 'service',
  [Kind.CHAT_DELETED]: 'chatDeleted',
  [Kind.CHAT_PHOTO]: 'chatPhoto',
  [Kind.CHAT_PHOTO_REMOVED]: 'chatPhotoRemoved',
  [Kind.ACCOUNT_PHOTO]: 'accountPhoto',
  [Kind.ACCOUNT_PHOTO_REMOVED]: 'accountPhotoRemoved',
  [Kind.PROFILE]: 'profile',
  [Kind.MY_CHAT]: 'myChat',
  [Kind.READ]: 'read',
  [Kind.DRAFT]: 'draft',
  [Kind.CHAT_PREFS]: 'chatPrefs',
  [Kind.BLOCK]: 'block',
  [Kind.PRIVACY]: 'privacy',
  [Kind.DEVICE]: 'device',
  [Kind.INVITATION]: 'invitation',
  [Kind.CONTACT]: 'contact',
  [Kind.PERSONAL_LINK]: 'personalLink',
  [Kind.INVITE_LINK]: 'inviteLink',
  [Kind.JOIN_REQUEST]: 'joinRequest',
  [Kind.STAFF_MEMBER]: 'staffMember',
}

const types: Partial<Record<chat.ChatType, ChatType>> = {
  [chat.ChatType.DIRECT]: 'direct',
  [chat.ChatType.GROUP]: 'group',
  [chat.ChatType.CHANNEL]: 'channel',
  [chat.ChatType.SAVED]: 'saved',
  [chat.ChatType.SERVICE]: 'service',
}

const standings: Partial<Record<chat.Role, Standing>> = {
  [chat.Role.NONE]: 'none',
  [chat.Role.MEMBER]: 'member',
  [chat.Role.ADMIN]: 'admin',
  [chat.Role.OWNER]: 'owner',
  [chat.Role.BANNED]: 'banned',
  [chat.Role.INVITED]: 'invited',
  [chat.Role.REQUESTED]: 'requested',
  [chat.Role.APPROACHED]: 'approached',
}

export const kindOf = (kind: entry.Kind): EntryKind => kinds[kind] ?? 'unknown'
export const typeOf = (type: chat.ChatType): ChatType => types[type] ?? 'unknown'
export const standingOf = (role: chat.Role): Standing => standings[role] ?? 'none'

/** Copies bytes out of the frame they came in, which would otherwise be kept whole with them. */
const own = (bytes: Uint8Array): Uint8Array => bytes.slice()

export function entryOf(e: entry.Entry): Entry {
  return {
    seq: e.seq,
    ord: e.ord,
    at: Number(e.atMs),
    author: e.author,
    key: toHex(e.key),
    kind: kindOf(e.envelope?.kind ?? Kind.UNSPECIFIED),
    code: e.envelope?.kind ?? Kind.UNSPECIFIED,
    counted: e.envelope?.counted ?? false,
    target: e.envelope?.target ?? 0,
    silent: e.envelope?.silent ?? false,
    body: own(e.body),
    chain: toHex(e.chain),
    overlay: e.overlay ? overlayOf(e.overlay) : null,
    tally: e.tally ? tallyOf(e.tally) : null,
  }
}

function overlayOf(o: entry.Overlay): Overlay {
  return { by: o.by, redacted: o.redacted, body: own(o.body), at: Number(o.atMs) }
}

export function tallyOf(t: entry.Tally): Tally {
  return {
    views: t.views,
    reactions: t.reactions.map(({ emoji, count, mine }) => ({ emoji, count, mine })),
  }
}

export function headOf(h: entry.Head | undefined): Head {
  return { seq: h?.seq ?? 0, ord: h?.ord ?? 0, chain: toHex(h?.chain ?? new Uint8Array(0)) }
}

export function memberOf(m: chat.MemberState | undefined): MemberState {
  return {
    account: m?.account ?? 0,
    role: standingOf(m?.role ?? chat.Role.NONE),
    grants: m?.grants ?? 0,
    until: Number(m?.untilMs ?? 0),
    version: m?.version ?? 0,
    from: m?.fromSeq ?? 0,
    title: m?.title ?? '',
    joined: Number(m?.joinedMs ?? 0),
    note: m?.note ?? '',
  }
}

export function personOf(p: chat.Person): Person {
  const { id, name, username, about, online, deleted } = p
  const photo = p.photo ? { ...photoOf(p.photo), open: p.photo.public } : null
  return { id, name, username, about, online, deleted, lastSeen: Number(p.lastSeenMs), photo }
}

/** As it came in an answer, which names its place. */
export function photoOf({ hash, thumbhash, seq, atMs }: media.Photo): Photo {
  return { hash: toHex(hash), thumbhash: toHex(thumbhash), seq, at: Number(atMs) }
}

export function chatOf(c: chat.ChatInfo): ChatRecord {
  return {
    id: c.id,
    type: typeOf(c.type),
    title: c.title,
    about: c.about,
    name: c.name,
    defaults: c.defaults,
    slowSeconds: c.slowSeconds,
    signatures: c.signatures,
    historyHidden: c.historyHidden,
    joinApproval: c.joinApproval,
    members: c.members,
    wide: c.wide,
    me: memberOf(c.me),
    peer: c.peer?.id ?? 0,
    pinned: [...c.pinned],
    facts: Number(c.facts),
    operatorCanRead: c.operatorCanRead,
    created: Number(c.createdMs),
    deleted: c.deleted,
    imported: false,
    numberBase: Number(c.numberBase),
    waiting: c.waiting,
    photo: c.photo ? photoOf(c.photo) : null,
    sent: Number(c.sentMs),
    stranger: c.stranger ? { since: Number(c.stranger.sinceMs), common: [...c.stranger.common] } : null,
  }
}

export function readOf(r: sync.ReadMark | undefined): ReadMark {
  return { seq: r?.seq ?? 0, ord: r?.ord ?? 0 }
}

export function draftOf(d: sync.Draft | undefined): DraftBody {
  return {
    text: d?.text ?? '',
    entities: entitiesOf(d?.entities ?? []),
    reply: d?.reply ?? 0,
    quote: d?.quote ?? '',
    at: Number(d?.atMs ?? 0),
  }
}

export function prefsOf(p: sync.ChatPrefs | undefined): ChatPrefs {
  return {
    mutedUntil: Number(p?.mutedUntilMs ?? 0),
    archived: p?.archived ?? false,
    pinRank: p?.pinRank ?? 0,
    markedUnread: p?.markedUnread ?? false,
  }
}

/** Only what an entry changed of the wishes for a chat. */
export function prefsChangeOf(p: sync.ChatPrefs): Partial<ChatPrefs> {
  return {
    ...(p.mutedUntilMs === undefined ? {} : { mutedUntil: Number(p.mutedUntilMs) }),
    ...(p.archived === undefined ? {} : { archived: p.archived }),
    ...(p.pinRank === undefined ? {} : { pinRank: p.pinRank }),
    ...(p.markedUnread === undefined ? {} : { markedUnread: p.markedUnread }),
  }
}

export function privacyOf(p: sync.Privacy | undefined): Privacy {
  return {
    hideLastSeen: p?.hideLastSeen ?? false,
    hideTyping: p?.hideTyping ?? false,
    hideReads: p?.hideReads ?? false,
    hideForwards: p?.hideForwards ?? false,
    refuseInvites: p?.refuseInvites ?? false,
    unfindable: p?.unfindable ?? false,
    quietContacts: p?.quietContacts ?? false,
    // An audience of a newer version is not everybody.
    photoFor: audiences[p?.photo ?? 0] ?? 'nobody',
  }
}

/** In the order of their numbers on the wire. */
export const audiences: readonly PhotoAudience[] = ['everybody', 'contacts', 'nobody']

export function contactOf({ account, name, seenName, seenUsername, seenPhoto }: people.Contact): Contact {
  return { account, name, seenName, seenUsername, seenPhoto: toHex(seenPhoto) }
}

export function personalLinkOf({ token, removed }: people.PersonalLink): PersonalLink {
  return { token, removed }
}

export function invitationOf(i: sync.Invitation): Invitation {
  return { chat: i.chat, by: i.by, title: i.title, type: typeOf(i.type) }
}

export function userOf(u: sync.UserState): UserRecord {
  return {
    account: u.account,
    profile: {
      name: u.profile?.name ?? '',
      username: u.profile?.username ?? '',
      about: u.profile?.about ?? '',
    },
    blocked: [...u.blocked],
    privacy: privacyOf(u.privacy),
    invitations: u.invitations.map(invitationOf),
    operator: u.operator,
    contacts: u.contacts.map(contactOf),
    personalLink: u.personalLink ? personalLinkOf(u.personalLink) : null,
    photos: u.photos.map(photoOf),
  }
}

const allScopes: readonly Scope[] = ['read', 'send', 'manage']

export function deviceOf(d: sync.Device): DeviceView {
  const { id, name, client, version, build, current, official } = d
  const [created, lastUse, expires] = [Number(d.createdMs), Number(d.lastUsedMs), Number(d.expiresMs)]
  // A server that tells of none is of before tokens were listed with theirs.
  const scopes = allScopes.filter((scope) => d.scopes.length === 0 || d.scopes.includes(scope))
  return { id, name, client, version, build, current, official, created, lastUse, scopes, expires }
}

/** A sign-in that waits; one that says nothing of its device is none. */
export function askingOf(a: security.Asking): AskingView[] {
  return a.device ? [{ id: a.pending, device: deviceOf(a.device), until: Number(a.untilMs) }] : []
}

/** What happened to the account, the newest first. */
export function noticesOf(state: security.SecurityState): NoticeView[] {
  const all = state.notices.flatMap(({ seq, atMs, notice }) => {
    if (!notice?.device) return []
    const { reason, removed, device } = notice
    return [{ seq, at: Number(atMs), reason, removed, device: deviceOf(device) }]
  })
  return all.reverse()
}

/** An invite link; `home` is where the app opens it. */
export function inviteLinkOf(l: chat.InviteLink, home: string): InviteLinkView {
  return {
    id: l.token,
    url: `${home}/#/join/${l.token}`,
    name: l.label,
    uses: l.uses,
    limit: l.limit || null,
    expires: Number(l.expiresMs) || null,
    approval: l.approval,
    revoked: l.revoked,
  }
}

export function joinRequestOf(r: chat.JoinRequest): JoinRequestView {
  const { name = '', username = '' } = r.person ?? {}
  return { account: r.account, name, username, at: Number(r.atMs) }
}

export function serverOf(s: account.ServerInfo): ServerView {
  const { name, version, build, passkeys } = s
  const {
    openSignup: signUpOpen,
    signupWork: signUpWork,
    signupReview: signUpReview,
    contact,
    setupNeeded: needsSetup,
    oidc: provider,
  } = s
  return {
    name,
    version,
    build,
    passkeys,
    signUpOpen,
    signUpWork,
    signUpReview,
    provider,
    contact,
    needsSetup,
  }
}
