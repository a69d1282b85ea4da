// SPDX-License-Identifier: AGPL-3.0-or-later
export { AddressBook, type KnownAddresses, verifyAddresses } from './addresses'
export { Backoff, longestWait } from './backoff'
export { readChatBody, readMessage, readUserBody } from './body'
export {
  Accounts,
  type Caller,
  Chats,
  call,
  encode,
  Messages,
  nameOf,
  People,
  readForwardReceipts,
  readReceipt,
  reread,
  Sync,
} from './call'
export { ServerClock } from './clock'
export {
  Connection,
  type ConnectionEvents,
  type ConnectionOptions,
  type ConnectionState,
  type RequestOptions,
  type RungMemory,
} from './connection'
export * from './convert'
export { entitiesOf, toWireEntities } from './entity'
export { appCode, ErrorCode, endsSession, mayPass, Refusal, Silence, toAppError } from './failure'
export type { ClientIdentity } from './frame'
export type { Session as WireSession } from './gen/zolal/v1/account_pb'
export { type ChatInfo, Role as WireRole } from './gen/zolal/v1/chat_pb'
export type { HelloOk } from './gen/zolal/v1/frame_pb'
export type { SignupChallenge } from './gen/zolal/v1/signup_pb'
export type { AddressList, ChatTail, Signal, SyncResponse, Update, Updates } from './gen/zolal/v1/sync_pb'
export { fromHex, toHex } from './hex'
export { KeyMaker } from './key'
export { type Net, TIMING, type Timing } from './link'
export { browserNet, networkName, onOtherNetwork, Rungs } from './network'
export { renewed } from './page'
export { post } from './post'
