// SPDX-License-Identifier: AGPL-3.0-or-later
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { WebSocketServer, type WebSocket as WsSocket } from 'ws'
import { Refusal } from '../../src/wire/failure'
import * as frame from '../../src/wire/gen/zolal/v1/frame_pb'
import * as sync from '../../src/wire/gen/zolal/v1/sync_pb'
import { toHex } from '../../src/wire/hex'

/** What answers behind the gate. Throws Refusal. */
export interface Backend {
  incarnation(): Uint8Array
  /** Throws Refusal when the token is good for nothing; returns who it is. */
  signIn(token: string): number
  handle(method: string, payload: Uint8Array, account: number): Uint8Array
}

type Push = (updates: sync.Update[]) => void

interface Session {
  readonly account: number
  readonly push: Push
}

/** How the network misbehaves at one moment of one request. */
export type Fault = 'loseRequest' | 'loseAnswer' | 'swallow' | frame.ErrorCode

const OPEN = new Set([
  'Accounts/Server',
  'Accounts/SignUp',
  'Accounts/SignIn',
  'Accounts/Recover',
  'Accounts/CheckUsername',
])

const GREETING = new Set(['Hello', 'stream'])

/**
 * A real server on a random port that speaks the native protocol over WebSocket, streams, polls and posts,
 * and whose network can be told to cut, delay, swallow or answer in a stranger's words.
 */
export class Gate {
  /** Rungs that open and then swallow everything. */
  readonly swallows = new Set<'socket' | 'stream' | 'poll'>()
  /** Every HTTP request is answered by a captive portal's page. */
  portal = false
  /** Faults of the next requests of a method, one each. */
  readonly faults = new Map<string, Fault[]>()
  /** What becomes of updates on their way. */
  mangle: (updates: sync.Update[]) => sync.Update[] = (updates) => updates
  /** Requests that reached the backend, by method. */
  readonly seen: string[] = []
  /** Posts over a link that did not say which life of the server they are meant for. */
  readonly lifeless: string[] = []
  pingSeconds = 30
  readonly backend: Backend
  readonly sessions = new Set<Session>()
  readonly #polls = new Map<string, PollQueue>()
  readonly #sockets = new Set<Socket>()
  readonly #ws = new WebSocketServer({ noServer: true })
  #server: Server | null = null
  #port = 0

  constructor(backend: Backend) {
    this.backend = backend
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens; again on the same port after down(). */
  async up(): Promise<this> {
    const server = createServer((request, response) => {
      this.#http(request, response).catch(() => response.destroy())
    })
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on('upgrade', (request, socket, head) => {
      if (this.portal) {
        socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Sign in</html>')
        return
      }
      this.#ws.handleUpgrade(request, socket, head, (ws) => this.#socket(ws))
    })
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
    return this
  }

  async down(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (!server) return
    const closed = new Promise((resolve) => server.close(resolve))
    this.cut()
    await closed
  }

  /** Breaks every connection at once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#polls.clear()
    this.sessions.clear()
  }

  /** The network that the connections so far came by is gone: they stay open and carry nothing any more. */
  strand(): void {
    for (const socket of this.#sockets) {
      socket.pause()
      socket.write = () => true
    }
    this.sessions.clear()
  }

  /** Sends updates to every session of the accounts. */
  push(accounts: readonly number[], updates: sync.Update[]): void {
    this.pushTo((account) => accounts.includes(account), updates)
  }

  /** Sends updates to every session whose owner is meant. */
  pushTo(meant: (account: number) => boolean, updates: sync.Update[]): void {
    for (const session of this.sessions) {
      if (!meant(session.account)) continue
      const mangled = this.mangle(updates)
      if (mangled.length > 0) session.push(mangled)
    }
  }

  /** The next requests of a method meet these faults, one each. */
  fail(method: string, ...faults: Fault[]): void {
    this.faults.set(method, [...(this.faults.get(method) ?? []), ...faults])
  }

  /** What a request comes to; null means that nothing is ever answered, and the caller acts on `cut`. */
  #answer(method: string, payload: Uint8Array, account: number): Uint8Array | 'swallow' | 'cut' {
    const fault = this.faults.get(method)?.shift()
    if (fault === 'loseRequest') return 'cut'
    if (fault === 'swallow') return 'swallow'
    if (typeof fault === 'number') throw new Refusal(fault)
    this.seen.push(method)
    const answer = this.backend.handle(method, payload, account)
    return fault === 'loseAnswer' ? 'cut' : answer
  }

  #helloOk(): Uint8Array {
    return toBinary(
      frame.HelloOkSchema,
      create(frame.HelloOkSchema, {
        protocol: 1,
        incarnation: this.backend.incarnation(),
        serverMs: BigInt(Date.now()),
        pingSeconds: this.pingSeconds,
      }),
    )
  }

  #socket(ws: WsSocket): void {
    let session: Session | null = null
    const send = (what: frame.ServerFrame['what']) =>
      ws.send(toBinary(frame.ServerFrameSchema, create(frame.ServerFrameSchema, { what })))
    const respond = (id: number, result: frame.Response['result']) =>
      send({ case: 'response', value: create(frame.ResponseSchema, { id, result }) })
    ws.on('message', (data: Buffer) => {
      if (this.swallows.has('socket')) return
      const call = fromBinary(frame.ClientFrameSchema, data)
      try {
        if (call.method === 'Hello') {
          const { token } = fromBinary(frame.HelloSchema, call.payload)
          session = {
            account: this.backend.signIn(token),
            push: (updates) => send({ case: 'updates', value: create(sync.UpdatesSchema, { updates }) }),
          }
          this.sessions.add(session)
          respond(call.id, { case: 'payload', value: this.#helloOk() })
          return
        }
        if (call.method === 'Ping') {
          respond(call.id, { case: 'payload', value: new Uint8Array(0) })
          return
        }
        const answer = this.#answer(call.method, call.payload, session?.account ?? 0)
        if (answer === 'cut') ws.terminate()
        else if (answer !== 'swallow') respond(call.id, { case: 'payload', value: answer })
      } catch (error) {
        respond(call.id, { case: 'error', value: errorOf(error) })
      }
    })
    ws.on('close', () => session && this.sessions.delete(session))
  }

  async #http(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.portal) {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in to this network</html>')
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const payload = new Uint8Array(Buffer.concat(chunks))
    const method = (request.url ?? '').replace('/api/', '')
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    response.setHeader('Zolal', 'v1')
    response.setHeader('Content-Type', 'application/x-protobuf')
    try {
      const life = request.headers['zolal-incarnation']
      if (life !== undefined && life !== toHex(this.backend.incarnation())) {
        throw new Refusal(frame.ErrorCode.INCARNATION_CHANGED)
      }
      if (life === undefined && !GREETING.has(method) && !OPEN.has(method)) this.lifeless.push(method)
      if (method === 'stream') this.#stream(response, fromBinary(frame.HelloSchema, payload).token)
      else if (method === 'Hello') {
        if (this.swallows.has('poll')) return
        this.backend.signIn(fromBinary(frame.HelloSchema, payload).token)
        response.end(this.#helloOk())
      } else if (method === 'Sync/Poll') await this.#poll(payload, token, response)
      else {
        const account = OPEN.has(method) ? 0 : this.backend.signIn(token)
        const answer = this.#answer(method, payload, account)
        if (answer === 'cut') response.destroy()
        else if (answer !== 'swallow') response.end(answer)
      }
    } catch (error) {
      const body = toBinary(frame.ErrorSchema, errorOf(error))
      response.writeHead(error instanceof Refusal ? 400 : 500).end(body)
    }
  }

  #stream(response: ServerResponse, token: string): void {
    const write = (bytes: Uint8Array) => {
      const size = Buffer.alloc(4)
      size.writeUInt32BE(bytes.length)
      response.write(Buffer.concat([size, bytes]))
    }
    const send = (what: frame.ServerFrame['what']) =>
      write(toBinary(frame.ServerFrameSchema, create(frame.ServerFrameSchema, { what })))
    const session: Session = {
      account: this.backend.signIn(token),
      push: (updates) => send({ case: 'updates', value: create(sync.UpdatesSchema, { updates }) }),
    }
    response.flushHeaders()
    if (this.swallows.has('stream')) return
    this.sessions.add(session)
    const result = { case: 'payload', value: this.#helloOk() } as const
    send({ case: 'response', value: create(frame.ResponseSchema, { id: 0, result }) })
    write(new Uint8Array(0))
    response.on('close', () => this.sessions.delete(session))
  }

  async #poll(payload: Uint8Array, token: string, response: ServerResponse): Promise<void> {
    const ask = fromBinary(sync.PollRequestSchema, payload)
    const account = this.backend.signIn(token)
    let queue = this.#polls.get(ask.session)
    if (!queue) {
      queue = new PollQueue()
      this.#polls.set(ask.session, queue)
      const { push } = queue
      this.sessions.add({ account, push })
    }
    response.end(toBinary(sync.UpdatesSchema, await queue.take(ask.after, ask.waitMs)))
  }
}

class PollQueue {
  #updates: { number: bigint; update: sync.Update }[] = []
  #number = 0n
  #wake: () => void = () => {}

  readonly push: Push = (updates) => {
    for (const update of updates) this.#updates.push({ number: ++this.#number, update })
    this.#wake()
  }

  async take(after: bigint, waitMs: number): Promise<sync.Updates> {
    this.#updates = this.#updates.filter(({ number }) => number > after)
    if (this.#updates.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return create(sync.UpdatesSchema, {
      updates: this.#updates.map(({ update }) => update),
      number: this.#updates.at(-1)?.number ?? after,
    })
  }
}

function errorOf(error: unknown): frame.Error {
  if (error instanceof Refusal) {
    return create(frame.ErrorSchema, { code: error.code, retryMs: error.retryMs, message: error.message })
  }
  return create(frame.ErrorSchema, { code: frame.ErrorCode.INTERNAL, message: String(error) })
}
