// SPDX-License-Identifier: AGPL-3.0-or-later
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Refusal, Silence } from './failure'
import {
  ClientFrameSchema,
  ErrorSchema,
  type HelloOk,
  HelloOkSchema,
  HelloSchema,
  type ServerFrame,
  ServerFrameSchema,
} from './gen/zolal/v1/frame_pb'

export const PROTOCOL = 1

/** What a server may send at once; more is not ours. */
export const MAX_FRAME = 16 << 20

/** Which program asks; shown in the account's list of devices. */
export interface ClientIdentity {
  readonly client: string
  readonly version: string
  readonly build: string
}

export function encodeHello(token: string, who: ClientIdentity): Uint8Array<ArrayBuffer> {
  return toBinary(HelloSchema, create(HelloSchema, { token, protocol: PROTOCOL, ...who }))
}

/** Bytes of frames since the page was opened. */
export const tally = { received: 0, sent: 0 }

export function encodeCall(id: number, method: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = toBinary(ClientFrameSchema, create(ClientFrameSchema, { id, method, payload }))
  tally.sent += bytes.length
  return bytes
}

/** Decodes one frame of the server; throws Silence('interfering') for anything else. */
export function decodeFrame(bytes: Uint8Array): ServerFrame {
  tally.received += bytes.length
  try {
    return fromBinary(ServerFrameSchema, bytes)
  } catch (error) {
    throw new Silence('interfering', true, error)
  }
}

/** Reads a HelloOk; a server that names no incarnation is not ours. */
export function decodeHelloOk(payload: Uint8Array): HelloOk {
  let ok: HelloOk
  try {
    ok = fromBinary(HelloOkSchema, payload)
  } catch (error) {
    throw new Silence('interfering', true, error)
  }
  if (ok.incarnation.length === 0) throw new Silence('interfering', true)
  return ok
}

/** The first frame of a connection: the answer to Hello, or why not. */
export function greetingOf(frame: ServerFrame): HelloOk {
  if (frame.what.case !== 'response') throw new Silence('interfering', true)
  const { result } = frame.what.value
  if (result.case === 'error')
    throw new Refusal(result.value.code, result.value.message, result.value.retryMs)
  if (result.case !== 'payload') throw new Silence('interfering', true)
  return decodeHelloOk(result.value)
}

/** Decodes the body of an HTTP error answer. */
export function decodeRefusal(body: Uint8Array): Refusal {
  try {
    const error = fromBinary(ErrorSchema, body)
    if (error.code !== 0) return new Refusal(error.code, error.message, error.retryMs, error.field)
  } catch (error) {
    throw new Silence('interfering', true, error)
  }
  throw new Silence('interfering', true)
}

/** Cuts a byte stream into frames: each four bytes of big-endian length, then so many bytes. */
export class FrameSplitter {
  #buffer = new Uint8Array(0)

  /** Takes the next bytes and returns the whole frames they complete; an empty frame is a heartbeat. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = new Uint8Array(this.#buffer.length + chunk.length)
    bytes.set(this.#buffer)
    bytes.set(chunk, this.#buffer.length)
    const frames: Uint8Array[] = []
    let at = 0
    while (bytes.length - at >= 4) {
      const size = new DataView(bytes.buffer, at).getUint32(0)
      if (size > MAX_FRAME) throw new Silence('interfering', true)
      if (bytes.length - at - 4 < size) break
      frames.push(bytes.subarray(at + 4, at + 4 + size))
      at += 4 + size
    }
    this.#buffer = bytes.slice(at)
    return frames
  }
}
