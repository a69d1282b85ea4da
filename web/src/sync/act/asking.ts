// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError } from '../../model'
import type { ChatId } from '../../model/id'
import { Chats, call, toAppError } from '../../wire'
import type { Account } from '../account'
import type { Portraits } from '../faces'

/** What acts need: the account that is signed in, if one is. */
export interface Asker {
  readonly current: Account | null
  /** Told of people and chats that are found and not stored. */
  readonly portraits?: Portraits
}

/** The account that is signed in; without one there is nothing to act on. */
export function signedIn(asker: Asker): Account {
  if (!asker.current) throw new AppError('UNAUTHENTICATED')
  return asker.current
}

/** The address that answered last, which is not the app's own where that is blocked. */
export function reached(asker: Asker, home: string): string {
  return signedIn(asker).mirror.addresses?.good ?? home
}

/** Runs an act so that whatever goes wrong is the one error of AppModel. */
export async function acting<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw toAppError(error)
  }
}

/** Makes sure that a chat is in memory, as after joining or making one. */
export async function settleChat(account: Account, chat: ChatId): Promise<ChatId> {
  await account.mirror.settled()
  return chat
}

/** Whether a text is the token of an invite link rather than a public name. */
export function isToken(address: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(address)
}

/** A name or a token as people paste it: with @, as a link of this server, with spaces around. */
export function addressOf(typed: string): { name: string } | { invite: string } {
  const bare = typed
    .trim()
    .replace(/^.*#\/join\//, '')
    .replace(/^@/, '')
  return isToken(bare) ? { invite: bare } : { name: bare }
}

/** Whom an address means: the token of a personal link or a username, also inside a link of this server. */
export function personAddressOf(typed: string): { name: string } | { personal: string } {
  const bare = typed
    .trim()
    .replace(/^.*#\/(?:u|join)\//, '')
    .replace(/^@/, '')
  return isToken(bare) ? { personal: bare } : { name: bare }
}

/** Finds what a name or token leads to. */
export function resolve(account: Account, address: string) {
  const where = addressOf(address)
  const what =
    'invite' in where
      ? ({ case: 'invite', value: where.invite } as const)
      : ({ case: 'name', value: where.name } as const)
  return call(account.tabs, Chats.method.resolve, { what })
}
