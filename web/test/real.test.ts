// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { AccountDb, type LoadedKey } from '../src/db'
import { MediaDb } from '../src/db/media'
import type { AppModel, ChatView, MessageView, OpenChat } from '../src/model'
import { NO_MEDIA } from '../src/model/media'
import { newRecoveryCode } from '../src/model/recovery'
import { App } from '../src/sync/app'
import { Binary, built } from './server/binary'
import { Browser, type TestEnv } from './server/env'
import { until as comesTrue } from './server/node'

/**
 * The app against the real server, which `make` builds first and then demands (TESTS_MAY_SKIP=0): tests that
 * are left out without a word show nothing.
 */
if (!built && process.env['TESTS_MAY_SKIP'] === '0') throw new Error('bin/zolal is missing: make build')
const real = describe.skipIf(!built)
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

/** An answer that a busy machine does not give takes the app 15 s, and its way on up to 9 s. */
const until = (what: string, condition: () => boolean | Promise<boolean>) =>
  comesTrue(what, condition, 60_000)

let server: Binary
const apps: App[] = []
const names = new Map<string, number>()

interface Person {
  readonly app: App
  readonly env: TestEnv
  readonly browser: Browser
  readonly username: string
  readonly code: string
}

function start(browser: Browser): { app: App; env: TestEnv } {
  const env = browser.tab(undefined, { firstData: 3_000, answer: 15_000 })
  const app = new App(env)
  apps.push(app)
  return { app, env }
}

async function join(name: string, setupToken: string | null = null): Promise<Person> {
  const count = (names.get(name) ?? 0) + 1
  names.set(name, count)
  const username = `${name.toLowerCase()}_${count}_${Math.floor(Math.random() * 1e6)}`
  const browser = new Browser(`real ${username}`, server.address)
  const { app, env } = start(browser)
  await until('signed out', () => app.session.get().kind === 'signedOut')
  const code = newRecoveryCode((n) => crypto.getRandomValues(new Uint8Array(n)))
  const password = 'correct horse battery staple'
  await app.account.signUp({ name, username, password, recoveryCode: code, setupToken })
  await until('signed in', () => app.session.get().kind === 'signedIn')
  await until('online', () => app.connection.get().state === 'online')
  return { app, env, browser, username, code }
}

function me(app: AppModel) {
  const session = app.session.get()
  if (session.kind !== 'signedIn') throw new Error('not signed in')
  return session.me
}

const plain = (text: string) => ({ body: { text, entities: [] }, replyTo: null, quote: null, silent: false })

function said(view: ChatView): string[] {
  return view.messages.flatMap((m) => (m.content.kind === 'text' ? [m.content.body.text] : []))
}

function find(chat: OpenChat, text: string): MessageView | undefined {
  return chat.view.get().messages.find((m) => m.content.kind === 'text' && m.content.body.text === text)
}

async function seqOf(chat: OpenChat, text: string): Promise<number> {
  await until(`the number of “${text}”`, () => find(chat, text)?.seq != null)
  return find(chat, text)?.seq ?? 0
}

/** The name of the database that holds what a person's device has stored. */
async function databaseOf(person: Person): Promise<string> {
  const account = String(me(person.app).account)
  const all = (await indexedDB.databases()).map(({ name = '' }) => name)
  return all.find((name) => name.split('/').at(-2) === account) ?? ''
}

beforeAll(async () => {
  if (!built) return
  server = await Binary.start()
  await join('Operator', server.setup)
  for (const app of apps.splice(0)) await app.close()
}, 60_000)

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

afterAll(async () => {
  if (built) await server.end()
})

/** Two people with a direct chat open on both sides. */
async function talk(): Promise<{ ada: Person; babak: Person; a: OpenChat; b: OpenChat }> {
  const [ada, babak] = [await join('Ada'), await join('Babak')]
  const id = await ada.app.chats.openDirect(me(babak.app).account)
  const a = ada.app.openChat(id)
  await a.write.send(plain('salam'))
  await until('asked', () => babak.app.chatList.get().requests.some((c) => c.id === id))
  expect(babak.app.chatList.get().chats.some((c) => c.id === id)).toBe(false)
  await babak.app.chats.direct.accept(id)
  await until('in the list', () => babak.app.chatList.get().chats.some((c) => c.id === id))
  const b = babak.app.openChat(id)
  await until('read', () => said(b.view.get()).includes('salam'))
  return { ada, babak, a, b }
}

real('the app and the real server', () => {
  test('the set-up link makes the operator, and strangers see that it is needed before', async () => {
    const fresh = await Binary.start()
    const { app } = start(new Browser('visitor', fresh.address))
    await until('the server is known', () => {
      const session = app.session.get()
      return session.kind === 'signedOut' && session.server !== null
    })
    const session = app.session.get()
    expect(session.kind === 'signedOut' && session.server?.needsSetup).toBe(true)
    const form = { name: 'O', username: 'operator_1', password: 'correct horse battery staple' }
    const recoveryCode = newRecoveryCode((n) => crypto.getRandomValues(new Uint8Array(n)))
    await expect(app.account.signUp({ ...form, recoveryCode, setupToken: null })).rejects.toMatchObject({
      code: 'SIGNUP_CLOSED',
    })
    expect(await app.signup.checkSetup('of_an_earlier_start')).toBe('old')
    expect(await app.signup.checkSetup(fresh.setup)).toBe('good')
    await app.account.signUp({ ...form, recoveryCode, setupToken: fresh.setup })
    await until('saved messages', () => app.session.get().kind === 'signedIn' && me(app).savedMessages > 0)
    expect(me(app).operator).toBe(true)
    const late = start(new Browser('late', fresh.address)).app
    expect(await late.signup.checkSetup(fresh.setup)).toBe('used')
    expect(await app.signup.rules()).toMatchObject({ mode: 'invite', local: true })
    expect((await app.admin.status()).storage).toMatchObject({ media: 0, contents: 0, bucket: '' })
    for (const one of [app, late]) {
      await one.close()
      apps.splice(apps.indexOf(one), 1)
    }
    await fresh.end()
  })

  test('two people talk: send, reply, edit, delete, react, read marks, typing', async () => {
    const { ada, babak, a, b } = await talk()
    await b.write.send({ ...plain('khubi?'), replyTo: await seqOf(b, 'salam') })
    await until('the answer', () => said(a.view.get()).includes('khubi?'))
    const answer = find(a, 'khubi?')
    expect(answer?.own).toBe(false)
    expect(answer?.author?.name).toBe('Babak')
    expect(answer?.reply?.snippet.text).toBe('salam')

    const mine = await seqOf(a, 'salam')
    await a.write.edit(mine, { text: 'salaam', entities: [{ offset: 0, length: 6, kind: 'bold' }] })
    await until('edited', () => said(b.view.get()).includes('salaam'))
    expect(find(b, 'salaam')?.editedAt).not.toBeNull()
    expect(find(b, 'salaam')?.content).toMatchObject({ body: { entities: [{ kind: 'bold', length: 6 }] } })

    await b.write.react(mine, '👍')
    await until('the reaction', () => (find(a, 'salaam')?.reactions.length ?? 0) > 0)
    expect(find(a, 'salaam')?.reactions).toEqual([{ emoji: '👍', count: 1, mine: false }])

    b.history.markRead(await seqOf(b, 'khubi?'))
    await until('ticked', () => find(a, 'salaam')?.delivery === 'read')
    await until('nothing unread', () => babak.app.chatList.get().chats.every((c) => c.unread === 0))

    b.write.typing()
    await until('typing', () => a.view.get().typing !== null)
    expect(a.view.get().typing?.people[0]?.name).toBe('Babak')
    expect(a.view.get().typing?.recording).toBe(false)
    b.write.typing('recording')
    await until('recording', () => a.view.get().typing?.recording === true)
    b.write.typing('nothing')
    await until('silence', () => a.view.get().typing === null)

    await a.write.send(plain('a slip'))
    await until('the slip', () => said(b.view.get()).includes('a slip'))
    await a.write.deleteForAll([await seqOf(a, 'a slip')])
    await until(
      'gone',
      () => !said(b.view.get()).includes('a slip') && !said(a.view.get()).includes('a slip'),
    )
    await until('told to the list', () => {
      const item = ada.app.chatList.get().chats.find((c) => c.id === a.id)
      return item?.preview?.message.content.kind === 'text'
    })
  })

  test('drafts reach the other device of an account, and so does what was read', async () => {
    const { babak, a, b } = await talk()
    const tablet = new Browser(`tablet ${babak.username}`, server.address)
    const { app } = start(tablet)
    await until('signed out', () => app.session.get().kind === 'signedOut')
    await app.account.signIn(babak.username, 'correct horse battery staple')
    await until('the chat', () => app.chatList.get().chats.some((c) => c.id === a.id && c.unread === 1))
    const there = app.openChat(a.id)
    const answer = { replyTo: await seqOf(b, 'salam'), quote: 'sal' }
    b.write.setDraft({ body: { text: 'half a thou', entities: [] }, ...answer })
    await until('the draft', () => there.view.get().draft.body.text === 'half a thou')
    expect(there.view.get().draft).toMatchObject(answer)
    b.write.setDraft({ body: { text: '', entities: [] }, replyTo: answer.replyTo, quote: '' })
    await until('what is answered alone', () => there.view.get().draft.body.text === '')
    expect(there.view.get().draft).toMatchObject({ ...answer, quote: '' })
    b.history.markRead(await seqOf(b, 'salam'))
    await until('read there', () => app.chatList.get().chats.every((c) => c.unread === 0))
    const { devices } = babak.app
    await devices.refresh()
    expect(devices.list.get().devices).toHaveLength(2)
    const other = devices.list.get().devices.find((d) => !d.current)
    await expect(app.devices.revoke(0), 'a new device').rejects.toMatchObject({ code: 'LOGIN_TOO_YOUNG' })
    await devices.revoke(other?.id ?? 0)
    await until('signed out there', () => app.session.get().kind === 'signedOut')
    expect(app.session.get()).toMatchObject({ reason: 'revoked' })
  })

  test('a group: made, joined by link, written in, titled, its members listed, left', async () => {
    const [ada, babak] = [await join('Ada'), await join('Babak')]
    const id = await ada.app.rooms.create({ kind: 'group', title: 'Friends', about: 'of ours' })
    const a = ada.app.openChat(id)
    await until('ready', () => a.view.get().state === 'ready')
    expect(a.view.get().info).toMatchObject({ title: 'Friends', role: 'owner', members: 1 })
    const link = await ada.app.rooms.links.create(id, {
      name: 'all',
      limit: 5,
      expires: null,
      approval: false,
    })
    const target = await babak.app.rooms.lookUp(link.id)
    expect(target).toMatchObject({ title: 'Friends', kind: 'group', state: 'open', members: 1 })
    expect(await babak.app.rooms.join(link.id)).toBe(id)
    const b = babak.app.openChat(id)
    await b.write.send(plain('hello all'))
    await until('arrived', () => said(a.view.get()).includes('hello all'))
    await until('two members', () => a.view.get().info.members === 2)
    await ada.app.rooms.settings.setTitle(id, 'Good friends')
    await until('the title', () => b.view.get().info.title === 'Good friends')
    const members = ada.app.openMembers(id)
    await until('members', () => members.view.get().members.length === 2)
    expect(
      members.view
        .get()
        .members.map((m) => m.role)
        .sort(),
    ).toEqual(['member', 'owner'])
    await ada.app.rooms.people.restrict(id, me(babak.app).account, {
      taken: ['send', 'media', 'links'],
      until: null,
      note: 'three times',
    })
    await until('restricted', () => b.view.get().cannotSend?.reason === 'restricted')
    await ada.app.rooms.people.release(id, me(babak.app).account)
    await until('released', () => b.view.get().cannotSend === null)
    await babak.app.rooms.leave(id)
    await until('out', () => babak.app.chatList.get().chats.every((c) => c.id !== id))
    await until('removed', () => b.view.get().state === 'removed')
  })

  test('who is banned stands among those held and no more among the members', async () => {
    const [ada, babak] = [await join('Ada'), await join('Babak')]
    const id = await ada.app.rooms.create({ kind: 'group', title: 'Friends', about: '' })
    const open = { name: '', limit: null, expires: null, approval: false }
    const link = await ada.app.rooms.links.create(id, open)
    await babak.app.rooms.join(link.id)
    const members = ada.app.openMembers(id)
    const accounts = () => members.view.get().members.map((m) => m.account)
    const [first, second] = [me(ada.app).account, me(babak.app).account]
    await until('both', () => accounts().length === 2)
    const staff = await ada.app.rooms.staff()
    expect((await staff.staff(id)).map((m) => [m.account, m.role])).toEqual([[first, 'owner']])
    await ada.app.rooms.people.ban(id, second, { until: null, note: 'three times' })
    await until('out', () => accounts().length === 1)
    expect(accounts()).toEqual([first])
    const held = await staff.held(id, 'banned', 0)
    expect(held.more).toBe(false)
    expect(held.members).toMatchObject([{ account: second, role: 'banned', note: 'three times' }])
    expect((await staff.held(id, 'restricted', 0)).members).toEqual([])
  })

  test('a small group says how many of it are online, to who shows oneself', async () => {
    const [ada, babak, cyrus] = [await join('Ada'), await join('Babak'), await join('Cyrus')]
    const id = await ada.app.rooms.create({ kind: 'group', title: 'Circle', about: '' })
    const a = ada.app.openChat(id)
    await until('ready', () => a.view.get().state === 'ready')
    const online = () => a.view.get().info.onlineMembers
    expect(online()).toBeNull()
    const link = await ada.app.rooms.links.create(id, {
      name: '',
      limit: null,
      expires: null,
      approval: false,
    })
    await babak.app.rooms.join(link.id)
    await until('two online', () => online() === 2)
    await cyrus.app.rooms.join(link.id)
    await until('three online', () => online() === 3)
    // Who goes, who hides and who leaves are counted no more.
    const { privacy } = me(cyrus.app)
    await cyrus.app.profile.setPrivacy({ ...privacy, hideLastSeen: true })
    await until('one hides', () => online() === 2)
    await cyrus.app.profile.setPrivacy(privacy)
    await until('and shows again', () => online() === 3)
    await cyrus.app.rooms.leave(id)
    await until('one left', () => online() === 2)
    const second = start(ada.browser).app
    await until('signed in there too', () => second.session.get().kind === 'signedIn')
    const there = second.openChat(id)
    const seen = () => there.view.get().info.onlineMembers
    await until('two, in a tab that asks through the other', () => seen() === 2)
    await ada.app.close()
    await until(
      'two, in the tab that leads now',
      () => second.connection.get().state === 'online' && seen() === 2,
    )
    await second.profile.setPrivacy({ ...me(second).privacy, hideLastSeen: true })
    await until('who hides sees nobody', () => seen() === null)
  })

  test('a private name is drawn wherever its person is, and stays with who gave it', async () => {
    const [ada, babak] = [await join('Ada'), await join('Babak')]
    const [his, hers] = [me(babak.app).account, me(ada.app).account]
    const id = await ada.app.rooms.create({ kind: 'group', title: 'Named', about: '' })
    await ada.app.rooms.people.invite(id, his)
    await until('invited', () => babak.app.chatList.get().invitations.length === 1)
    await babak.app.rooms.answerInvitation(id, true)
    const direct = await babak.app.chats.openDirect(hers)
    const b = babak.app.openChat(direct)
    await b.write.send(plain('salam'))
    await until('asked', () => ada.app.chatList.get().requests.some((c) => c.id === direct))
    await ada.app.chats.direct.accept(direct)
    await until('in the list', () => ada.app.chatList.get().chats.some((c) => c.id === direct))

    await ada.app.people.setContact(his, 'Little brother')
    const titled = () => ada.app.chatList.get().chats.find((c) => c.id === direct)?.title
    await until('the list', () => titled() === 'Little brother')
    const a = ada.app.openChat(direct)
    await until('the bubble', () => find(a, 'salam')?.author?.name === 'Little brother')
    expect(a.view.get().info.contact).toEqual({
      privateName: 'Little brother',
      publicName: 'Babak',
      change: null,
    })
    const group = ada.app.openChat(id)
    const suggested = await group.suggest('bab')
    // What a mention writes is the public name: others read it.
    expect(suggested[0]).toMatchObject({ name: 'Little brother', publicName: 'Babak' })
    expect((await ada.app.chats.search(babak.username)).people[0]?.name).toBe('Little brother')
    expect(await ada.app.people.mutual(his)).toMatchObject([{ chat: id, title: 'Named' }])
    expect(b.view.get().info).toMatchObject({ title: 'Ada', contact: null })

    await babak.app.profile.set({ name: 'Babak B.', username: babak.username, about: '' })
    await b.write.send(plain('renamed'))
    // What an older version of the app stored has no contacts: the server's state brings them.
    await ada.app.close()
    const db = await AccountDb.open(await databaseOf(ada))
    await db.write(async (w) => {
      const { contacts: _contacts, personalLink: _link, ...old } = (await w.value('user')) ?? {}
      await w.putValue('user', old as never)
    })
    db.close()
    const { app } = start(ada.browser)
    const change = () => app.people.contacts.get().contacts[0]?.change
    await until('news of the name', () => change()?.name?.to === 'Babak B.')
    expect(app.people.contacts.get().contacts[0]).toMatchObject({ name: 'Little brother', account: his })
    await app.profile.setPrivacy({ ...me(app).privacy, quietContacts: true })
    await until('no news', () => change() === null)
    await app.profile.setPrivacy({ ...me(app).privacy, quietContacts: false })
    await until('news again', () => change() !== null)
    await app.people.setContact(his, 'Little brother')
    await until('seen', () => change() === null)
  })

  test('an invitation waits for consent', async () => {
    const [ada, babak] = [await join('Ada'), await join('Babak')]
    const id = await ada.app.rooms.create({ kind: 'group', title: 'Invited', about: '' })
    await ada.app.rooms.people.invite(id, me(babak.app).account)
    await until('invited', () => babak.app.chatList.get().invitations.length === 1)
    expect(babak.app.chatList.get().invitations[0]).toMatchObject({ chat: id, title: 'Invited' })
    expect(babak.app.chatList.get().chats.some((c) => c.id === id)).toBe(false)
    await babak.app.rooms.answerInvitation(id, true)
    await until('in', () => babak.app.chatList.get().chats.some((c) => c.id === id))
    await until('answered', () => babak.app.chatList.get().invitations.length === 0)
  })

  test('a channel hides who runs it; subscribers read and cannot write', async () => {
    const [ada, babak] = [await join('Ada'), await join('Babak')]
    const id = await ada.app.rooms.create({ kind: 'channel', title: 'News', about: '' })
    const name = `news_${Math.floor(Math.random() * 1e9)}`
    await ada.app.rooms.settings.setPublicName(id, name)
    const a = ada.app.openChat(id)
    await a.write.send(plain('first post'))
    // The entry comes without a name and may overtake the answer that makes it one's own.
    await until('posted', () => find(a, 'first post')?.own === true)
    await until('sent', () => find(a, 'first post')?.delivery === 'sent')
    const found = await babak.app.chats.search(name)
    expect(found.chats[0]).toMatchObject({ chat: id, title: 'News', state: 'open' })
    expect(await babak.app.rooms.join(name)).toBe(id)
    const b = babak.app.openChat(id)
    await until('the post', () => said(b.view.get()).includes('first post'))
    expect(find(b, 'first post')).toMatchObject({ own: false, author: null })
    expect(b.view.get()).toMatchObject({ cannotSend: { reason: 'channel' }, info: { membersHidden: true } })
    b.history.seen([await seqOf(b, 'first post')])
    await until('one view', () => (find(a, 'first post')?.views ?? 0) > 0)
    await a.write.send(plain('second post'))
    await until('live', () => said(b.view.get()).includes('second post'))
  })

  test('what has a public name is read before joining; of a mere look nothing stays', async () => {
    const [ada, babak] = [await join('Ada'), await join('Babak')]
    const id = await ada.app.rooms.create({ kind: 'group', title: 'Square', about: 'For all' })
    const name = `square_${Math.floor(Math.random() * 1e9)}`
    await ada.app.rooms.settings.setPublicName(id, name)
    const a = ada.app.openChat(id)
    await a.write.send(plain('come in'))
    await seqOf(a, 'come in')
    const listed = () => babak.app.chatList.get().chats.some((c) => c.id === id)
    const target = await babak.app.rooms.lookUp(name)
    expect(target).toMatchObject({ chat: id, state: 'open', readable: true })

    const b = babak.app.openChat(id)
    await until('it is read', () => said(b.view.get()).includes('come in'))
    await until('all of it', () => b.view.get().state === 'ready')
    expect(b.view.get()).toMatchObject({
      unread: 0,
      info: { role: 'left', about: 'For all' },
      cannotSend: { reason: 'join', approval: false },
    })
    expect(find(b, 'come in')?.rights).toMatchObject({ reply: false, react: false, pin: false })
    expect(listed()).toBe(false)
    const db = await AccountDb.open(await databaseOf(babak))
    const kept = () =>
      db.read(async (r) => [await r.chat(id), ...(await r.entries(id, 1, 100))].filter(Boolean))
    expect((await kept()).length).toBeGreaterThan(1)
    b.close()
    await until('nothing of it is kept', async () => (await kept()).length === 0)

    const again = babak.app.openChat(id)
    await until('it is read again', () => said(again.view.get()).includes('come in'))
    expect(await babak.app.rooms.join(name)).toBe(id)
    await until('it goes on', () => again.view.get().cannotSend === null)
    expect(said(again.view.get())).toContain('come in')
    await again.write.send(plain('here I am'))
    await until('heard', () => said(a.view.get()).includes('here I am'))
    await until('listed', listed)
    again.close()
    expect((await kept()).length).toBeGreaterThan(1)
    db.close()
  })

  test('killed in the middle: what was acknowledged is there, none doubled, the rest follows', async () => {
    const { a, b } = await talk()
    const texts = Array.from({ length: 30 }, (_, i) => `message ${i}`)
    for (const [i, text] of texts.entries()) {
      await a.write.send(plain(text))
      if (i === 10) await server.kill()
      if (i === 20) await server.up()
    }
    await until('all of it', () => said(b.view.get()).includes('message 29'))
    expect(said(b.view.get()).filter((t) => t.startsWith('message'))).toEqual(texts)
    await until('settled', () => said(a.view.get()).filter((t) => t.startsWith('message')).length === 30)
    await until('all numbered', () => a.view.get().messages.every((m) => m.seq !== null))
  })

  /** A file of somebody's that is being uploaded over a network which a test may keep from carrying it. */
  function uploads({ env, app }: Person, chat: OpenChat) {
    const net = { stuck: false, loseJoined: false, held: 0, stopped: 0 }
    const begun: string[] = []
    let headers: HeadersInit = {}
    const over: typeof fetch = async (input, init) => {
      const { method, signal } = init ?? {}
      if (method === 'PATCH' && net.stuck) {
        net.held++
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => {
            net.stopped++
            reject(signal.reason)
          })
        })
      }
      const answer = await fetch(input, init)
      const concat = new Headers(init?.headers).get('Upload-Concat') ?? ''
      if (concat.startsWith('final') && net.loseJoined) {
        net.loseJoined = false
        throw new TypeError('the answer was lost')
      }
      const id = answer.headers.get('Location')?.split('/').at(-1)
      if (id && method === 'POST' && !concat.startsWith('final')) {
        begun.push(id)
        headers = { ...(init?.headers as Record<string, string>) }
      }
      return answer
    }
    Object.assign(env.net, { fetch: over })
    const status = async (id: string) =>
      (await fetch(`${env.home}/upload/${id}`, { method: 'HEAD', headers })).status
    return {
      net,
      begun,
      status,
      send: (size: number) =>
        chat.write.send({
          ...plain(''),
          media: { ...NO_MEDIA, file: new Blob([new Uint8Array(size)]), name: 'x' },
        }),
      item: async () => {
        const waiting = () =>
          chat.view.get().messages.flatMap(({ content }) => {
            const place = content.kind === 'media' ? content.media.place : null
            return place?.at === 'outbox' ? [place.item] : []
          })
        await until('it waits', () => waiting().length > 0)
        return waiting()[0] ?? 0
      },
      gone: (ids: readonly string[]) =>
        until('the server has let go of it', async () => {
          return (await Promise.all(ids.map(status))).every((code) => code === 410)
        }),
      pause: (n: number) => app.current?.outbox.pause(n, true),
      cancel: async (n: number) => expect(await app.current?.outbox.cancel(n)).toBe(true),
    }
  }

  test('an upload that is taken back is taken off the server, in whatever state it was', async () => {
    const { ada, a } = await talk()
    const up = uploads(ada, a)
    up.net.stuck = true
    // While it runs, in three parts.
    await up.send(33 << 20)
    await until('all parts are on their way', () => up.net.held === 3)
    await up.cancel(await up.item())
    await up.gone(up.begun)
    // While it is paused.
    await up.send(3 << 20)
    await until('it is on its way', () => up.net.held === 4)
    const paused = await up.item()
    const stopped = up.net.stopped
    await up.pause(paused)
    await until('it has stopped', () => up.net.stopped > stopped)
    expect(await up.status(up.begun[3] ?? '')).toBe(200)
    await up.cancel(paused)
    await up.gone(up.begun.slice(3))
    // While there is no server, and the app is closed before there is one again.
    await up.send(3 << 20)
    await until('it is on its way', () => up.net.held === 5)
    await server.kill()
    await until('the app knows', () => ada.app.connection.get().state !== 'online')
    await up.cancel(await up.item())
    await ada.app.close()
    await server.up()
    expect(await up.status(up.begun[4] ?? '')).toBe(200)
    const { app } = start(ada.browser)
    await until('online', () => app.connection.get().state === 'online')
    await up.gone(up.begun.slice(4))
  })

  test('parts that were joined while the answer was lost are not sent again', async () => {
    const { ada, a, b } = await talk()
    const up = uploads(ada, a)
    up.net.loseJoined = true
    await up.send(33 << 20)
    await until('it arrived', () => b.view.get().messages.some((m) => m.content.kind === 'media'))
    expect(up.net.loseJoined).toBe(false)
    expect(up.begun).toHaveLength(3)
  })

  test('what was sent is kept on the device it was sent from, as what is loaded', async () => {
    const { ada, a, b } = await talk()
    const bytes = new Uint8Array(3 << 20).map((_, i) => i % 251)
    const media = { ...NO_MEDIA, file: new Blob([bytes]), name: 'report.bin' }
    await a.write.send({ ...plain('the report'), media })
    await until('it arrived', () => b.view.get().messages.some((m) => m.content.kind === 'media'))
    const name = await databaseOf(ada)
    const [db, kept] = [await AccountDb.open(name), await MediaDb.open(name)]
    await until('it is kept', async () => (await kept.all()).some(({ got, size }) => got > 0 && got === size))
    const [row] = await kept.all()
    const seq = b.view.get().messages.find((m) => m.content.kind === 'media')?.seq
    expect(row).toMatchObject({ chat: a.id, seq, part: 'original', kind: 'file', size: bytes.length })
    const [blob] = await kept.pieces(row as LoadedKey)
    expect(
      Buffer.compare(Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0)), Buffer.from(bytes)),
    ).toBe(0)
    // It is there once.
    await until('nothing is due', () => db.read(async (r) => (await r.value('toKeep'))?.length === 0))
    expect(await db.read((r) => Promise.all([1, 2, 3].map((n) => r.filesOf(n))))).toEqual([[], [], []])
    kept.close()
    db.close()
  })

  test('long histories load in both directions', async () => {
    const { ada, a, b } = await talk()
    for (let i = 0; i < 250; i++) await a.write.send(plain(`line ${i}`))
    // Each must go in time, not all of them: how long 250 commits take is the disk's to say.
    const left = () => ada.app.connection.get().outbox
    for (let n = left(); n > 0; n = left()) await until(`fewer than ${n} unsent`, () => left() < n)
    b.close()
    a.close()
    const again = ada.app.openChat(a.id)
    await until('the end', () => said(again.view.get()).includes('line 249'))
    for (let i = 0; i < 20 && again.view.get().hasOlder; i++) await again.history.loadOlder()
    expect(said(again.view.get())[0]).toBe('salam')
    const first = again.view.get().messages.find((m) => m.content.kind === 'text')?.seq ?? 0
    await again.history.loadLatest()
    expect(said(again.view.get())).toContain('line 249')
    expect(await again.history.loadAround(first)).toBe(true)
    expect(said(again.view.get())).toContain('salam')
    expect(await again.history.loadAround(999_999)).toBe(false)
  }, 300_000)

  test('the recovery code gives a new password and ends other devices', async () => {
    const ada = await join('Ada')
    const { app } = start(new Browser(`recovering ${ada.username}`, server.address))
    await until('signed out', () => app.session.get().kind === 'signedOut')
    const wrong = newRecoveryCode((n) => crypto.getRandomValues(new Uint8Array(n)))
    await expect(app.account.recover(ada.username, wrong, 'another good password 7')).rejects.toMatchObject({
      code: 'RECOVERY_WRONG',
    })
    await app.account.recover(ada.username, ada.code, 'another good password 7')
    await until('signed in', () => app.session.get().kind === 'signedIn')
    await until('the other is out', () => ada.app.session.get().kind === 'signedOut')
    await app.account.signOut()
    expect(app.session.get()).toMatchObject({ kind: 'signedOut', reason: 'signedOut' })
    await expect(app.account.signIn(ada.username, 'not this one')).rejects.toMatchObject({
      code: 'PASSWORD_WRONG',
    })
    await app.account.signIn(ada.username, 'another good password 7')
    await until('back', () => app.session.get().kind === 'signedIn')
  })

  test('a restored server: no false or doubled message, and what was lost is offered again', async () => {
    const { ada, a, b } = await talk()
    await a.write.send(plain('backed up'))
    await until('there', () => said(b.view.get()).includes('backed up'))
    const backup = await server.backup()
    await a.write.send(plain('lost, mine'))
    await b.write.send(plain('lost, theirs'))
    await until('both', () => said(a.view.get()).includes('lost, theirs') && said(b.view.get()).length === 4)
    await server.restore(backup)
    await until('offered again', () => {
      const [one, two] = [said(a.view.get()), said(b.view.get())]
      return one.length === 4 && two.length === 4 && one.join() === two.join()
    })
    expect([...said(a.view.get())].sort()).toEqual(['backed up', 'lost, mine', 'lost, theirs', 'salam'])
    await a.write.send(plain('and on'))
    await until('live', () => said(b.view.get()).includes('and on'))
    await until('settled', () => ada.app.connection.get().outbox === 0)
  })
})
