// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow, EntryRow, OutboxRow } from '../../db'
import type {
  ChatView,
  ContentView,
  Delivery,
  ErrorCode,
  FormattedText,
  ForwardView,
  MediaKind,
  MediaPlace,
  MessageView,
  PersonRef,
  ReplyView,
  ServiceView,
} from '../../model'
import type { ChatBody, Entry, ForwardBody, MessageBody, ReplyBody } from '../../model/entry'
import { currentBody, isIn } from '../../model/fold'
import type { Ms, Seq } from '../../model/id'
import { lineOf } from '../../model/richtext'
import { readChatBody } from '../../wire'
import type { People } from './people'
import { messageRightsOf, NO_RIGHTS } from './rights'

const EMPTY: FormattedText = { text: '', entities: [] }
/** Of a message that is only named, as in a reply or a pin; UTF-16 code units. */
const SNIPPET = 200

/** What messages are drawn from. */
export interface MessageContext {
  readonly row: ChatRow
  readonly me: number
  readonly people: People
  readonly now: Ms
  /** A stored entry of the same chat, for replies and pins; undefined when it is not here. */
  find(seq: Seq): Entry | undefined
  /** The edit of this entry that waits in the outbox or was refused. */
  editOf(seq: Seq): OutboxRow | undefined
  /** Whether a deletion of this entry waits in the outbox. */
  isLeaving(seq: Seq): boolean
}

/** The identity of a message in drawing: its key where it is one's own, so that it outlives the outbox. */
export function identityOf(entry: Entry, me: number): string {
  const own = entry.author === me || entry.own
  return own && entry.key ? entry.key : String(entry.seq)
}

/** An entry as it is drawn; null for those that show nothing. */
export function messageViewOf(c: MessageContext, entry: EntryRow): MessageView | null {
  const body = readChatBody({ kind: entry.kind, body: currentBody(entry) })
  const message = body.kind === 'message' ? body.message : null
  const content = contentOf(c, entry, body)
  if (!content) return null
  const own = entry.author === c.me || entry.own === true
  const { row } = c
  return {
    key: identityOf(entry, c.me),
    seq: entry.seq,
    at: entry.at,
    author: authorOf(c, entry, body),
    own,
    content,
    reply: message?.reply ? replyOf(c, message.reply) : null,
    forward: message?.forward ? forwardOf(c, message.forward) : null,
    editedAt: editedAtOf(entry, message),
    reactions: entry.tally?.reactions ?? [],
    delivery: own && row.info.type !== 'saved' ? deliveryOf(c, entry) : null,
    failure: own ? failureOf(c.editOf(entry.seq)) : null,
    retryAt: own ? retryOf(c.editOf(entry.seq)) : null,
    views: row.info.type === 'channel' && message ? (entry.tally?.views ?? 0) : null,
    pinned: row.info.pinned.includes(entry.seq),
    // What was imported, or written by a stranger and not yet accepted, notifies nobody: nobody chose that.
    silent: entry.silent && message !== null && message.imported === null && row.info.type !== 'direct',
    mentionsMe: !own && (message?.speaksTo.includes(c.me) ?? false),
    rights: messageRightsOf(row.info, entry, { own, forwarded: message?.forward != null, now: c.now }),
  }
}

function deliveryOf(c: MessageContext, entry: Entry): Delivery {
  const edit = c.editOf(entry.seq)
  if (edit) return edit.state === 'failed' ? 'failed' : 'pending'
  return c.row.info.type !== 'channel' && entry.seq <= c.row.peerRead ? 'read' : 'sent'
}

function retryOf(item: OutboxRow | undefined): Ms | null {
  return item?.state === 'failed' && item.notBefore > 0 ? item.notBefore : null
}

function failureOf(item: OutboxRow | undefined): ErrorCode | null {
  return item?.state === 'failed' ? ((item.error ?? 'INTERNAL') as ErrorCode) : null
}

function editedAtOf(entry: Entry, message: MessageBody | null): Ms | null {
  if (!message) return null
  return entry.overlay?.at || message.imported?.edited || null
}

function contentOf(c: MessageContext, entry: Entry, body: ChatBody): ContentView | null {
  if (entry.overlay?.redacted || c.isLeaving(entry.seq)) return null
  if (body.kind === 'message') return contentOfMessage(c, entry, body.message)
  if (entry.kind === 'message') return { kind: 'unknown' }
  const service = serviceOf(c, entry, body)
  return service && { kind: 'service', service }
}

/** Where what an entry carries is fetched. */
function placeOf({ row }: MessageContext, { seq }: Entry): MediaPlace {
  return { at: 'server', chat: row.id, seq, open: row.info.type === 'channel' && row.info.name !== '' }
}

function contentOfMessage(c: MessageContext, entry: Entry, message: MessageBody): ContentView {
  const edit = c.editOf(entry.seq)?.shows
  const { text, entities } = edit?.kind === 'edit' ? edit.body : message
  const body = { text, entities }
  if (message.media) {
    const place = placeOf(c, entry)
    return { kind: 'media', media: { ...message.media, place }, body, album: message.album }
  }
  if (message.attachments.length === 0) {
    const { wording, preview } = message
    const place = placeOf(c, entry)
    return {
      kind: 'text',
      body,
      ...(wording && { wording }),
      ...(preview && { preview: { ...preview, place } }),
    }
  }
  const attachments = message.attachments.map(({ kind, name, bytes, seconds, emoji }) => {
    return { kind, name, bytes, seconds, emoji }
  })
  return { kind: 'attachments', attachments, body }
}

/** Authors are accounts, or the labels of an import or of a signed post. */
function authorOf(c: MessageContext, entry: Entry, body: ChatBody): PersonRef | null {
  if (entry.author !== 0) return c.people.ref(entry.author)
  const message = body.kind === 'message' ? body.message : null
  const imported = message?.imported ?? (body.kind === 'service' ? body.service.imported : null)
  const name = message?.signature || imported?.author || ''
  return name ? { account: null, name } : null
}

function replyOf(c: MessageContext, reply: ReplyBody): ReplyView {
  const target = reply.seq ? c.find(reply.seq) : undefined
  const quoted = reply.quote !== ''
  const gone = target?.overlay?.redacted ?? false
  const body = target && readChatBody({ kind: target.kind, body: currentBody(target) })
  const said = body?.kind === 'message' ? beginningOf(body.message) : EMPTY
  const author = reply.author || target?.author || 0
  return {
    seq: reply.seq || null,
    author: author ? c.people.ref(author) : target && body ? authorOf(c, target, body) : null,
    snippet: quoted ? { text: reply.quote, entities: reply.quoteEntities } : gone ? EMPTY : said,
    quoted,
    ...(gone ? {} : mediaIn(target)),
    gone,
  }
}

/** What an entry carries, for lines that name it. */
export function mediaIn(entry: Entry | undefined): { media?: MediaKind } {
  if (entry?.kind !== 'message' || entry.overlay?.redacted) return {}
  const body = readChatBody({ kind: 'message', body: currentBody(entry) })
  return body.kind === 'message' && body.message.media ? { media: body.message.media.kind } : {}
}

/** The beginning of a message, without cutting through a character. */
export function beginningOf(message: Pick<MessageBody, 'text' | 'entities'>): FormattedText {
  if (message.text.length <= SNIPPET) return { text: message.text, entities: message.entities }
  const last = message.text.charCodeAt(SNIPPET - 1)
  const end = last >= 0xd800 && last < 0xdc00 ? SNIPPET - 1 : SNIPPET
  const entities = message.entities
    .filter((e) => e.offset < end)
    .map((e) => ({ ...e, length: Math.min(e.length, end - e.offset) }))
  return { text: message.text.slice(0, end), entities }
}

function forwardOf(c: MessageContext, f: ForwardBody): ForwardView {
  const from = (f.account && c.people.contact(f.account)?.name) || f.name
  const by = f.signature ? ` (\u2068${f.signature}\u2069)` : ''
  return { from: from + by, chat: f.chat || null, seq: f.chat && f.seq ? f.seq : null, at: f.at || null }
}

/** What a message says, as the line that names it: hidden parts stay hidden. */
export function snippetOf(entry: Entry | undefined): string {
  if (!entry || entry.overlay?.redacted) return ''
  const body = readChatBody({ kind: entry.kind, body: currentBody(entry) })
  return body.kind === 'message' ? lineOf(beginningOf(body.message), SNIPPET) : ''
}

function serviceOf(c: MessageContext, entry: Entry, body: ChatBody): ServiceView | null {
  switch (body.kind) {
    case 'chatCreated':
      // Nobody made the chat in which the server tells something: there is nothing to say of it.
      return c.row.info.type === 'service' ? null : { kind: 'chatCreated', title: body.created.title }
    case 'service':
      return { kind: 'imported', action: body.service.action, values: body.service.values }
    case 'pin':
      return { kind: 'pinned', seq: entry.target, snippet: snippetOf(c.find(entry.target)) }
    // That a pin was taken down shows in the bar of pins; a line about it would only be noise.
    case 'unpin':
      return null
    case 'member':
      return memberLineOf(c, entry, body)
    case 'chatInfo': {
      const { title, name, about } = body.change
      // The name that a chat was made with belongs to its making, of which the line before tells.
      if (entry.seq === 2 && entry.at === c.row.info.created) return null
      if (title !== undefined) return { kind: 'titleChanged', title }
      if (name !== undefined) return { kind: 'publicNameChanged', name }
      return about !== undefined ? { kind: 'aboutChanged' } : null
    }
    case 'chatPhoto': {
      const where = { of: 'chat', id: c.row.id, seq: entry.seq, at: entry.at } as const
      return { kind: 'photoChanged', photo: { ...body.photo, ...where, open: false, past: true } }
    }
    case 'chatPhotoRemoved':
      return { kind: 'photoRemoved' }
    default:
      if (entry.kind === 'chatPhoto') return { kind: 'photoChanged', photo: null }
      return entry.counted || entry.kind === 'service' ? { kind: 'unknown' } : null
  }
}

function memberLineOf(c: MessageContext, entry: Entry, body: ChatBody): ServiceView | null {
  if (body.kind !== 'member') return null
  const { member, before } = body.change
  const self = entry.author === member.account
  const whom = c.people.ref(member.account)
  if (member.role === 'owner') return { kind: 'ownerChanged', whom }
  if (!isIn(before) && isIn(member.role)) return self ? { kind: 'joined' } : { kind: 'joinApproved', whom }
  if (isIn(before) && !isIn(member.role)) return self ? { kind: 'left' } : { kind: 'removed', whom }
  return null
}

/** An edit that came too late: its message was deleted. */
export function lostEditOf(outbox: readonly OutboxRow[]): ChatView['lostEdit'] {
  for (const { keys, error, shows } of outbox)
    if (shows.kind === 'edit' && error === 'TARGET_GONE') return { key: keys[0] ?? '', text: shows.body.text }
  return null
}

/** A message that waits in the outbox, was refused, or was sent and has not come back yet. */
export function outboxViewOf(c: MessageContext, item: OutboxRow): MessageView | null {
  const { shows } = item
  if (shows.kind !== 'message') return null
  const { reply } = shows.body
  return {
    key: item.keys[0] ?? '',
    seq: null,
    at: item.at,
    author: c.row.info.type === 'channel' ? null : c.people.ref(c.me),
    own: true,
    content: waitingContent(item, shows.body),
    reply: reply ? replyOf(c, reply) : null,
    forward: null,
    editedAt: null,
    reactions: [],
    delivery: item.state === 'waiting' || item.state === 'uploading' ? 'pending' : item.state,
    failure: failureOf(item),
    retryAt: retryOf(item),
    views: null,
    pinned: false,
    silent: shows.silent,
    mentionsMe: false,
    rights: NO_RIGHTS,
  }
}

function waitingContent(
  { n }: OutboxRow,
  { text, entities, media, album, preview }: MessageBody,
): ContentView {
  const body = { text, entities }
  // What an older version of the app stored says nothing of media.
  const place = { at: 'outbox', item: n } as const
  if (!media) return preview ? { kind: 'text', body, preview: { ...preview, place } } : { kind: 'text', body }
  return { kind: 'media', media: { ...media, place }, body, album }
}

/** The numbers of entries that a message names and that have to be here to draw it. */
export function namedBy(entry: Entry): Seq[] {
  if (entry.kind === 'pin') return [entry.target]
  if (entry.kind !== 'message' || entry.overlay?.redacted) return []
  const body = readChatBody({ kind: 'message', body: currentBody(entry) })
  const reply = body.kind === 'message' ? body.message.reply : null
  return reply?.seq ? [reply.seq] : []
}
