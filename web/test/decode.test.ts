// SPDX-License-Identifier: AGPL-3.0-or-later
import { create, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { Refusal, readChatBody, readUserBody, Silence, verifyAddresses } from '../src/wire'
import { decodeFrame, decodeHelloOk, decodeRefusal, FrameSplitter, greetingOf } from '../src/wire/frame'
import { MessageSchema } from '../src/wire/gen/zolal/v1/entry_pb'
import { ErrorSchema, HelloOkSchema, ServerFrameSchema } from '../src/wire/gen/zolal/v1/frame_pb'
import { AddressListSchema } from '../src/wire/gen/zolal/v1/sync_pb'

/** The same numbers from 0 up to a bound on every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const payload = new Uint8Array([1, 2, 3])
const error = create(ErrorSchema, { code: 1, message: 'no', field: 'text' })

/** Bytes as our server sends them, which are mutated. */
const sound: readonly Uint8Array[] = [
  toBinary(HelloOkSchema, create(HelloOkSchema, { incarnation: new Uint8Array(16) })),
  toBinary(ErrorSchema, error),
  toBinary(
    ServerFrameSchema,
    create(ServerFrameSchema, {
      what: { case: 'response', value: { id: 7, result: { case: 'payload', value: payload } } },
    }),
  ),
  toBinary(
    MessageSchema,
    create(MessageSchema, {
      text: 'سلام',
      entities: [{ kind: 1, length: 4 }],
      reply: { seq: 3, quote: 'x', quoteEntities: [{ kind: 2, length: 1 }] },
      imported: { number: 1n, editedMs: 1n << 62n },
    }),
  ),
]

/** Random bytes, or sound ones with a few bytes changed, cut off, or doubled. */
function bytesOf(random: (below: number) => number): Uint8Array {
  const base = sound[random(sound.length + 2)]
  if (!base) return Uint8Array.from({ length: random(64) }, () => random(256))
  let bytes = new Uint8Array(base)
  for (let i = random(4); i > 0; i--) bytes[random(bytes.length)] = random(256)
  if (random(3) === 0) bytes = bytes.slice(0, random(bytes.length + 1))
  if (random(5) === 0) bytes = new Uint8Array([...bytes, ...bytes])
  return bytes
}

/** Whatever the bytes are, a decoder returns or says in the app's own words that they are not ours. */
function holds(decode: () => unknown, bytes: Uint8Array): void {
  try {
    decode()
  } catch (thrown) {
    const ours = thrown instanceof Silence || thrown instanceof Refusal
    expect(ours, `${Buffer.from(bytes).toString('hex')}: ${thrown}`).toBe(true)
  }
}

const kinds = [
  ...['message', 'edit', 'service', 'chatCreated', 'chatInfo', 'member', 'delete', 'unknown'],
  ...['profile', 'myChat', 'read', 'draft', 'chatPrefs', 'block', 'privacy', 'device', 'invitation'],
] as Parameters<typeof readChatBody>[0]['kind'][]

test('whatever bytes come, a decoder gives a value or the coded error', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = seeded(seed)
    const bytes = bytesOf(random)
    holds(() => decodeHelloOk(bytes), bytes)
    holds(() => greetingOf(decodeFrame(bytes)), bytes)
    holds(() => {
      throw decodeRefusal(bytes)
    }, bytes)
    holds(() => {
      const splitter = new FrameSplitter()
      for (let at = 0; at < bytes.length; ) {
        const next = at + 1 + random(9)
        splitter.push(bytes.slice(at, next)).map(decodeFrame)
        at = next
      }
    }, bytes)
  }
})

test('a body of any bytes is read or unknown, and never throws', () => {
  const read = new Set<string>()
  for (let seed = 1; seed <= 1000; seed++) {
    const random = seeded(seed)
    const body = bytesOf(random)
    const kind = kinds[random(kinds.length)] ?? 'message'
    read.add(readChatBody({ kind, body }).kind).add(readUserBody({ kind, body }).kind)
  }
  expect([...read]).toEqual(expect.arrayContaining(['message', 'edit', 'profile', 'draft', 'unknown']))
})

test('a list of addresses of any bytes is not believed', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed)
    const list = create(AddressListSchema, {
      payload: bytesOf(random),
      key: Uint8Array.from({ length: random(2) * 32 }, () => random(256)),
      signature: Uint8Array.from({ length: random(2) * 64 }, () => random(256)),
    })
    expect(await verifyAddresses(list, 0)).toBeNull()
  }
})
