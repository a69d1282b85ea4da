// SPDX-License-Identifier: AGPL-3.0-or-later
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { keyTime } from '../src/model/key'
import {
  AddressBook,
  Connection,
  type ConnectionState,
  call,
  ErrorCode,
  KeyMaker,
  type KnownAddresses,
  Messages,
  Refusal,
  type RungMemory,
  ServerClock,
  Silence,
  toHex,
  type Updates,
  verifyAddresses,
} from '../src/wire'
import { Backoff, longestWait } from '../src/wire/backoff'
import { FrameSplitter } from '../src/wire/frame'
import { ReceiptSchema } from '../src/wire/gen/zolal/v1/chat_pb'
import { SendRequestSchema } from '../src/wire/gen/zolal/v1/message_pb'
import { AddressesSchema, AddressListSchema, UpdateSchema } from '../src/wire/gen/zolal/v1/sync_pb'
import { type Rung, TIMING, type Timing } from '../src/wire/link'
import { type Backend, Gate } from './server/gate'
import { NodeNet, QUICK, until } from './server/node'

vi.setConfig({ testTimeout: 30_000 })

/** Answers every send with a receipt whose seq is how many keys it has stored. */
class Counter implements Backend {
  readonly keys: string[] = []
  ended = false

  life = 1

  incarnation(): Uint8Array {
    return new Uint8Array([this.life])
  }

  signIn(token: string): number {
    if (this.ended) throw new Refusal(ErrorCode.REVOKED)
    if (token !== 'token') throw new Refusal(ErrorCode.UNAUTHENTICATED)
    return 1
  }

  handle(method: string, payload: Uint8Array): Uint8Array {
    if (method !== 'Messages/Send') throw new Refusal(ErrorCode.UNKNOWN_METHOD)
    const key = toHex(fromBinary(SendRequestSchema, payload).key)
    const repeated = this.keys.includes(key)
    if (!repeated) this.keys.push(key)
    const seq = this.keys.indexOf(key) + 1
    return toBinary(ReceiptSchema, create(ReceiptSchema, { seq, repeated }))
  }
}

class Memory implements RungMemory {
  readonly rungs = new Map<string, Rung>()
  name = 'home'
  network(): string {
    return this.name
  }
  recall(network: string): Rung | undefined {
    return this.rungs.get(network)
  }
  note(network: string, rung: Rung): void {
    this.rungs.set(network, rung)
  }
}

const open: { stop(): unknown }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.stop()
})

async function gateFor(backend: Backend): Promise<Gate> {
  const gate = await new Gate(backend).up()
  open.push({ stop: () => gate.down() })
  return gate
}

interface Bench {
  readonly connection: Connection
  readonly net: NodeNet
  readonly memory: Memory
  readonly states: ConnectionState[]
  /** When each state came, beside it. */
  readonly stateAt: number[]
  readonly updates: Updates[]
  readonly links: string[]
  readonly ended: Refusal[]
  send(key: Uint8Array): Promise<number>
}

function connect(book: AddressBook, timing: Partial<Timing> = {}, memory = new Memory()): Bench {
  const net = new NodeNet()
  const states: ConnectionState[] = []
  const stateAt: number[] = []
  const updates: Updates[] = []
  const links: string[] = []
  const ended: Refusal[] = []
  const connection = new Connection({
    addresses: book,
    token: 'token',
    who: { client: 'test', version: '0', build: '' },
    net,
    timing: { ...QUICK, ...timing },
    memory,
    inSight: () => true,
    events: {
      linked: () => links.push(`${connection.rung} ${connection.address}`),
      updates: (u) => updates.push(u),
      state: (s) => {
        states.push(s)
        stateAt.push(performance.now())
      },
      ended: (why) => ended.push(why),
    },
  })
  open.push(connection)
  connection.start()
  const send = async (key: Uint8Array) => (await call(connection, Messages.method.send, { chat: 1, key })).seq
  return { connection, net, memory, states, stateAt, updates, links, ended, send }
}

const keys = new KeyMaker(() => Date.now())
const signal = () => create(UpdateSchema, { what: { case: 'resync', value: { dropped: 1 } } })

describe('every rung', () => {
  test.each(['socket', 'stream', 'poll'] as const)('%s carries calls and updates', async (rung) => {
    const gate = await gateFor(new Counter())
    const memory = new Memory()
    memory.note('home', rung)
    const bench = connect(new AddressBook(gate.address), {}, memory)
    expect(await bench.send(keys.make())).toBe(1)
    expect(bench.connection.rung).toBe(rung)
    await until('a session', () => gate.sessions.size > 0)
    gate.push([1], [signal()])
    await until('the update', () => bench.updates.length === 1)
    expect(bench.updates[0]?.updates[0]?.what.case).toBe('resync')
  })

  // SYNC-7
  test.each(['stream', 'poll'] as const)(
    '%s ends with the life of the server that greeted it',
    async (rung) => {
      const backend = new Counter()
      const gate = await gateFor(backend)
      const memory = new Memory()
      memory.note('home', rung)
      const bench = connect(
        new AddressBook(gate.address),
        { pollWait: 100, climbMin: 60_000, climbMax: 60_000 },
        memory,
      )
      await bench.send(keys.make())
      backend.life = 2 // restored behind a proxy that keeps connections
      const error = await bench.send(keys.make()).catch((e: unknown) => e)
      if (rung === 'stream') expect((error as Refusal).code).toBe(ErrorCode.INCARNATION_CHANGED)
      await until('another link', () => bench.links.length === 2)
      await bench.send(keys.make())
      expect(bench.connection.rung).toBe(rung)
      expect(gate.lifeless).toEqual([])
    },
  )

  test('a refusal comes through whole', async () => {
    const gate = await gateFor(new Counter())
    gate.fail('Messages/Send', ErrorCode.SLOW_MODE)
    const bench = connect(new AddressBook(gate.address))
    const error = await bench.send(keys.make()).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Refusal)
    expect((error as Refusal).code).toBe(ErrorCode.SLOW_MODE)
  })
})

describe('the ladder', () => {
  test('a socket that opens and swallows data counts as blocked, and the network is remembered', async () => {
    const gate = await gateFor(new Counter())
    gate.swallows.add('socket')
    const bench = connect(new AddressBook(gate.address))
    expect(await bench.send(keys.make())).toBe(1)
    expect(bench.connection.rung).toBe('stream')
    expect(bench.memory.recall('home')).toBe('stream')
  })

  test('where streams are swallowed too, polling passes', async () => {
    const gate = await gateFor(new Counter())
    gate.swallows.add('socket').add('stream')
    const bench = connect(new AddressBook(gate.address))
    expect(await bench.send(keys.make())).toBe(1)
    expect(bench.connection.rung).toBe('poll')
  })

  test('it climbs back when the quicker way is open again, and says so that one catches up', async () => {
    const gate = await gateFor(new Counter())
    gate.swallows.add('socket')
    const bench = connect(new AddressBook(gate.address), { climbMin: 20, climbMax: 40 })
    await until('a stream', () => bench.connection.rung === 'stream')
    gate.swallows.clear()
    await until('a socket', () => bench.connection.rung === 'socket')
    expect(bench.links).toHaveLength(2)
    expect(await bench.send(keys.make())).toBe(1)
    await until('one session left', () => gate.sessions.size === 1)
    expect(bench.memory.recall('home')).toBe('socket')
    expect(bench.states).toEqual(['online'])
  })
})

describe('cuts', () => {
  test('a send whose answer is lost is asked again and stored once', async () => {
    const counter = new Counter()
    const gate = await gateFor(counter)
    gate.fail('Messages/Send', 'loseAnswer', 'loseRequest')
    const bench = connect(new AddressBook(gate.address))
    expect(await bench.send(keys.make())).toBe(1)
    expect(counter.keys).toHaveLength(1)
    expect(bench.links.length).toBeGreaterThanOrEqual(3)
  })

  test('a connection that swallows data in the middle is noticed and left', async () => {
    const gate = await gateFor(new Counter())
    const bench = connect(new AddressBook(gate.address))
    await until('a link', () => bench.connection.rung === 'socket')
    gate.swallows.add('socket')
    expect(await bench.send(keys.make())).toBe(1)
    expect(bench.connection.rung).toBe('stream')
  })

  test('a server that was down is found again', async () => {
    const gate = await gateFor(new Counter())
    const bench = connect(new AddressBook(gate.address))
    await until('a link', () => bench.links.length === 1)
    await gate.down()
    await until('offline', () => bench.connection.state === 'offline')
    await gate.up()
    await until('online', () => bench.connection.state === 'online')
    expect(await bench.send(keys.make())).toBe(1)
  })

  // CONN-8
  test('a server that restarts is left alone for as long as it asks', async () => {
    const gate = await gateFor(new Counter())
    const bench = connect(new AddressBook(gate.address))
    await bench.send(keys.make())
    const value = { code: 'restarting', retryMs: 400 }
    gate.pushTo(() => true, [create(UpdateSchema, { what: { case: 'goingAway', value } })])
    await vi.waitFor(() => expect(bench.updates).toHaveLength(1))
    const left = performance.now()
    gate.cut()
    await vi.waitFor(() => expect(bench.links).toHaveLength(2), { timeout: 10_000 })
    expect(performance.now() - left).toBeGreaterThanOrEqual(390)
  })

  test('a device without network says so at once and tries when told of one', async () => {
    const gate = await gateFor(new Counter())
    const bench = connect(new AddressBook(gate.address), {
      retryMin: 60_000,
      retryMax: 60_000,
      retryNear: 60_000,
    })
    await until('a link', () => bench.links.length === 1)
    bench.net.off = true
    gate.cut()
    await until('offline', () => bench.connection.state === 'offline')
    const error = await bench.send(keys.make()).catch((e: unknown) => e)
    expect(error).toMatchObject({ reason: 'offline', sent: false })
    bench.net.off = false
    bench.connection.wake()
    await until('online', () => bench.connection.state === 'online')
  })

  test('where the device says that its network went, silence is believed sooner', async () => {
    const gate = await gateFor(new Counter())
    const [told, untold] = [0, 1].map(() =>
      connect(new AddressBook(gate.address), { pong: 3_000, spare: 60_000 }),
    )
    if (!told || !untold) throw new Error('two are needed')
    await until('links', () => told.links.length === 1 && untold.links.length === 1)
    gate.swallows.add('socket')
    told.net.off = true
    // The one that is told nothing begins to wait first, and is to wait longer.
    const begun = performance.now()
    untold.connection.wake()
    told.connection.wake()
    const gone = ({ states, stateAt }: Bench) => stateAt.find((at, i) => at > begun && states[i] !== 'online')
    await until('both cut off', () => gone(told) !== undefined && gone(untold) !== undefined)
    expect(gone(told) ?? 0).toBeLessThan(gone(untold) ?? 0)
  })
})

describe('another network', () => {
  const patient = { pong: 60_000, doubt: 60_000, streamSilence: 60_000, pollWait: 25_000, firstData: 30_000 }

  test.each(['socket', 'stream', 'poll'] as const)(
    'a %s of the network before is replaced before anything is waited for',
    async (rung) => {
      const gate = await gateFor(new Counter())
      const memory = new Memory()
      memory.note('home', rung)
      const bench = connect(new AddressBook(gate.address), patient, memory)
      await until('both to be there', () => gate.sessions.size > 0 && bench.links.length === 1)
      gate.strand()
      const sent = bench.send(keys.make())
      bench.connection.wake(true)
      await until('another link', () => bench.links.length === 2)
      expect(await sent).toBe(1)
      expect(bench.states).toEqual(['online'])
      await until('a session on it', () => gate.sessions.size > 0)
      gate.push([1], [signal()])
      await until('the update', () => bench.updates.length === 1)
    },
  )

  test('a link that answers stays', async () => {
    const gate = await gateFor(new Counter())
    const bench = connect(new AddressBook(gate.address), { spare: 150, pong: 60_000 })
    await until('a link', () => bench.links.length === 1)
    bench.connection.wake(true)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(bench.links).toHaveLength(1)
    await until('no other session', () => gate.sessions.size === 1)
  })
})

describe('a server that is away', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A network where nobody answers, and when it was tried. */
  async function lonely(inSight: boolean) {
    vi.useFakeTimers()
    const rounds: number[] = []
    class DeadNet extends NodeNet {
      override readonly fetch: typeof fetch = () => Promise.reject(new TypeError('no route'))
      override socket(): WebSocket {
        rounds.push(performance.now())
        throw new TypeError('no route')
      }
    }
    const states: ConnectionState[] = []
    const connection = new Connection({
      addresses: new AddressBook('http://127.0.0.1:9'),
      token: 'token',
      who: { client: 'test', version: '0', build: '' },
      net: new DeadNet(),
      timing: TIMING,
      memory: new Memory(),
      inSight: () => inSight,
      events: { linked: () => {}, updates: () => {}, state: (s) => states.push(s), ended: () => {} },
    })
    open.push(connection)
    connection.start()
    await vi.advanceTimersByTimeAsync(200)
    return { connection, rounds, states }
  }

  const gaps = (rounds: readonly number[]) => rounds.slice(1).map((at, i) => at - (rounds[i] ?? 0))

  // CONN-9
  test('is looked for every few seconds while a page is in sight, and seldom while none is', async () => {
    const seen = await lonely(true)
    await vi.advanceTimersByTimeAsync(240_000)
    expect(Math.max(...gaps(seen.rounds))).toBeLessThanOrEqual(4_000)
    expect(seen.rounds.length).toBeLessThan(140)
    await seen.connection.stop()
    const unseen = await lonely(false)
    await vi.advanceTimersByTimeAsync(240_000)
    expect(Math.max(...gaps(unseen.rounds))).toBeGreaterThan(16_000)
  })

  // CONN-9
  test('is looked for at once when a person waits, however often that is said', async () => {
    const { connection, rounds, states } = await lonely(false)
    await vi.advanceTimersByTimeAsync(600_000)
    await vi.advanceTimersByTimeAsync(2_000 - ((performance.now() - (rounds.at(-1) ?? 0)) % 2_000))
    const before = rounds.length
    connection.hurry()
    expect(states.at(-1)).toBe('connecting')
    await vi.advanceTimersByTimeAsync(1)
    expect(rounds.length - before).toBe(1)
    for (let i = 0; i < 50; i++) {
      connection.hurry()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(rounds.length - before).toBeLessThanOrEqual(3)
  })

  // CONN-8
  test('that said when to come back is not looked for before, also when a person waits', async () => {
    const gate = await gateFor(new Counter())
    const bench = connect(new AddressBook(gate.address))
    await bench.send(keys.make())
    const value = { code: 'restarting', retryMs: 1_500 }
    gate.pushTo(() => true, [create(UpdateSchema, { what: { case: 'goingAway', value } })])
    await vi.waitFor(() => expect(bench.updates).toHaveLength(1))
    const left = performance.now()
    gate.cut()
    await until('the end of the link', () => bench.connection.state !== 'online')
    bench.connection.hurry()
    await until('another link', () => bench.links.length === 2)
    expect(performance.now() - left).toBeGreaterThanOrEqual(1_490)
  })
})

describe('strangers', () => {
  test("a captive portal's page acknowledges nothing and ends nothing", async () => {
    const counter = new Counter()
    const gate = await gateFor(counter)
    gate.portal = true
    const bench = connect(new AddressBook(gate.address))
    await until('interfering', () => bench.connection.state === 'interfering')
    const error = await bench.send(keys.make()).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Silence)
    expect(error).toMatchObject({ reason: 'interfering', sent: false })
    expect(bench.ended).toEqual([])
    gate.portal = false
    await until('online', () => bench.connection.state === 'online')
    expect(await bench.send(keys.make())).toBe(1)
  })

  test('only our own server ends a session', async () => {
    const counter = new Counter()
    const gate = await gateFor(counter)
    const bench = connect(new AddressBook(gate.address))
    await until('a link', () => bench.links.length === 1)
    counter.ended = true
    gate.cut()
    await until('the end', () => bench.ended.length === 1)
    expect(bench.ended[0]?.code).toBe(ErrorCode.REVOKED)
  })
})

describe('addresses', () => {
  const known = (addresses: string[], issuedMs = 1): KnownAddresses => ({
    key: 'k',
    server: 's',
    addresses,
    issuedMs,
  })

  test('blocking the one in use moves the conversation to the next, nothing is lost or doubled', async () => {
    const counter = new Counter()
    const [a, b] = [await gateFor(counter), await gateFor(counter)]
    const bench = connect(new AddressBook(a.address, known([a.address, b.address])))
    expect(await bench.send(keys.make())).toBe(1)
    expect(bench.connection.address).toBe(a.address)
    // It reaches the server, but the answer never comes: the address is blocked from now on.
    a.fail('Messages/Send', 'loseAnswer')
    const sending = bench.send(keys.make())
    await until('the second is stored', () => counter.keys.length === 2)
    await a.down()
    expect(await sending).toBe(2)
    expect(bench.connection.address).toBe(b.address)
    expect(counter.keys).toHaveLength(2)
  })

  test('an address that swallows data is left for the next', async () => {
    const counter = new Counter()
    const [a, b] = [await gateFor(counter), await gateFor(counter)]
    for (const rung of ['socket', 'stream', 'poll'] as const) a.swallows.add(rung)
    const bench = connect(new AddressBook(a.address, known([a.address, b.address])))
    expect(await bench.send(keys.make())).toBe(1)
    expect(bench.connection.address).toBe(b.address)
    expect(bench.connection.rung).toBe('socket')
  })

  async function signed(addresses: string[], issuedMs: number, expiresMs = 0) {
    const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])
    return signedBy(pair as CryptoKeyPair, addresses, issuedMs, expiresMs)
  }

  async function signedBy(pair: CryptoKeyPair, addresses: string[], issuedMs: number, expiresMs = 0) {
    const payload = toBinary(
      AddressesSchema,
      create(AddressesSchema, {
        addresses,
        issuedMs: BigInt(issuedMs),
        expiresMs: BigInt(expiresMs),
        server: 'one',
      }),
    )
    const text = Buffer.concat([Buffer.from('zolal addresses v1\n'), payload])
    const signature = new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, text))
    const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    return create(AddressListSchema, { payload, signature, key })
  }

  test('a list is believed when it is signed, current and of the pinned key', async () => {
    const list = await signed(['https://a.example', 'https://b.example:8443/path', 'ftp://c'], 10)
    const verified = await verifyAddresses(list, 100)
    expect(verified?.addresses).toEqual(['https://a.example', 'https://b.example:8443'])
    expect(await verifyAddresses({ ...list, signature: new Uint8Array(64) }, 100)).toBeNull()
    const forged = new Uint8Array(list.payload)
    forged[5] = (forged[5] ?? 0) ^ 1
    expect(await verifyAddresses({ ...list, payload: forged }, 100)).toBeNull()
    expect(await verifyAddresses(await signed(['https://a.example'], 10, 50), 100)).toBeNull()

    const book = new AddressBook('https://home.example')
    expect(book.learn(verified as KnownAddresses)).toBe(true)
    expect(book.order()).toEqual(['https://home.example', 'https://a.example', 'https://b.example:8443'])
    const stranger = await verifyAddresses(await signed(['https://evil.example'], 99), 100)
    expect(book.learn(stranger as KnownAddresses)).toBe(false)
    expect(book.order()).not.toContain('https://evil.example')
  })

  test('what answered last is tried first, also by the next run, while the list names it', () => {
    const [home, a, b] = ['https://home.example', 'https://a.example', 'https://b.example']
    const book = new AddressBook(home, known([a, b]))
    book.noteGood(b)
    const next = new AddressBook(home, book.known)
    expect(next.order()).toEqual([b, a, home])
    // An address that the list leaves out gets no token any more.
    expect(next.learn(known([a], 2))).toBe(true)
    expect(next.order()).toEqual([home, a])
    expect(next.known?.good).toBe(home)
    expect(new AddressBook(home, next.known).order()).toEqual([home, a])
  })

  test('an older list does not replace a newer one, nor does http replace https', async () => {
    const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const book = new AddressBook('https://home.example')
    const learn = async (addresses: string[], issued: number) =>
      book.learn((await verifyAddresses(await signedBy(pair, addresses, issued), 0)) as KnownAddresses)
    expect(await learn(['https://new.example', 'http://plain.example'], 20)).toBe(true)
    expect(await learn(['https://old.example'], 10)).toBe(false)
    expect(book.order()).toEqual(['https://home.example', 'https://new.example'])
  })
})

describe('small parts', () => {
  test('frames are cut out of a stream wherever its chunks end', () => {
    const frames = [new Uint8Array(0), new Uint8Array([1, 2, 3]), new Uint8Array(300).fill(7)]
    const whole = Buffer.concat(
      frames.flatMap((f) => {
        const size = Buffer.alloc(4)
        size.writeUInt32BE(f.length)
        return [size, Buffer.from(f)]
      }),
    )
    for (const step of [1, 2, 3, 5, 64, whole.length]) {
      const splitter = new FrameSplitter()
      const out: Uint8Array[] = []
      for (let i = 0; i < whole.length; i += step) out.push(...splitter.push(whole.subarray(i, i + step)))
      expect(out.map((f) => [...f])).toEqual(frames.map((f) => [...f]))
    }
    expect(() => new FrameSplitter().push(Buffer.from('<html><body>'))).toThrow(Silence)
  })

  test('keys are version 7, ascend within a millisecond and when the clock is set back', () => {
    let now = 1_800_000_000_000
    const maker = new KeyMaker(() => now)
    const made: string[] = []
    for (let i = 0; i < 10_000; i++) {
      if (i === 5_000) now -= 86_400_000
      made.push(toHex(maker.make()))
    }
    expect([...made].sort()).toEqual(made)
    expect(new Set(made).size).toBe(made.length)
    for (const key of made.slice(0, 50)) expect(key).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/)
    expect(keyTime(toHex(new KeyMaker(() => 1234).make()))).toBe(1234)
  })

  test('the server clock follows quick answers and survives a local clock that is days off', () => {
    let local = 1_000
    const clock = new ServerClock(0, () => local)
    clock.learn(500_000, 1_000)
    expect(clock.now()).toBe(500_000)
    local = 3_000
    clock.learn(501_500, 1_000)
    expect(clock.offset).toBe(499_000)
    local = 10_000
    clock.learn(900_000, 9_900)
    expect(clock.now()).toBe(900_050)
  })

  test('waits double up to the cap, spread over half of each step', () => {
    const backoff = new Backoff(100, 1_000, () => 1)
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000])
    const spread = new Backoff(100, 1_000, () => 0)
    expect(spread.next()).toBe(50)
    backoff.reset()
    expect(backoff.next()).toBe(100)
  })

  /** The waits of a client that finds nobody for so long, with the longest jitter. */
  function waits(seconds: number, inSight: boolean): number[] {
    const backoff = new Backoff(TIMING.retryMin, TIMING.retryMax, () => 1)
    const all: number[] = []
    for (let out = 0; out < seconds * 1_000; out += all.at(-1) ?? 0) {
      all.push(backoff.next(longestWait(TIMING, out, inSight)))
    }
    return all
  }

  // CONN-9
  test('in sight a server that comes back is found within a few seconds, out of sight few ask', () => {
    expect(Math.max(...waits(240, true))).toBe(4_000)
    expect(Math.max(...waits(600, true))).toBeLessThanOrEqual(10_000)
    expect(waits(7_200, true).at(-1)).toBe(60_000)
    // What it costs where nobody answers: an hour of it, and the hour after that.
    expect(waits(3_600, true).length).toBeLessThan(240)
    expect(waits(7_200, true).length - waits(3_600, true).length).toBeLessThanOrEqual(61)
    expect(Math.max(...waits(60, false))).toBe(4_000)
    expect(waits(120, false).at(-1)).toBeGreaterThan(16_000)
    expect(waits(3_600, false).length).toBeLessThan(90)
  })
})
