// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, FilePart, OutboxRow, UploadRow, Writer } from '../db'
import { AppError, type ErrorCode, type FormattedText } from '../model'
import type { MessageBody } from '../model/entry'
import type { ChatId, DeviceId, Ms, Seq } from '../model/id'
import type { NewMedia } from '../model/media'
import type { PreviewBody } from '../model/preview'
import { encode, fromHex, Messages, nameOf, reread, toHex, toWireEntities } from '../wire'
import { drawnMedia, toNewMedia } from '../wire/media'
import type { Mirror } from './mirror'

/** A write as the person made it. */
export type Write = WriteMessage | WriteEdit | WriteDelete | WriteForward

export interface WriteMessage {
  readonly kind: 'message'
  readonly body: FormattedText
  readonly replyTo: Seq | null
  readonly quote: { readonly body: FormattedText; readonly offset: number } | null
  readonly silent: boolean
  readonly media?: NewMedia | null
  readonly preview?: PreviewBody | null
  readonly album?: string
  readonly together?: string
  /** The writer has read up to here. */
  readonly readTo: Seq
}

export interface WriteEdit {
  readonly kind: 'edit'
  readonly target: Seq
  readonly body: FormattedText
}

export interface WriteDelete {
  readonly kind: 'delete'
  readonly targets: readonly Seq[]
}

export interface WriteForward {
  readonly kind: 'forward'
  readonly from: ChatId
  readonly seqs: readonly Seq[]
  readonly hideSource: boolean
}

type Encoded = Pick<OutboxRow, 'method' | 'request' | 'keys' | 'shows'>
type MakeKey = () => Uint8Array<ArrayBuffer>

const { send, edit, delete: remove, forward } = Messages.method

function encodeMessage(chat: ChatId, w: WriteMessage, makeKey: MakeKey): Encoded {
  const key = makeKey()
  const reply = w.replyTo && {
    seq: w.replyTo,
    quote: w.quote?.body.text ?? '',
    quoteEntities: toWireEntities(w.quote?.body.entities ?? []),
    quoteOffset: w.quote?.offset ?? 0,
  }
  const request = encode(send, {
    chat,
    key,
    text: w.body.text,
    entities: toWireEntities(w.body.entities),
    silent: w.silent,
    readSeq: w.readTo,
    ...(reply ? { reply } : {}),
    preview: w.preview?.url ?? '',
    ...(w.media ? { media: toNewMedia(w.media), album: fromHex(w.album ?? '') } : {}),
  })
  const shows = { kind: 'message', body: drawn(w), silent: w.silent } as const
  return { method: nameOf(send), request, keys: [toHex(key)], shows }
}

/** The body as it will be, near enough to draw it before the server has made the real one. */
function drawn(w: WriteMessage): MessageBody {
  const quote = w.quote
  return {
    text: w.body.text,
    entities: w.body.entities,
    reply: w.replyTo
      ? {
          seq: w.replyTo,
          quote: quote?.body.text ?? '',
          quoteEntities: quote?.body.entities ?? [],
          quoteOffset: quote?.offset ?? 0,
          author: 0,
        }
      : null,
    forward: null,
    signature: '',
    imported: null,
    attachments: [],
    media: w.media ? drawnMedia(w.media) : null,
    album: w.album ?? '',
    preview: w.preview ?? null,
    speaksTo: [],
    wording: null,
  }
}

function encodeWrite(chat: ChatId, w: Write, makeKey: MakeKey): Encoded {
  if (w.kind === 'message') return encodeMessage(chat, w, makeKey)
  if (w.kind === 'edit') {
    const key = makeKey()
    const entities = toWireEntities(w.body.entities)
    const request = encode(edit, { chat, key, target: w.target, text: w.body.text, entities })
    const shows = { kind: 'edit', target: w.target, body: w.body } as const
    return { method: nameOf(edit), request, keys: [toHex(key)], shows }
  }
  if (w.kind === 'delete') {
    const key = makeKey()
    const request = encode(remove, { chat, key, targets: [...w.targets] })
    const shows = { kind: 'delete', targets: w.targets } as const
    return { method: nameOf(remove), request, keys: [toHex(key)], shows }
  }
  const keys = w.seqs.map(() => makeKey())
  const request = encode(forward, {
    fromChat: w.from,
    seqs: [...w.seqs],
    toChat: chat,
    keys,
    hideSource: w.hideSource,
  })
  return { method: nameOf(forward), request, keys: keys.map(toHex), shows: { kind: 'forward' } }
}

/** What of a write has to be uploaded first. */
function filesOf(w: Write): { row: UploadRow; blob: Blob }[] {
  const media = w.kind === 'message' ? (w.media ?? null) : null
  if (!media) return []
  const { file, poster, name } = media
  const row = (part: FilePart, blob: Blob, photo: boolean) => {
    return { row: { part, size: blob.size, name, photo, begun: [], id: '' }, blob }
  }
  return [
    ...(file ? [row('original', file, media.kind === 'photo')] : []),
    ...(poster ? [row('poster', poster, true)] : []),
  ]
}

/** The request of an item whose uploads are whole: it names them. */
export function withFiles(item: OutboxRow): OutboxRow {
  const original = reread(send, item.request)
  const { media } = original
  if (!media) return item
  const id = (part: FilePart) => item.files?.find((f) => f.part === part)?.id ?? ''
  const named = { ...media, file: id('original'), poster: id('poster') }
  return { ...item, state: 'waiting', request: encode(send, { ...original, media: named }) }
}

/** An item whose uploads have ended is uploaded again. */
export function reuploaded(item: OutboxRow): OutboxRow {
  const files = (item.files ?? []).map((f) => ({ ...f, id: '', begun: [] }))
  return files.length > 0 ? { ...item, state: 'uploading', files, unsure: false } : item
}

/** The same request under new keys; only for one of which it is certain that it was never stored. */
export function rekeyed(item: OutboxRow, makeKey: MakeKey): OutboxRow {
  const keys = item.keys.map(() => makeKey())
  return { ...item, keys: keys.map(toHex), request: withKeys(item, keys), unsure: false }
}

function withKeys(item: OutboxRow, keys: readonly Uint8Array<ArrayBuffer>[]): Uint8Array {
  const [key = new Uint8Array(0)] = keys
  switch (item.method) {
    case nameOf(send):
      return encode(send, { ...reread(send, item.request), key })
    case nameOf(edit):
      return encode(edit, { ...reread(edit, item.request), key })
    case nameOf(remove):
      return encode(remove, { ...reread(remove, item.request), key })
    default:
      return encode(forward, { ...reread(forward, item.request), keys: [...keys] })
  }
}

/**
 * The same item for a server that was rewound to `common`: what it points to beyond that is not there any
 * more, or is something else. Null when nothing is left of it.
 */
export function rebased(item: OutboxRow, common: Seq): OutboxRow | null {
  const { shows } = item
  if (shows.kind === 'edit') return shows.target > common ? null : item
  if (shows.kind === 'delete') {
    const targets = shows.targets.filter((seq) => seq <= common)
    if (targets.length === 0) return null
    const request = encode(remove, { ...reread(remove, item.request), targets })
    return { ...item, request, shows: { ...shows, targets } }
  }
  if (shows.kind !== 'message') return item
  const original = reread(send, item.request)
  if (!original.reply || original.reply.seq <= common) return item
  // What it replied to has no number yet on the new log; the words stand by themselves.
  const { reply: _reply, ...rest } = original
  return { ...item, request: encode(send, rest), shows: { ...shows, body: { ...shows.body, reply: null } } }
}

/** Writing into the outbox, from any tab; the leading one sends. */
export class Outbox {
  readonly #db: AccountDb
  readonly #mirror: Mirror
  readonly #makeKey: MakeKey
  readonly #device: DeviceId
  readonly #now: () => Ms

  constructor(db: AccountDb, mirror: Mirror, o: { makeKey: MakeKey; device: DeviceId; now: () => Ms }) {
    this.#db = db
    this.#mirror = mirror
    this.#makeKey = o.makeKey
    this.#device = o.device
    this.#now = o.now
  }

  /** Stores a write durably; resolves with its number once a crash would not lose it. */
  add(chat: ChatId, write: Write): Promise<number> {
    const files = filesOf(write)
    const item = {
      ...encodeWrite(chat, write, this.#makeKey),
      chat,
      at: this.#now(),
      state: files.length > 0 ? 'uploading' : 'waiting',
      unsure: false,
      device: this.#device,
      error: null,
      notBefore: 0,
      seqs: [],
      ...(files.length > 0 ? { files: files.map(({ row }) => row) } : {}),
      ...(write.kind === 'message' && write.together ? { together: write.together } : {}),
    } as const
    return this.#db.write(async (w) => {
      const n = await w.addOutbox(item)
      for (const { row, blob } of files) await w.putFile({ item: n, part: row.part, blob })
      return n
    }, 'strict')
  }

  /** Stops an upload, or lets it go on. */
  pause(n: number, paused: boolean): Promise<void> {
    return this.#db.write(async (w) => {
      const item = await w.outboxItem(n)
      if (item?.state === 'uploading') await w.putOutbox({ ...item, paused })
    })
  }

  /** Takes back what was never sent; false where it may have been. */
  cancel(n: number): Promise<boolean> {
    return this.#db.write(async (w) => {
      const item = await w.outboxItem(n)
      // Whole, and waiting for its turn: the sender looks again before the first byte of it goes.
      const untouched = item?.state === 'waiting' && !item.unsure
      if (!item || (item.state !== 'uploading' && item.state !== 'failed' && !untouched)) return false
      await discard(w, item)
      return true
    }, 'strict')
  }

  /** A refused item: try again or drop it. */
  async settle(n: number, how: 'retry' | 'discard'): Promise<void> {
    await this.#db.write(async (w) => {
      const item = await w.outboxItem(n)
      if (item?.state !== 'failed') return
      if (how === 'discard') await discard(w, item)
      // The person decides to send it anew. Under its old key it would be refused again.
      else await w.putOutbox(retried(item, this.#makeKey, this.#device))
    }, 'strict')
  }

  /**
   * Resolves when the server has acknowledged an item, or after `ms` while it waits; rejects when it was
   * refused for good, and drops it then unless it is to be kept.
   */
  async outcome(n: number, ms: number, keep = false): Promise<void> {
    const state = await this.#decided(n, ms)
    if (state?.state !== 'failed') return
    if (!keep) await this.settle(n, 'discard')
    const wait = state.notBefore > 0 ? Math.max(0, state.notBefore - Date.now()) : null
    throw new AppError((state.error ?? 'INTERNAL') as ErrorCode, wait)
  }

  #decided(n: number, ms: number): Promise<OutboxRow | null> {
    return new Promise((resolve) => {
      const look = () => {
        const item = this.#mirror.outbox.find((i) => i.n === n) ?? null
        if (item?.state === 'waiting' || item?.state === 'uploading') return
        done(item)
      }
      const done = (item: OutboxRow | null) => {
        clearTimeout(timer)
        unsubscribe()
        resolve(item)
      }
      const timer = setTimeout(() => done(null), ms)
      const unsubscribe = this.#mirror.subscribe((change) => change.outbox.includes(n) && look())
      void this.#mirror.settled().then(look)
    })
  }
}

/** An item goes; what was begun of it on the server goes when that can be reached. */
async function discard(w: Writer, item: OutboxRow): Promise<void> {
  await unwant(w, item)
  await w.dropOutbox(item.n)
}

/** Notes what was begun of an item and is no file yet, for whoever uploads to take off the server. */
export async function unwant(w: Writer, { files = [] }: Pick<OutboxRow, 'files'>): Promise<void> {
  const begun = files.flatMap((file) => (file.id ? [] : file.begun))
  if (begun[0]) await w.putValue('unwanted', [...((await w.value('unwanted')) ?? []), ...begun])
}

function retried(item: OutboxRow, makeKey: MakeKey, device: DeviceId): OutboxRow {
  const fresh = item.error === 'KEY_EXPIRED' || item.error === 'KEY_INVALID' || item.device !== device
  const next = fresh ? rekeyed(item, makeKey) : item
  const again = { ...next, device, state: 'waiting', error: null, notBefore: 0 } as const
  if (item.error === 'FILE_GONE') return reuploaded(again)
  const missing = item.files?.some(({ id }) => id === '') ?? false
  return missing ? { ...again, state: 'uploading', paused: false } : again
}

/**
 * Where acknowledged items were stored, and whether the entries themselves are here already. What an item
 * carried stays: whoever uploads keeps it with the message.
 */
export async function settleSent(w: Writer, item: OutboxRow): Promise<boolean> {
  for (const [i, seq] of item.seqs.entries()) {
    const entry = await w.entry(item.chat, seq)
    if (!entry) return false
    // Channels hide keys and authors; this device knows what it wrote.
    if (!entry.own) await w.putEntry({ ...entry, own: true, key: entry.key || (item.keys[i] ?? '') })
  }
  const [[seq], [key = '']] = [item.seqs, item.keys]
  await w.dropItem(item.n)
  if (item.files && seq) {
    const sent = { item: item.n, chat: item.chat, seq, key }
    await w.putValue('toKeep', [...((await w.value('toKeep')) ?? []), sent])
  }
  return true
}
