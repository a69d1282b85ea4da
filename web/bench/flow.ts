// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * A model of a bad network, for benches: what a link does to the segments of TCP, and what TCP does then. It
 * stands in for netem, which not every kernel has. Bytes are cut into segments of 1,400 bytes with 40 of
 * headers. All connections share the rate of each direction and wait in one queue. Each segment is lost by
 * chance; it costs its place on the link, and is sent again after one round trip where three later ones told
 * of the gap, else after a round trip and a half, twice as long each further time. What came after it waits.
 * The window begins at ten segments, grows by one for each that is acknowledged, and is halved by a loss.
 * Only data are lost; acknowledgements are counted as 40 bytes each and neither wait nor make others wait.
 */

/** What a link is like. */
export interface Terms {
  /** Bits a second, to the browser and from it. */
  readonly down: number
  readonly up: number
  /** One round trip without a queue; milliseconds. */
  readonly trip: number
  /** The share of segments that are lost. */
  readonly loss: number
}

/** Time as the model needs it. */
export interface Clock {
  now(): number
  after(ms: number, work: () => void): void
}

const SEGMENT = 1_400
const HEADERS = 40
const FIRST_WINDOW = 10

/** One direction of a link: whoever sends there waits for those before. */
export class Way {
  /** All that went over it, headers and repetitions included. */
  bytes = 0
  #free = 0

  /** When the last of so many bytes has left, handed over now at so many bits a second. */
  carry(now: number, bytes: number, rate: number): number {
    this.#free = Math.max(now, this.#free) + (bytes * 8_000) / rate
    this.bytes += bytes
    return this.#free
  }
}

interface Segment {
  readonly data: Uint8Array
  arrived: boolean
  tries: number
}

export interface FlowOptions {
  readonly terms: () => Terms
  readonly direction: 'down' | 'up'
  readonly way: Way
  /** Where acknowledgements go. */
  readonly back: Way
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly chance: () => number
  readonly deliver: (data: Uint8Array) => void
  /** After the last byte, where the sender has ended. */
  readonly ended: () => void
}

/** What one connection sends in one direction. */
export class Flow {
  readonly #o: FlowOptions
  /** Not sent yet. */
  #rest: Uint8Array[] = []
  /** Sent, in order, from the first that has not been delivered on. */
  #order: Segment[] = []
  #open = false
  #over = false
  #sent = 0
  #flying = 0
  #window = FIRST_WINDOW
  #threshold = Number.POSITIVE_INFINITY

  constructor(o: FlowOptions) {
    this.#o = o
  }

  /** Bytes that were handed over and have not been sent. */
  get backlog(): number {
    return this.#rest.reduce((sum, part) => sum + part.length, 0)
  }

  /** The connection stands. */
  open(): void {
    this.#open = true
    this.#pump()
  }

  push(data: Uint8Array): void {
    for (let at = 0; at < data.length; at += SEGMENT) this.#rest.push(data.subarray(at, at + SEGMENT))
    this.#pump()
  }

  end(): void {
    this.#over = true
    this.#flush()
  }

  #pump(): void {
    while (this.#open && this.#flying < Math.floor(this.#window)) {
      const data = this.#rest.shift()
      if (!data) return
      const segment = { data, arrived: false, tries: 0 }
      this.#order.push(segment)
      this.#flying++
      this.#send(segment)
    }
  }

  #send(segment: Segment): void {
    const { terms, direction, way, clock, chance } = this.#o
    const { trip, loss, [direction]: rate } = terms()
    const now = clock.now()
    const gone = way.carry(now, segment.data.length + HEADERS, rate) - now
    const lost = chance() < loss
    const mark = ++this.#sent
    segment.tries++
    if (!lost) clock.after(gone + trip / 2, () => this.#arrive(segment))
    clock.after(gone + trip, () => (lost ? this.#miss(segment, mark, gone + trip) : this.#acknowledge()))
  }

  #arrive(segment: Segment): void {
    segment.arrived = true
    this.#o.back.bytes += HEADERS
    this.#flush()
  }

  #flush(): void {
    while (this.#order[0]?.arrived) {
      const segment = this.#order.shift()
      if (segment) this.#o.deliver(segment.data)
    }
    if (!this.#over || this.#order.length + this.#rest.length > 0) return
    this.#over = false
    this.#o.ended()
  }

  #acknowledge(): void {
    this.#flying--
    this.#window += this.#window < this.#threshold ? 1 : 1 / this.#window
    this.#pump()
  }

  /** A round trip after a segment was sent that was lost. */
  #miss(segment: Segment, mark: number, waited: number): void {
    const { terms, clock } = this.#o
    this.#threshold = Math.max(2, this.#window / 2)
    if (this.#sent - mark >= 3) {
      this.#window = this.#threshold
      this.#send(segment)
      return
    }
    this.#window = 1
    const patience = terms().trip * 1.5 * 2 ** (segment.tries - 1)
    clock.after(Math.max(0, patience - waited), () => this.#send(segment))
  }
}

/** Numbers from 0 up to 1 that a seed gives again. */
export function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
