// SPDX-License-Identifier: AGPL-3.0-or-later
import type {
  ChatBody,
  ChatPrefs,
  ChatType,
  Contact,
  DraftBody,
  Entry,
  InfoChange,
  Invitation,
  MemberChange,
  MemberState,
  Overlay,
  PersonalLink,
  Photo,
  Privacy,
  Profile,
  ReadMark,
  Standing,
  UserBody,
} from './entry'
import type { AccountId, ChatId, Ms, Seq } from './id'

/**
 * Folding is pure: the same entries give the same state here and on the server (I6). testdata/vectors holds
 * what both must agree on (fold/ and own/), and the README there has the rules.
 *
 * The database keeps the pieces of a room in its own way (rows and ranges instead of one list of lines); it
 * folds with the same functions, and the same vectors hold it to the same state.
 */

const NOTHING = new Uint8Array(0)

/** Whether somebody of this standing is in the chat. */
export function isIn(role: Standing): boolean {
  return role === 'member' || role === 'admin' || role === 'owner'
}

/** Whether somebody of this standing gets what is said in the chat: who is in, and who was approached. */
export function reads(role: Standing): boolean {
  return isIn(role) || role === 'approached'
}

/** When somebody last wrote, of what two sides tell; the server is asked seldom, and tells it seldom. */
export function lastSent(a: Ms = 0, b: Ms = 0): Ms {
  return Math.max(a, b)
}

/** What news folds into: a chat as far as its log tells. */
export interface Settings {
  readonly type: ChatType
  readonly title: string
  readonly about: string
  readonly name: string
  readonly defaults: number
  readonly slowSeconds: number
  readonly signatures: boolean
  readonly historyHidden: boolean
  readonly joinApproval: boolean
  readonly wide: boolean
  readonly deleted: boolean
  readonly imported: boolean
  readonly numberBase: number
  readonly created: Ms
  readonly members: number
  /** Newest pin first. */
  readonly pinned: readonly Seq[]
  /** undefined in what an older version of the app stored. */
  readonly photo?: Photo | null
}

export const NO_SETTINGS: Settings = {
  type: 'unknown',
  title: '',
  about: '',
  name: '',
  defaults: 0,
  slowSeconds: 0,
  signatures: false,
  historyHidden: false,
  joinApproval: false,
  wide: false,
  deleted: false,
  imported: false,
  numberBase: 0,
  created: 0,
  members: 0,
  pinned: [],
  photo: null,
}

function counted(members: number, { member, before }: MemberChange): number {
  return Math.max(0, members + Number(isIn(member.role)) - Number(isIn(before)))
}

function changed(chat: Settings, change: InfoChange): Settings {
  return {
    ...chat,
    title: change.title ?? chat.title,
    about: change.about ?? chat.about,
    name: change.name ?? chat.name,
    defaults: change.defaults ?? chat.defaults,
    slowSeconds: change.slowSeconds ?? chat.slowSeconds,
    signatures: change.signatures ?? chat.signatures,
    historyHidden: change.historyHidden ?? chat.historyHidden,
    joinApproval: change.joinApproval ?? chat.joinApproval,
  }
}

function without(list: readonly Seq[], seq: Seq): Seq[] {
  return list.filter((s) => s !== seq)
}

type FoldNews = (chat: Settings, entry: Entry, body: ChatBody) => Settings

const news: Partial<Record<Entry['kind'], FoldNews>> = {
  chatCreated: (chat, entry, body) => {
    if (body.kind !== 'chatCreated') return chat
    const { owner: _owner, accounts: _accounts, ...created } = body.created
    return { ...chat, ...created, created: entry.at, members: created.type === 'direct' ? 2 : 1 }
  },
  chatInfo: (chat, _entry, body) => (body.kind === 'chatInfo' ? changed(chat, body.change) : chat),
  member: (chat, _entry, body) =>
    body.kind === 'member' ? { ...chat, members: counted(chat.members, body.change) } : chat,
  chatWide: (chat) => ({ ...chat, wide: true }),
  chatDeleted: (chat) => ({ ...chat, deleted: true }),
  pin: (chat, { target }) => ({ ...chat, pinned: [target, ...without(chat.pinned, target)] }),
  unpin: (chat, { target }) => ({ ...chat, pinned: without(chat.pinned, target) }),
  delete: (chat, { target }) => ({ ...chat, pinned: without(chat.pinned, target) }),
  chatPhoto: (chat, _entry, body) => (body.kind === 'chatPhoto' ? { ...chat, photo: body.photo } : chat),
  // What came before is not shown again; what came after stays.
  chatPhotoRemoved: (chat, { target }) =>
    (chat.photo?.seq ?? 0) <= target ? { ...chat, photo: null } : chat,
}

/** What an entry beyond the head makes of a chat. */
export function foldSettings<S extends Settings>(chat: S, entry: Entry, body: ChatBody): S {
  const fold = news[entry.kind]
  return fold ? { ...chat, ...fold(chat, entry, body) } : chat
}

/** Kinds whose entries change what an earlier one says. */
export function mends(entry: Entry): boolean {
  return entry.kind === 'edit' || entry.kind === 'delete'
}

/** Entries that have a place in the history: every kind but edits, deletions and uncounted strangers. */
export function isPlaced(entry: Entry): boolean {
  return !mends(entry) && (entry.kind !== 'unknown' || entry.counted)
}

/** Of two versions the one made by the later entry. */
export function newer(a: Overlay | null, b: Overlay | null): Overlay | null {
  if (!a || !b) return a ?? b
  return b.by > a.by ? b : a
}

/** What an edit or a deletion makes of its target; null where its body was erased by a later one. */
export function versionBy(entry: Entry): Overlay | null {
  if (entry.kind === 'delete') return { by: entry.seq, redacted: true, body: NOTHING, at: entry.at }
  if (entry.kind === 'edit' && entry.body.length > 0) {
    return { by: entry.seq, redacted: false, body: entry.body, at: entry.at }
  }
  return null
}

/** An entry under a version: superseded words are dropped. */
export function withVersion<E extends Entry>(entry: E, version: Overlay | null): E {
  const top = newer(entry.overlay, version)
  return top ? { ...entry, overlay: top, body: NOTHING } : entry
}

/** Today's body: empty when deleted or erased. */
export function currentBody(entry: Entry): Uint8Array {
  return entry.overlay ? entry.overlay.body : entry.body
}

/** Whether an entry is unread to somebody who has read up to a mark. */
export function isUnread(entry: Entry, reader: AccountId, read: Seq): boolean {
  const own = entry.author === reader || entry.own === true
  return entry.seq > read && entry.counted && !own && !entry.overlay?.redacted
}

/** What the entries of a chat log add up to for somebody who reads it. */
export interface Room {
  readonly head: Seq
  readonly ord: number
  /** News came whose forerunners did not. */
  readonly gap: boolean
  readonly chat: Settings
  /** Ascending. */
  readonly lines: readonly Entry[]
  /** Versions of lines that have not come. */
  readonly early: ReadonlyMap<Seq, Overlay>
}

export const EMPTY_ROOM: Room = {
  head: 0,
  ord: 0,
  gap: false,
  chat: NO_SETTINGS,
  lines: [],
  early: new Map(),
}

/** The room after one more entry. */
export function foldRoom(room: Room, entry: Entry, body: ChatBody): Room {
  const heard = entry.seq > room.head ? withNews(room, entry, body) : room
  if (mends(entry)) return withMend(heard, entry)
  return isPlaced(entry) ? withLine(heard, entry) : heard
}

function withNews(room: Room, entry: Entry, body: ChatBody): Room {
  return {
    ...room,
    head: entry.seq,
    ord: entry.ord,
    gap: room.gap || entry.seq !== room.head + 1,
    chat: foldSettings(room.chat, entry, body),
  }
}

function withMend(room: Room, mend: Entry): Room {
  const version = versionBy(mend)
  if (!version) return room
  if (room.lines.some((line) => line.seq === mend.target)) {
    const lines = room.lines.map((line) => (line.seq === mend.target ? withVersion(line, version) : line))
    return { ...room, lines }
  }
  const early = new Map(room.early)
  early.set(mend.target, newer(early.get(mend.target) ?? null, version) ?? version)
  return { ...room, early }
}

function withLine(room: Room, entry: Entry): Room {
  const known = room.lines.find((line) => line.seq === entry.seq)
  const version = newer(known?.overlay ?? null, room.early.get(entry.seq) ?? null)
  const others = room.lines.filter((line) => line.seq !== entry.seq)
  const lines = [...others, withVersion(entry, version)].sort((a, b) => a.seq - b.seq)
  return { ...room, lines }
}

/** What the entries of a user log say of the account itself. */
export interface OwnState {
  readonly profile: Profile
  readonly privacy: Privacy
  /** Ascending. */
  readonly blocked: readonly AccountId[]
  readonly invitations: readonly Invitation[]
  /** Ascending by account. */
  readonly contacts: readonly Contact[]
  readonly personalLink: PersonalLink | null
  /** The newest first; undefined in what an older version of the app stored. */
  readonly photos?: readonly Photo[]
}

function uninvited(invitations: readonly Invitation[], chat: ChatId): Invitation[] {
  return invitations.filter((i) => i.chat !== chat)
}

/** What an entry of the user log makes of the account's own state. */
export function foldOwn<S extends OwnState>(own: S, body: UserBody): S {
  switch (body.kind) {
    case 'profile':
      return { ...own, profile: body.profile }
    case 'privacy':
      return { ...own, privacy: body.privacy }
    case 'block': {
      const others = own.blocked.filter((account) => account !== body.account)
      const blocked = body.blocked ? [...others, body.account].sort((a, b) => a - b) : others
      return { ...own, blocked }
    }
    case 'invitation': {
      const { invitation } = body
      return { ...own, invitations: [...uninvited(own.invitations, invitation.chat), invitation] }
    }
    case 'contact': {
      const { contact } = body
      // What an older version of the app stored has none.
      const others = (own.contacts ?? []).filter((c) => c.account !== contact.account)
      const contacts = body.removed ? others : [...others, contact].sort((a, b) => a.account - b.account)
      return { ...own, contacts }
    }
    case 'personalLink':
      return { ...own, personalLink: body.link }
    case 'accountPhoto':
      return { ...own, photos: [body.photo, ...(own.photos ?? [])] }
    case 'accountPhotoRemoved':
      return { ...own, photos: (own.photos ?? []).filter(({ seq }) => seq !== body.target) }
    case 'myChat':
      if (body.member.role === 'invited') return own
      return { ...own, invitations: uninvited(own.invitations, body.chat) }
    default:
      return own
  }
}

/** An account's own side of one chat. */
export interface OwnChat {
  readonly type: ChatType
  readonly peer: AccountId
  readonly member: MemberState
  readonly read: ReadMark
  readonly draft: DraftBody
  readonly prefs: ChatPrefs
}

/** What an entry of the user log makes of the account's own side of the chat it names. */
export function foldOwnChat(chat: OwnChat, body: UserBody): OwnChat {
  switch (body.kind) {
    case 'myChat': {
      // Of two standings the higher version stands.
      if (body.member.version <= chat.member.version) return chat
      return { ...chat, type: body.type, peer: body.peer, member: body.member }
    }
    case 'read':
      return body.mark.seq > chat.read.seq ? { ...chat, read: body.mark } : chat
    case 'draft':
      return { ...chat, draft: body.draft }
    case 'chatPrefs':
      return { ...chat, prefs: { ...chat.prefs, ...body.prefs } }
    default:
      return chat
  }
}
