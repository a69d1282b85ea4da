// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import type { RequestOptions } from './connection'
import { Silence } from './failure'
import { Messages } from './gen/zolal/v1/message_pb'

export { Accounts } from './gen/zolal/v1/account_pb'
export { Chats } from './gen/zolal/v1/chat_pb'
export { People } from './gen/zolal/v1/people_pb'
export { Sync } from './gen/zolal/v1/sync_pb'
export { Messages }

/** Whatever carries encoded requests: a connection, single posts, or another tab with the connection. */
export interface Caller {
  request(method: string, payload: Uint8Array, o?: RequestOptions): Promise<Uint8Array>
}

/** Calls a method. Rejects with Refusal or Silence; an answer that does not decode is interference. */
export async function call<I extends DescMessage, O extends DescMessage>(
  caller: Caller,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  o?: RequestOptions,
): Promise<MessageShape<O>> {
  const payload = toBinary(method.input, create(method.input, request))
  return decode(method, await caller.request(nameOf(method), payload, o))
}

/** The name of a method on the wire, as "Messages/Send". */
export function nameOf(method: DescMethodUnary): string {
  return `${method.parent.name}/${method.name}`
}

/** Encodes a request now, to be sent later and perhaps more than once. */
export function encode<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
): Uint8Array<ArrayBuffer> {
  return toBinary(method.input, create(method.input, request))
}

/** Decodes a request that was encoded before. */
export function reread<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  payload: Uint8Array,
): MessageShape<I> {
  return fromBinary(method.input, payload)
}

function decode<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  bytes: Uint8Array,
): MessageShape<O> {
  try {
    return fromBinary(method.output, bytes)
  } catch (error) {
    throw new Silence('interfering', true, error)
  }
}

/** The place that an acknowledgement names; none where there was nothing to do, as in an equal edit. */
export function readReceipt(answer: Uint8Array): number[] {
  const { seq } = decode(Messages.method.send, answer)
  return seq === 0 ? [] : [seq]
}

/** The places that the acknowledgement of a forward names, in its order. */
export function readForwardReceipts(answer: Uint8Array): number[] {
  return decode(Messages.method.forward, answer).receipts.map((receipt) => receipt.seq)
}
