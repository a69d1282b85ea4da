// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountDb, OutboxRow, UploadRow } from '../db'
import type { MediaKind, UploadView } from '../model/media'
import { appCode, Backoff, ErrorCode, endsSession, mayPass, type Net, Refusal } from '../wire'
import { append, begin, drop, join, type TusOptions, whereIs } from '../wire/tus'
import { keepSent } from './keep'
import type { Mirror } from './mirror'
import { unwant, withFiles } from './outbox'
import { chunkAt, stretches } from './stretch'

/** Items that are uploaded at once. */
const AT_ONCE = 2
/** An upload that is refused for a reason that may pass is given up after so many answers in a row. */
const ATTEMPTS = 8

export interface UploaderOptions {
  readonly net: Net
  readonly token: string
  /** Where the server is reached now. */
  address(): string
  tell(item: number, upload: UploadView | null): void
  /** Our own server ended this session. */
  ended(why: Refusal): void
}

interface Run {
  readonly stop: AbortController
}

/**
 * Uploads what items of the outbox carry, and lets an item go out when all of its album is uploaded. Only the
 * leading tab has one. What is on the server is known by the server: after a cut, a restart of it or of the
 * app it is asked how far each upload has come. A crash between two steps repeats the last.
 */
export class Uploader {
  readonly #db: AccountDb
  readonly #mirror: Mirror
  readonly #o: UploaderOptions
  readonly #runs = new Map<number, Run>()
  readonly #backoffs = new Map<number, Backoff>()
  readonly #attempts = new Map<number, number>()
  readonly #later = new Map<number, ReturnType<typeof setTimeout>>()
  readonly #pace: { readonly sendMin: number; readonly sendMax: number }
  readonly #life = new AbortController()
  #cleaning = false
  #keeping = false
  #open = false

  constructor(
    db: AccountDb,
    mirror: Mirror,
    pace: { readonly sendMin: number; readonly sendMax: number },
    o: UploaderOptions,
  ) {
    this.#db = db
    this.#mirror = mirror
    this.#pace = pace
    this.#o = o
  }

  /** The connection stands: go on. */
  open(): void {
    this.#open = true
    for (const n of [...this.#later.keys()]) this.#resume(n)
    this.look()
  }

  /** No connection: what is under way ends by itself, and nothing is begun. */
  close(): void {
    this.#open = false
  }

  stop(): void {
    this.#open = false
    this.#life.abort()
    for (const { stop } of this.#runs.values()) stop.abort()
    for (const timer of this.#later.values()) clearTimeout(timer)
    this.#later.clear()
  }

  /** The outbox changed. */
  look(): void {
    const items = this.#mirror.outbox.filter((item) => item.state === 'uploading')
    for (const [n, { stop }] of this.#runs) {
      const item = items.find((i) => i.n === n)
      if (!item || item.paused) stop.abort()
    }
    void this.#clean()
    void this.#keep()
    for (const item of items) {
      const running = this.#runs.has(item.n)
      if (!running && !this.#later.has(item.n)) this.#tell(item, 0)
      if (item.paused || running || this.#later.has(item.n) || !this.#open) continue
      if (whole(item)) void this.#release(item).catch(() => this.#wait(item.n))
      else if (this.#runs.size < AT_ONCE) void this.#run(item)
    }
  }

  #resume(n: number): void {
    clearTimeout(this.#later.get(n))
    this.#later.delete(n)
  }

  async #run(item: OutboxRow): Promise<void> {
    const run: Run = { stop: new AbortController() }
    this.#runs.set(item.n, run)
    this.#tell(item, 0)
    try {
      for (const file of item.files ?? []) if (file.id === '') await this.#upload(item.n, file, run)
      this.#backoffs.delete(item.n)
      this.#attempts.delete(item.n)
    } catch (error) {
      // Where the database does not take it, it is not tried again at once, over and over.
      if (!run.stop.signal.aborted) await this.#failed(item, error).catch(() => this.#wait(item.n))
    } finally {
      // Until what it did is read nobody else takes it up: it would be done again.
      await this.#mirror.settled()
      this.#runs.delete(item.n)
      this.look()
    }
  }

  async #failed(item: OutboxRow, error: unknown): Promise<void> {
    if (endsSession(error)) return this.#o.ended(error as Refusal)
    const tried = (this.#attempts.get(item.n) ?? 0) + 1
    this.#attempts.set(item.n, tried)
    const code = error instanceof Refusal ? error.code : null
    // The server forgot the upload, or stands elsewhere: it is asked again, or begun anew.
    const again = code === ErrorCode.FILE_GONE || code === ErrorCode.UPLOAD_OFFSET
    if ((mayPass(error) && (code === null || tried < ATTEMPTS)) || (again && tried < ATTEMPTS)) {
      if (code === ErrorCode.FILE_GONE) await this.#anew(item.n)
      this.#wait(item.n, error instanceof Refusal ? error.retryMs : 0)
      return
    }
    await this.#giveUp(item.n, code === null ? 'INTERNAL' : uploadCode(code))
  }

  /** Goes on with an item later, after so many milliseconds at least. */
  #wait(n: number, least = 0): void {
    if (this.#life.signal.aborted) return
    const { sendMin, sendMax } = this.#pace
    const backoff = this.#backoffs.get(n) ?? new Backoff(sendMin, sendMax)
    this.#backoffs.set(n, backoff)
    const resume = () => {
      this.#resume(n)
      this.look()
    }
    this.#later.set(n, setTimeout(resume, Math.max(least, backoff.next())))
  }

  async #giveUp(n: number, error: string): Promise<void> {
    this.#o.tell(n, null)
    await this.#db.write(async (w) => {
      const item = await w.outboxItem(n)
      if (item?.state === 'uploading') await w.putOutbox({ ...item, state: 'failed', error })
    }, 'strict')
  }

  /** Uploads one file in stretches beside each other, and joins them. */
  async #upload(n: number, file: UploadRow, run: Run): Promise<void> {
    const row = await this.#db.read((r) => r.file(n, file.part))
    if (!row) throw new Refusal(ErrorCode.FILE_GONE)
    const tus = this.#tus(run.stop)
    const { blob } = row
    const parts = stretches(blob.size)
    const partial = parts.length > 1
    const at = parts.map(() => 0)
    const moved = () => {
      const item = this.#mirror.outbox.find((i) => i.n === n)
      if (item && this.#runs.get(n) === run)
        this.#tell(
          item,
          at.reduce((sum, each) => sum + each, 0),
          file,
        )
    }
    const begun = [...(await this.#fileOf(n, file)).begun]
    for (const { from, to } of parts.slice(begun.length)) {
      const { name, photo } = file
      // Not stopped by a person who pauses or cancels: what the server has begun has to be known.
      const id = await begin(this.#tus(this.#life), { length: to - from, name, photo, partial })
      begun.push(id)
      await this.#began(n, file, id)
      run.stop.signal.throwIfAborted()
    }
    const lane = async (id: string, i: number) => {
      const { from = 0, to = 0 } = parts[i] ?? {}
      at[i] = await whereIs(tus, id)
      moved()
      while ((at[i] ?? 0) < to - from) {
        const here = at[i] ?? 0
        const bytes = blob.slice(from + here, Math.min(to, from + here + chunkAt(here)))
        const progress = (sent: number) => {
          at[i] = here + sent
          moved()
        }
        at[i] = await append(tus, id, { at: here, bytes, progress, kind: this.#kindOf(n) })
        moved()
      }
    }
    await all(begun.map(lane)).catch((error: unknown) => {
      // Parts that are gone may have been joined when the answer was lost: that says what they are now.
      if (!partial || !(error instanceof Refusal) || error.code !== ErrorCode.FILE_GONE) throw error
    })
    const id = partial ? await join(tus, begun, file) : (begun[0] ?? '')
    await this.#change(n, (f) => (f.part === file.part ? { ...f, id } : f))
  }

  #kindOf(n: number): MediaKind {
    const shows = this.#mirror.outbox.find((item) => item.n === n)?.shows
    return (shows?.kind === 'message' && shows.body.media?.kind) || 'file'
  }

  async #fileOf(n: number, file: UploadRow): Promise<UploadRow> {
    const item = await this.#db.read((r) => r.outboxItem(n))
    return item?.files?.find((f) => f.part === file.part) ?? file
  }

  #tus({ signal }: AbortController): TusOptions {
    const { net, token } = this.#o
    return { net, token, address: this.#o.address(), signal }
  }

  /** Notes what the server has begun; where its item was taken back meanwhile, to be taken off again. */
  async #began(n: number, file: UploadRow, id: string): Promise<void> {
    await this.#db.write(async (w) => {
      const item = await w.outboxItem(n)
      if (item?.state !== 'uploading') return unwant(w, { files: [{ ...file, begun: [id] }] })
      const more = (f: UploadRow) => (f.part === file.part ? { ...f, begun: [...f.begun, id] } : f)
      await w.putOutbox({ ...item, files: (item.files ?? []).map(more) })
    })
  }

  /** Begins anew: of what was begun something is gone, and the rest is of no use. */
  async #anew(n: number): Promise<void> {
    await this.#db.write(async (w) => {
      const item = await w.outboxItem(n)
      if (item?.state !== 'uploading') return
      await unwant(w, item)
      await w.putOutbox({ ...item, files: (item.files ?? []).map((f) => (f.id ? f : { ...f, begun: [] })) })
    })
  }

  async #change(n: number, change: (file: UploadRow) => UploadRow): Promise<void> {
    await this.#db.write(async (w) => {
      const item = await w.outboxItem(n)
      if (item?.state !== 'uploading') return
      await w.putOutbox({ ...item, files: (item.files ?? []).map(change) })
    })
  }

  /**
   * Items of one album go out together, in the order they were made, once all of them are uploaded, and none
   * overtakes what was sent together with it and before it; what is paused stays behind.
   */
  async #release(item: OutboxRow): Promise<void> {
    await this.#db.write(async (w) => {
      const album = albumOf(item)
      const all = (await w.outbox()).filter((i) => i.state === 'uploading')
      const mine = all.filter((i) => i.n === item.n || (album !== '' && albumOf(i) === album))
      const first = mine[0]?.n ?? item.n
      // Of an album of which one is paused all wait.
      const paused = (i: OutboxRow) =>
        i.paused || (albumOf(i) !== '' && all.some((one) => one.paused && albumOf(one) === albumOf(i)))
      const ahead = all.some(
        (i) => item.together && i.together === item.together && i.n < first && !paused(i),
      )
      if (ahead || !mine.every(whole)) return
      for (const one of mine) {
        await w.putOutbox(withFiles(one))
        this.#o.tell(one.n, null)
      }
    }, 'strict')
  }

  #tell(item: OutboxRow, sent: number, file?: UploadRow): void {
    const files = item.files ?? []
    const size = files.reduce((sum, f) => sum + f.size, 0)
    const done = files.reduce((sum, f) => sum + (f.id !== '' && f.part !== file?.part ? f.size : 0), 0)
    const state = item.paused ? 'paused' : this.#runs.has(item.n) ? 'running' : 'waiting'
    this.#o.tell(item.n, { sent: Math.min(size, done + sent), size, state })
  }

  /**
   * Takes what was begun and is not wanted any more off the server, where it counts among what its person
   * uploads. What is not reached now is tried again with the next link, or when the outbox changes.
   */
  async #clean(): Promise<void> {
    if (this.#cleaning || !this.#open) return
    this.#cleaning = true
    try {
      for (let ids = await this.#unwanted(); ids.length > 0; ids = await this.#unwanted()) {
        const tried = await Promise.allSettled(ids.map((id) => drop(this.#tus(this.#life), id)))
        const left = ids.filter((_, i) => {
          const one = tried[i]
          // Refused for good: it is gone already, or is a file by now.
          const gone = one?.status === 'rejected' && one.reason instanceof Refusal && !mayPass(one.reason)
          return one?.status !== 'fulfilled' && !gone
        })
        await this.#db.write(async (w) => {
          const now = (await w.value('unwanted')) ?? []
          await w.putValue('unwanted', [...left, ...now.filter((id) => !ids.includes(id))])
        })
        if (left.length > 0) return
      }
    } catch {
      // The database was closed: the next app goes on.
    } finally {
      this.#cleaning = false
    }
  }

  /** What was sent is kept on this device with its message, as what is loaded. */
  async #keep(): Promise<void> {
    if (this.#keeping || this.#life.signal.aborted) return
    this.#keeping = true
    // Where the database was closed the next app goes on.
    await keepSent(this.#db, this.#life.signal).catch(() => {})
    this.#keeping = false
  }

  async #unwanted(): Promise<readonly string[]> {
    return (await this.#db.read((r) => r.value('unwanted'))) ?? []
  }
}

const whole = (item: OutboxRow) => (item.files ?? []).every(({ id }) => id !== '')

function albumOf({ shows }: OutboxRow): string {
  return shows.kind === 'message' ? shows.body.album : ''
}

function uploadCode(code: ErrorCode): string {
  return code === ErrorCode.TOO_LARGE ? 'MEDIA_TOO_LARGE' : appCode(code)
}

/** All of them; a failure is told when none is on its way any more, so that the next try meets no other. */
async function all(lanes: readonly Promise<void>[]): Promise<void> {
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason
}
