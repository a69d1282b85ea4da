// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  AppError,
  type InviteLinkView,
  type RoomActions,
  type RoomLinks,
  type RoomPeople,
  type RoomSettings,
} from '../../model'
import type { InfoChange } from '../../model/entry'
import type { AccountId, ChatId, Ms } from '../../model/id'
import { Chats, call, chatOf, inviteLinkOf, joinRequestOf, personOf, WireRole } from '../../wire'
import type { Account } from '../account'
import { applyPeople } from '../apply'
import { applyChatInfo } from '../history'
import { privateName } from '../present/people'
import { adminGrants, memberGrants } from '../present/rights'
import { type Asker, acting, addressOf, resolve, settleChat, signedIn } from './asking'
import { targetOf } from './chats'

const method = Chats.method

/** Groups and channels. `home` is the root of invite links. */
export function roomActions(asker: Asker, home: string, changed: (chat: ChatId) => void): RoomActions {
  return {
    create: ({ kind, title, about, publicName }) =>
      acting(async () => {
        const account = signedIn(asker)
        const how = kind === 'channel' ? method.createChannel : method.createGroup
        const room = { key: account.keys.make(), title, about, name: publicName ?? '' }
        const info = await call(account.tabs, how, room)
        await account.db.write((w) => applyChatInfo(w, info))
        return settleChat(account, info.id)
      }),
    lookUp: (address) =>
      acting(async () => {
        const { chat, approval } = await resolve(signedIn(asker), address)
        if (!chat) throw new AppError('NOT_FOUND')
        const where = addressOf(address)
        const { id, name, photo } = chatOf(chat)
        const open = name !== ''
        if (photo) asker.portraits?.note('chat', id, { ...photo, open, ...('invite' in where ? where : {}) })
        return targetOf(chatOf(chat), { approval, readable: 'name' in addressOf(address) })
      }),
    join: (address) => acting(() => join(signedIn(asker), address)),
    answerInvitation: (chat, accept) =>
      acting(async () => {
        const account = signedIn(asker)
        await call(account.tabs, method.answerInvitation, { chat, key: account.keys.make(), accept })
        if (accept) await account.history.refresh(chat)
      }),
    leave: (chat) =>
      acting(async () => {
        const account = signedIn(asker)
        await call(account.tabs, method.leave, { chat, key: account.keys.make() })
      }),
    deleteForAll: (chat) =>
      acting(async () => {
        const account = signedIn(asker)
        await call(account.tabs, method.delete, { chat, key: account.keys.make() })
      }),
    settings: roomSettings(asker),
    people: roomPeople(asker, changed),
    links: roomLinks(asker, home),
    staff: async () => (await import('./staff')).staffActions(asker, changed),
  }
}

/** Joins by token or name; null when the request waits for approval. */
async function join(account: Account, address: string): Promise<ChatId | null> {
  const where = addressOf(address)
  const key = account.keys.make()
  let chat = 0
  if ('name' in where) {
    const found = await resolve(account, where.name)
    if (!found.chat) throw new AppError('NOT_FOUND')
    chat = found.chat.id
  }
  const invite = 'invite' in where ? where.invite : ''
  const answer = await call(account.tabs, method.join, { key, chat, invite })
  const { chat: info } = answer
  if (answer.requested || !info) {
    // Somebody who looks into the chat meanwhile sees that it waits.
    if (account.chat(chat)) await account.history.refresh(chat)
    return null
  }
  await account.db.write((w) => applyChatInfo(w, info))
  return settleChat(account, info.id)
}

function roomSettings(asker: Asker): RoomSettings {
  const set = (chat: ChatId, change: InfoChange) =>
    acting(async () => {
      const account = signedIn(asker)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      await call(account.tabs, method.setInfo, { chat, key: account.keys.make(), change: given })
      await account.history.refresh(chat)
    })
  return {
    setTitle: (chat, title) => set(chat, { title }),
    setAbout: (chat, about) => set(chat, { about }),
    setPublicName: (chat, name) => set(chat, { name: name ?? '' }),
    setMemberRights: (chat, rights) => set(chat, { defaults: memberGrants(rights) }),
    setSlow: (chat, slowSeconds) => set(chat, { slowSeconds }),
    setSignatures: (chat, signatures) => set(chat, { signatures }),
  }
}

interface Standing {
  readonly role: WireRole
  readonly grants?: number
  readonly until?: Ms | null
  readonly note?: string
}

function roomPeople(asker: Asker, changed: (chat: ChatId) => void): RoomPeople {
  const set = (chat: ChatId, person: AccountId, standing: Standing) =>
    acting(async () => {
      const account = signedIn(asker)
      const { role, grants = 0, until, note = '' } = standing
      await call(account.tabs, method.setMember, {
        chat,
        key: account.keys.make(),
        account: person,
        role,
        grants,
        untilMs: BigInt(Math.round(until ?? 0)),
        note,
      })
      changed(chat)
    })
  return {
    invite: (chat, person) =>
      acting(async () => {
        const account = signedIn(asker)
        await call(account.tabs, method.invite, { chat, key: account.keys.make(), account: person })
      }),
    setAdmin: (chat, person, rights) => {
      const grants = adminGrants(rights)
      return set(chat, person, grants ? { role: WireRole.ADMIN, grants } : { role: WireRole.MEMBER })
    },
    restrict: (chat, person, { taken, until, note }) =>
      set(chat, person, { role: WireRole.MEMBER, grants: memberGrants(taken), until, note }),
    ban: (chat, person, held) => set(chat, person, { role: WireRole.BANNED, ...held }),
    release: (chat, person) =>
      acting(async () => {
        const account = signedIn(asker)
        const banned = await isBanned(account, chat, person)
        await set(chat, person, { role: banned ? WireRole.NONE : WireRole.MEMBER })
      }),
    requests: (chat) =>
      acting(async () => {
        const account = signedIn(asker)
        const { requests } = await call(account.tabs, method.joinRequests, { chat })
        const people = requests.flatMap((r) => (r.person ? [personOf(r.person)] : []))
        await account.db.write((w) => applyPeople(w, people))
        const { user } = account.mirror
        return requests.map(joinRequestOf).map((asked) => {
          return { ...asked, name: privateName(user, asked.account) || asked.name }
        })
      }),
    answerRequest: (chat, person, accept) =>
      acting(async () => {
        const account = signedIn(asker)
        const key = account.keys.make()
        await call(account.tabs, method.decideRequest, { chat, key, account: person, accept })
        changed(chat)
      }),
  }
}

/** Whether somebody is banned, by the list of those who are. */
async function isBanned(account: Account, chat: ChatId, person: AccountId): Promise<boolean> {
  const role = WireRole.BANNED
  const { members } = await call(account.tabs, method.members, { chat, after: person - 1, limit: 1, role })
  return members.some((row) => row.member?.account === person)
}

function roomLinks(asker: Asker, home: string): RoomLinks {
  const view = (link: Parameters<typeof inviteLinkOf>[0]): InviteLinkView => inviteLinkOf(link, home)
  return {
    list: (chat) =>
      acting(async () => {
        const { links } = await call(signedIn(asker).tabs, method.links, { chat })
        return links.map(view)
      }),
    create: (chat, { name, limit, expires, approval }) =>
      acting(async () => {
        const account = signedIn(asker)
        const expiresMs = BigInt(Math.round(expires ?? 0))
        const link = { label: name, limit: limit ?? 0, expiresMs, approval }
        return view(await call(account.tabs, method.createLink, { chat, key: account.keys.make(), link }))
      }),
    revoke: (chat, token) =>
      acting(async () => {
        const account = signedIn(asker)
        await call(account.tabs, method.revokeLink, { chat, key: account.keys.make(), token })
      }),
  }
}
