// SPDX-License-Identifier: AGPL-3.0-or-later
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Clock, chances, Flow, type Terms, Way } from './flow'

/** As good as none: for what is prepared before anything is measured. */
export const LOOPBACK: Terms = { down: 1e10, up: 1e10, trip: 0, loss: 0 }
/** What Lighthouse calls slow 4G. */
export const SLOW_4G: Terms = { down: 1_600_000, up: 750_000, trip: 150, loss: 0 }
/** The worst that the app promises to work on. */
export const BAD: Terms = { down: 128_000, up: 128_000, trip: 800, loss: 0.05 }

/** Headers of an opening and its answer. */
const OPENING = 40
/** What waits to be sent of one connection, as the buffers of a socket hold it. */
const BUFFER = 64 << 10

const clock: Clock = {
  now: () => performance.now(),
  after: (ms, work) => void setTimeout(work, ms),
}

/** Stands between a browser and the server, and is as slow and lossy as its terms say. */
export class Link {
  terms: Terms = LOOPBACK
  readonly down = new Way()
  readonly up = new Way()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Those of a network that the device has left. */
  readonly #stranded = new WeakSet<Socket>()
  readonly #chance: () => number

  private constructor(to: string, seed: number) {
    const { hostname, port } = new URL(to)
    this.#chance = chances(seed)
    this.#server = createServer({ allowHalfOpen: true }, (near) =>
      this.#join(near, connect({ port: Number(port), host: hostname, allowHalfOpen: true })),
    )
  }

  static async to(url: string, seed = 1): Promise<Link> {
    const link = new Link(url, seed)
    link.#server.listen(0, '127.0.0.1')
    await once(link.#server, 'listening')
    return link
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return `http://127.0.0.1:${address.port}`
  }

  /** All bytes so far, both ways, with the headers of TCP and what was sent again. */
  get bytes(): number {
    return this.down.bytes + this.up.bytes
  }

  /** Connections that were opened under other terms end: what is measured opens its own. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** The device is in another network: connections so far stay open and carry nothing any more. */
  strand(): void {
    for (const socket of this.#sockets) this.#stranded.add(socket)
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: Socket, far: Socket): void {
    const up = this.#flow('up', near, far)
    const down = this.#flow('down', far, near)
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    }
    // What is under way to the browser still comes; nobody waits for what is under way from a closed one.
    near.on('close', () => far.destroy())
    far.on('close', (broken) => broken && near.destroy())
    this.#shake(() => {
      up.open()
      down.open()
    })
  }

  /** A connection stands after a round trip; a lost opening is tried again after one second, two, four. */
  #shake(stands: () => void, patience = 1_000): void {
    const { trip, loss, down, up } = this.terms
    const now = clock.now()
    const there = this.up.carry(now, OPENING, up)
    const back = this.down.carry(there, OPENING, down)
    const lost = this.#chance() < loss || this.#chance() < loss
    if (lost) clock.after(patience, () => this.#shake(stands, 2 * patience))
    else clock.after(back - now + trip, stands)
  }

  #flow(direction: 'down' | 'up', from: Socket, to: Socket): Flow {
    const flow = new Flow({
      terms: () => this.terms,
      direction,
      way: this[direction],
      back: direction === 'down' ? this.up : this.down,
      clock,
      chance: this.#chance,
      deliver: (data) => {
        if (!to.destroyed && !this.#stranded.has(to)) to.write(data)
        if (flow.backlog < BUFFER) from.resume()
      },
      ended: () => {
        if (!this.#stranded.has(to)) to.end()
      },
    })
    from.on('data', (data: Buffer) => {
      flow.push(data)
      if (flow.backlog >= BUFFER) from.pause()
    })
    from.on('end', () => flow.end())
    return flow
  }
}
