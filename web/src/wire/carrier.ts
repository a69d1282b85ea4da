// SPDX-License-Identifier: AGPL-3.0-or-later
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { ErrorCode, Refusal, Silence } from './failure'
import { decodeFrame, decodeHelloOk, encodeHello, FrameSplitter, greetingOf } from './frame'
import type { HelloOk } from './gen/zolal/v1/frame_pb'
import { PollRequestSchema, type Updates, UpdatesSchema } from './gen/zolal/v1/sync_pb'
import { toHex } from './hex'
import type { Link, LinkEvents, LinkOptions } from './link'
import { openPost, type PostOptions, post } from './post'

/** What both HTTP links share: each call is a POST of its own, and updates come in some other way. */
abstract class HttpLink implements Link {
  abstract readonly rung: 'stream' | 'poll'
  readonly address: string
  readonly hello: HelloOk
  heard = performance.now()
  protected readonly o: LinkOptions & PostOptions
  protected readonly events: LinkEvents
  protected readonly abort = new AbortController()
  readonly #calls = new Set<AbortController>()

  constructor(hello: HelloOk, o: LinkOptions, events: LinkEvents) {
    this.address = o.address
    this.hello = hello
    // A link belongs to the life of the server that greeted it: a number may mean something else in another.
    this.o = { ...o, incarnation: toHex(hello.incarnation) }
    this.events = events
  }

  protected get over(): boolean {
    return this.abort.signal.aborted
  }

  async request(method: string, payload: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    if (this.over) throw new Silence('cut', false)
    const call = new AbortController()
    this.#calls.add(call)
    try {
      return await post(this.o, method, payload, deadlineMs, call)
    } catch (error) {
      // A call that the network swallowed says more about the link than the silence of an idle stream.
      if (!(error instanceof Refusal) || error.code === ErrorCode.INCARNATION_CHANGED) this.end(error)
      throw error
    } finally {
      this.#calls.delete(call)
    }
  }

  /** A dead network breaks the stream or the poll by itself. */
  probe(): void {}

  retire(): void {
    this.abort.abort('closed')
  }

  close(): void {
    this.retire()
    for (const call of this.#calls) call.abort('closed')
  }

  protected end(why: unknown): void {
    if (this.over) return
    this.close()
    this.events.closed(why)
  }
}

class StreamLink extends HttpLink {
  readonly rung = 'stream'
  #timer: ReturnType<typeof setTimeout> | undefined

  override retire(): void {
    clearTimeout(this.#timer)
    super.retire()
  }

  /** Reads until the stream ends; `reader` and `splitter` go on where the greeting ended. */
  async run(reader: ReadableStreamDefaultReader<Uint8Array>, splitter: FrameSplitter, early: Uint8Array[]) {
    this.abort.signal.addEventListener('abort', () => reader.cancel().catch(() => {}))
    try {
      this.#hear(early)
      for (;;) {
        const { done, value } = await reader.read()
        if (done) throw new Silence('cut', true)
        this.#hear(splitter.push(value))
      }
    } catch (error) {
      this.end(error instanceof Silence ? error : new Silence('cut', true, error))
    }
  }

  #hear(frames: Uint8Array[]): void {
    clearTimeout(this.#timer)
    if (this.over) return
    this.heard = performance.now()
    this.#timer = setTimeout(() => this.end(new Silence('late', true)), this.o.timing.streamSilence)
    for (const bytes of frames) {
      const { what } = decodeFrame(bytes)
      if (what.case === 'updates') this.events.updates(what.value)
    }
  }
}

/** Opens the endless answer that carries updates where WebSockets are blocked. */
export async function openStream(o: LinkOptions, events: LinkEvents): Promise<Link> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort('late'), o.timing.firstData)
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  try {
    const response = await openPost(o, 'stream', encodeHello(o.token, o.who), abort.signal)
    reader = response.body?.getReader()
    if (!reader) throw new Silence('interfering', true)
    const splitter = new FrameSplitter()
    let frames: Uint8Array[] = []
    let greeting: Uint8Array | undefined
    while (!greeting) {
      const { done, value } = await reader.read()
      if (done) throw new Silence('cut', true)
      frames = splitter.push(value).filter((bytes) => bytes.length > 0)
      greeting = frames.shift()
    }
    const link = new StreamLink(greetingOf(decodeFrame(greeting)), o, events)
    void link.run(reader, splitter, frames)
    return link
  } catch (error) {
    reader?.cancel().catch(() => {})
    if (error instanceof Refusal || error instanceof Silence) throw error
    throw new Silence(abort.signal.aborted ? 'late' : 'cut', true, error)
  } finally {
    clearTimeout(timer)
  }
}

class PollLink extends HttpLink {
  readonly rung = 'poll'
  readonly #poll = new AbortController()

  override retire(): void {
    super.retire()
    this.#poll.abort('closed')
  }

  async run(): Promise<void> {
    const session = crypto.randomUUID()
    let after = 0n
    try {
      while (!this.over) {
        const ask = create(PollRequestSchema, { waitMs: this.o.timing.pollWait, session, after })
        const deadline = this.o.timing.pollWait + this.o.timing.firstData
        const bytes = await post(this.o, 'Sync/Poll', toBinary(PollRequestSchema, ask), deadline, this.#poll)
        const updates = decodeUpdates(bytes)
        if (this.over) return
        this.heard = performance.now()
        if (updates.updates.length > 0) this.events.updates(updates)
        after = updates.number
      }
    } catch (error) {
      this.end(error)
    }
  }
}

function decodeUpdates(bytes: Uint8Array): Updates {
  try {
    return fromBinary(UpdatesSchema, bytes)
  } catch (error) {
    throw new Silence('interfering', true, error)
  }
}

/** Opens a link that asks for updates again and again: it passes wherever a web page does. */
export async function openPoll(o: LinkOptions, events: LinkEvents): Promise<Link> {
  const greeting = await post(o, 'Hello', encodeHello(o.token, o.who), o.timing.firstData * 2)
  const link = new PollLink(decodeHelloOk(greeting), o, events)
  void link.run()
  return link
}
