// SPDX-License-Identifier: AGPL-3.0-or-later
import { Refusal, Silence } from './failure'
import { decodeFrame, encodeCall, encodeHello, greetingOf } from './frame'
import type { HelloOk, Response } from './gen/zolal/v1/frame_pb'
import type { Link, LinkEvents, LinkOptions } from './link'

interface Waiting {
  readonly resolve: (payload: Uint8Array) => void
  readonly reject: (why: unknown) => void
  readonly timers: readonly ReturnType<typeof setTimeout>[]
}

/** Opens a WebSocket and waits until the server has greeted. */
export function openSocket(o: LinkOptions, events: LinkEvents): Promise<Link> {
  return new Promise((resolve, reject) => {
    if (!o.net.online()) return reject(new Silence('offline', false))
    const socket = o.net.socket(`${o.address.replace(/^http/, 'ws')}/api/ws`, 'zolal.v1')
    socket.binaryType = 'arraybuffer'
    const fail = (why: unknown) => {
      clearTimeout(timer)
      detach(socket)
      reject(why)
    }
    const timer = setTimeout(() => fail(new Silence('late', false)), o.timing.firstData)
    socket.onopen = () => socket.send(encodeCall(0, 'Hello', encodeHello(o.token, o.who)))
    // A close follows every error and says no less; ws (in tests) wants errors to be listened for.
    socket.onerror = () => {}
    socket.onclose = () => fail(new Silence(o.net.online() ? 'cut' : 'offline', false))
    socket.onmessage = (message) => {
      try {
        const hello = greetingOf(decodeFrame(bytesOf(message.data)))
        clearTimeout(timer)
        resolve(new SocketLink(socket, hello, o, events))
      } catch (error) {
        fail(error)
      }
    }
  })
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  throw new Silence('interfering', true)
}

function detach(socket: WebSocket): void {
  socket.onopen = socket.onmessage = socket.onclose = null
  socket.close()
}

class SocketLink implements Link {
  readonly rung = 'socket'
  readonly address: string
  readonly hello: HelloOk
  heard = performance.now()
  readonly #socket: WebSocket
  readonly #events: LinkEvents
  readonly #o: LinkOptions
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  #pinging = false
  #idle: ReturnType<typeof setTimeout> | undefined
  #over = false

  constructor(socket: WebSocket, hello: HelloOk, o: LinkOptions, events: LinkEvents) {
    this.address = o.address
    this.hello = hello
    this.#socket = socket
    this.#events = events
    this.#o = o
    socket.onmessage = (message) => this.#receive(message.data)
    socket.onclose = () => this.#end(new Silence(o.net.online() ? 'cut' : 'offline', true))
    this.#watch()
  }

  request(method: string, payload: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    if (this.#over) return Promise.reject(new Silence('cut', false))
    const id = this.#next
    this.#next = (this.#next % 0xffff_ffff) + 1
    return new Promise((resolve, reject) => {
      const asked = performance.now()
      const timers = [
        setTimeout(() => this.#settle(id, new Silence('late', true)), deadlineMs),
        setTimeout(() => this.heard < asked && this.#ping(), this.#o.timing.doubt),
      ]
      this.#waiting.set(id, { resolve, reject, timers })
      this.#socket.send(encodeCall(id, method, payload))
    })
  }

  probe(): void {
    this.#ping()
  }

  retire(): void {
    this.close()
  }

  close(): void {
    this.#finish(new Silence('cut', true))
  }

  #receive(data: unknown): void {
    this.heard = performance.now()
    try {
      const { what } = decodeFrame(bytesOf(data))
      if (what.case === 'response') this.#answer(what.value)
      else if (what.case === 'updates') this.#events.updates(what.value)
    } catch (error) {
      this.#end(error)
    }
  }

  #answer(response: Response): void {
    const { result } = response
    if (result.case === 'payload') this.#settle(response.id, result.value)
    else if (result.case === 'error') {
      const { code, message, retryMs, field } = result.value
      this.#settle(response.id, new Refusal(code, message, retryMs, field))
    } else this.#settle(response.id, new Uint8Array(0))
  }

  #settle(id: number, outcome: Uint8Array | Error): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    for (const timer of waiting.timers) clearTimeout(timer)
    if (outcome instanceof Uint8Array) waiting.resolve(outcome)
    else waiting.reject(outcome)
  }

  /** Pings when nothing was heard for as long as the server asks for. */
  #watch(): void {
    const period = (this.hello.pingSeconds || 30) * 1000
    const idle = performance.now() - this.heard
    if (idle >= period) this.#ping()
    this.#idle = setTimeout(() => this.#watch(), Math.max(period - idle, period / 4))
  }

  #ping(): void {
    if (this.#pinging || this.#over) return
    this.#pinging = true
    const asked = performance.now()
    // Where the browser says that the network has gone, an answer is not waited for as long.
    const { net, timing } = this.#o
    this.request('Ping', new Uint8Array(0), net.online() ? timing.pong : timing.pong / 4)
      .catch((error) => {
        if (error instanceof Silence && this.heard < asked) this.#end(new Silence('late', true))
      })
      .finally(() => {
        this.#pinging = false
      })
  }

  #end(why: unknown): void {
    if (this.#over) return
    this.#finish(why)
    this.#events.closed(why)
  }

  #finish(why: unknown): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#idle)
    detach(this.#socket)
    for (const id of [...this.#waiting.keys()]) this.#settle(id, new Silence('cut', true, why))
  }
}
