// SPDX-License-Identifier: AGPL-3.0-or-later
import { create, toBinary } from '@bufbuild/protobuf'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MediaDb } from '../src/db/media'
import { type ChatListView, type MessageView, type SessionView, Source } from '../src/model'
import type { Entry } from '../src/model/entry'
import { chatActions } from '../src/sync/act/chats'
import { clean } from '../src/sync/act/kept'
import type { Loads } from '../src/sync/act/loads'
import { mediaActions } from '../src/sync/act/media'
import { applyChatInfo } from '../src/sync/history'
import { ChatList } from '../src/sync/list'
import { Live } from '../src/sync/live'
import { ChatSession } from '../src/sync/open'
import { snippetOf } from '../src/sync/present/message'
import { People } from '../src/sync/present/people'
import { togetherIn } from '../src/sync/present/together'
import { Chats, call, ErrorCode } from '../src/wire'
import { MessageSchema } from '../src/wire/gen/zolal/v1/entry_pb'
import { MediaKind } from '../src/wire/gen/zolal/v1/media_pb'
import { openTab, stored, type Tab } from './server/device'
import { Gate } from './server/gate'
import { until } from './server/node'
import { World } from './server/world'

vi.setConfig({ testTimeout: 30_000 })

let world: World
let gate: Gate
let tab: Tab
let chat: ChatSession
let live: Live
let people: People

beforeEach(async () => {
  world = new World()
  gate = await new Gate(world).up()
  world.gates.push(gate)
  for (const [id, name] of ['', 'Ada', 'Babak'].entries()) if (id > 0) world.addAccount(id, name)
  world.addChat(7, [1, 2])
  world.addChat(8, [1, 2])
  world.say(7, 2, 'salam')
  tab = await openTab(gate, 1)
  await until('caught up', () => tab.account.chat(7)?.head.seq === world.head(7))
  live = new Live(1000)
  people = new People(tab.account.mirror, live, 1, () => {})
  const context = { account: tab.account, people, live, closed: () => {} }
  chat = new ChatSession(
    { ...context, requests: async () => 0, suggest: async () => [], members: async () => [] },
    7,
    null,
  )
  await until('drawn', () => said().includes('salam'))
})

afterEach(async () => {
  chat.close()
  await tab.account.close()
  await gate.down()
})

const plain = (text: string) => ({ text, entities: [] })
const view = () => chat.view.get()
const textOf = (m: MessageView) => (m.content.kind === 'text' ? [m.content.body.text] : [])
const said = () => view().messages.flatMap(textOf)
const find = (text: string) => view().messages.find((m) => textOf(m).includes(text))
const message = (text: string) => ({ body: plain(text), replyTo: null, quote: null, silent: false })

describe('drafts', () => {
  test('a sent message does not come back as a draft, however quickly it was sent', async () => {
    const { mirror } = tab.account
    for (let i = 0; i < 20; i++) {
      chat.write.setDraft({ body: plain(`typed ${i}`), replyTo: null, quote: '' })
      chat.write.setDraft({ body: plain(''), replyTo: null, quote: '' })
    }
    await tab.account.db.write(async () => {})
    await mirror.settled()
    expect(tab.account.chat(7)?.draft.text).toBe('')
  })
})

describe('the line before what is new', () => {
  test('stands while others write on, and goes when one answers', async () => {
    expect(view().unreadFrom).not.toBeNull()
    world.say(7, 2, 'and more')
    await until('drawn', () => said().includes('and more'))
    expect(view().unreadFrom).not.toBeNull()
    await chat.write.send(message('an answer'))
    await until('drawn', () => said().includes('an answer'))
    expect(view().unreadFrom).toBeNull()
  })

  test('goes when one answers on another device', async () => {
    world.say(7, 1, 'from the other device')
    await until('drawn', () => said().includes('from the other device'))
    expect(view().unreadFrom).toBeNull()
  })
})

describe('refusals', () => {
  test('a refused message says why, and another try forgets it', async () => {
    gate.fail('Messages/Send', ErrorCode.RESTRICTED)
    await chat.write.send(message('refused'))
    await until('failed', () => find('refused')?.delivery === 'failed')
    expect(find('refused')?.failure).toBe('RESTRICTED')
    await chat.write.settle(find('refused')?.key ?? '', 'retry')
    await until('sent', () => find('refused')?.delivery === 'sent')
    expect(find('refused')?.failure).toBeNull()
  })

  test('a message that its reader does not take says so, and the next one may be written', async () => {
    expect(view().cannotSend).toBeNull()
    gate.fail('Messages/Send', ErrorCode.CANNOT_WRITE)
    await chat.write.send(message('refused'))
    await until('failed', () => find('refused')?.delivery === 'failed')
    expect(find('refused')?.failure).toBe('CANNOT_WRITE')
    expect(view().cannotSend).toBeNull()
    await chat.write.send(message('taken'))
    await until('sent', () => find('taken')?.delivery === 'sent')
  })

  test('a refused edit says why and is kept until it is given up or another is stored', async () => {
    await chat.write.send(message('mine'))
    await until('sent', () => find('mine')?.seq != null && tab.account.mirror.outbox.length === 0)
    const { seq, key } = find('mine') ?? {}
    const refused = async (text: string) => {
      gate.fail('Messages/Edit', ErrorCode.FORBIDDEN)
      await expect(chat.write.edit(seq ?? 0, plain(text))).rejects.toMatchObject({ code: 'FORBIDDEN' })
      expect(await tab.account.db.read((r) => r.outbox())).toMatchObject([{ shows: { body: { text } } }])
      await until('it is said', () => find(text)?.delivery === 'failed')
      expect(find(text)?.failure).toBe('FORBIDDEN')
    }
    await refused('first')
    await chat.write.settle(key ?? '', 'discard')
    await until('as it was', () => find('mine')?.delivery === 'sent')
    await refused('second')
    await refused('third')
    await chat.write.edit(seq ?? 0, plain('fourth'))
    await until('stored', () => find('fourth')?.delivery === 'sent')
    expect(tab.account.mirror.outbox).toEqual([])
  })

  test('an edit whose message was deleted meanwhile is told by itself, until it is discarded', async () => {
    await chat.write.send(message('mine'))
    await until('sent', () => find('mine')?.seq != null && tab.account.mirror.outbox.length === 0)
    gate.fail('Messages/Edit', ErrorCode.TARGET_GONE)
    await chat.write.edit(find('mine')?.seq ?? 0, plain('too late'))
    await until('told', () => view().lostEdit?.text === 'too late')
    await chat.write.settle(view().lostEdit?.key ?? '', 'discard')
    await until('not kept', () => view().lostEdit === null && tab.account.mirror.outbox.length === 0)
  })

  test('a refused forward is told, not claimed to be done', async () => {
    const { forward } = chatActions({ current: tab.account })
    gate.fail('Messages/Forward', ErrorCode.FORBIDDEN)
    const seq = find('salam')?.seq ?? 0
    await expect(forward(7, [seq], 8, true)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await until('nothing is left of it', () => tab.account.mirror.outbox.length === 0)
  })
})

describe('deletion', () => {
  test('a deleted message leaves nothing, and a reply to it says that it is gone', async () => {
    await chat.write.send({ ...message('reply'), replyTo: find('salam')?.seq ?? 0 })
    await until('sent', () => find('reply')?.seq != null)
    expect(find('reply')?.reply?.snippet.text).toBe('salam')
    world.remove(7, 2, find('salam')?.seq ?? 0)
    await until('gone', () => !said().includes('salam'))
    await until('the reply knows', () => find('reply')?.reply?.gone === true)
    expect(find('reply')?.reply?.snippet.text).toBe('')
    expect(view().messages.map((m) => m.content.kind)).not.toContain('unknown')
  })
})

describe('an imported history', () => {
  test('that its chat was made later does not stand above it', async () => {
    expect(view().messages.some((m) => m.content.kind === 'service')).toBe(true)
    const year = 365 * 86_400_000
    world.now = () => Date.now() - year
    world.say(7, 2, 'a year ago')
    await until('here', () => said().includes('a year ago'))
    expect(view().messages.map((m) => m.content.kind)).toEqual(['text', 'text'])
  })
})

describe('slow mode', () => {
  const hour = 3_600_000
  const left = () => view().slowUntil - Date.now()
  const binds = async (seconds: number) => {
    world.slow(7, seconds)
    await until('it is told', () => view().info.slowSeconds === seconds)
  }

  test('counts from one’s last message, wherever one looks and whatever became of it', async () => {
    for (let i = 0; i < 400; i++) world.say(7, 2, `line ${i}`)
    await binds(3600)
    expect(view().slowUntil).toBe(0)
    await chat.write.send(message('mine'))
    await until('sent', () => find('mine')?.seq != null)
    expect(left()).toBeGreaterThan(hour / 2)
    expect(left()).toBeLessThanOrEqual(hour)

    expect(await chat.history.loadAround(20)).toBe(true)
    expect(said()).not.toContain('mine')
    expect(left()).toBeGreaterThan(hour / 2)
    await chat.history.loadLatest()
    await chat.write.deleteForAll([find('mine')?.seq ?? 0])
    await until('deleted', () => !said().includes('mine') && tab.account.mirror.outbox.length === 0)
    expect(left()).toBeGreaterThan(hour / 2)
  })

  test('counts while a message waits, and not after it was refused', async () => {
    await binds(3600)
    await gate.down()
    await chat.write.send(message('refused'))
    await until('it waits', () => find('refused')?.delivery === 'pending')
    expect(left()).toBeGreaterThan(hour / 2)
    gate.fail('Messages/Send', ErrorCode.RESTRICTED)
    await gate.up()
    await until('failed', () => find('refused')?.delivery === 'failed')
    expect(view().slowUntil).toBe(0)
  })

  test('outlives a catch-up, which does not tell it', async () => {
    await binds(3600)
    world.say(7, 1, 'from the other device')
    await until('heard', () => left() > hour / 2)
    const sent = tab.account.chat(7)?.info.sent
    chat.close()
    gate.cut()
    world.say(7, 2, 'after it')
    await until('caught up', () => tab.account.chat(7)?.head.seq === world.head(7))
    expect(tab.account.chat(7)?.info.sent).toBe(sent)
  })

  test('is asked again for what another device wrote behind a gap', async () => {
    await binds(3600)
    gate.cut()
    world.say(7, 1, 'from the other device')
    for (let i = 0; i < 500; i++) world.say(7, 2, `late ${i}`)
    await until('heard of', () => tab.account.chat(7)?.head.seq === world.head(7))
    await chat.refresh()
    await until('it counts', () => left() > hour / 2)
  })

  test('ends by itself', async () => {
    await binds(1)
    await chat.write.send(message('mine'))
    await until('it binds', () => view().slowUntil > 0)
    await until('it is over', () => view().slowUntil === 0)
    expect(tab.account.now()).toBeGreaterThanOrEqual((find('mine')?.at ?? 0) + 1000)
  })
})

describe('lines that name a message', () => {
  test('what is hidden in it stays hidden', async () => {
    const spoiler = { kind: 'spoiler', offset: 9, length: 6 } as const
    await chat.write.send({ ...message(''), body: { text: 'the code girih1', entities: [spoiler] } })
    await until('sent', () => find('the code girih1')?.seq != null)
    const entry = (await stored(tab, 7)).find((e) => e.seq === find('the code girih1')?.seq)
    expect(snippetOf(entry)).toBe('the code ▒▒▒▒▒▒')
  })
})

describe('the end of a chat', () => {
  test('is followed although more came while it was caught up with', async () => {
    const { history } = tab.account
    const mend = history.mend.bind(history)
    let mended = 0
    history.mend = async (id) => {
      await mend(id)
      if (mended++ > 0) return
      // The connection is lost again: of what is said now only the head is heard of before this returns.
      gate.cut()
      for (let i = 0; i < 5; i++) world.say(7, 2, `late ${i}`)
      await until('heard of', () => tab.account.chat(7)?.head.seq === world.head(7))
    }
    gate.cut()
    for (let i = 0; i < 5; i++) world.say(7, 2, `early ${i}`)
    await until('both came', () => mended > 0 && said().includes('late 4'))
    expect(view().hasNewer).toBe(false)
    await chat.write.send(message('and mine'))
    await until('mine is seen', () => said().includes('and mine'))
  })
})

describe('what is cleaned', () => {
  const opened = (on: Tab, at: number | null = null) => {
    const others = { live: new Live(1000), people: new People(on.account.mirror, live, 1, () => {}) }
    const asks = { requests: async () => 0, suggest: async () => [], members: async () => [] }
    return new ChatSession({ account: on.account, ...others, ...asks, closed: () => {} }, 7, at)
  }
  const texts = (open: ChatSession) => open.view.get().messages.flatMap(textOf)
  const everything = { kinds: ['messages'], chat: null } as const
  const noMedia = { db: Promise.resolve(null), dropped: async () => {} } as unknown as Loads

  test('comes again where the chat is open, in every tab, and what follows is shown', async () => {
    const other = await openTab(gate, 1, { browser: tab.browser })
    await until('caught up', () => other.account.chat(7)?.head.seq === world.head(7))
    const there = opened(other)
    await until('drawn there', () => texts(there).includes('salam'))
    await clean(other.account, noMedia, everything)
    world.say(7, 2, 'after it')
    for (const open of [chat, there]) await until('it follows', () => texts(open).includes('after it'))
    // What came first may be all that is at the end: a screen that is not full asks for more.
    const filled = async (open: ChatSession) => {
      if (open.view.get().hasOlder) await open.history.loadOlder()
      return texts(open).includes('salam')
    }
    for (const open of [chat, there]) await until('all is back', () => filled(open))
    expect(chat.view.get().hasNewer).toBe(false)
    there.close()
    await other.account.close()
  })

  test('comes again where one was reading', async () => {
    for (let i = 0; i < 300; i++) world.say(7, 2, `line ${i}`)
    await until('heard', () => tab.account.chat(7)?.head.seq === world.head(7))
    const reading = opened(tab, 20)
    await until('drawn', () => texts(reading).includes('line 10'))
    await clean(tab.account, noMedia, everything)
    await until('it is stored again', async () => (await stored(tab, 7)).some(({ seq }) => seq === 20))
    await until('it is there again', () => texts(reading).includes('line 10'))
    expect(texts(reading)).not.toContain('line 299')
    reading.close()
  })
})

describe('what is cleaned while much is unread', () => {
  const atEnd = () => said().includes('line 299') && !view().hasNewer

  beforeEach(async () => {
    for (let i = 0; i < 300; i++) world.say(7, 2, `line ${i}`)
    await until('heard', () => tab.account.chat(7)?.head.seq === world.head(7))
    await chat.history.loadLatest()
    await until('at the end', atEnd)
    expect(view().unread).toBeGreaterThan(200)
  })

  const cleaned = () =>
    clean(tab.account, { db: Promise.resolve(null), dropped: async () => {} } as unknown as Loads, {
      kinds: ['messages'],
      chat: null,
    })

  test('comes again at the end where one was there, and what follows is shown', async () => {
    await cleaned()
    await until('it is stored again', async () => (await stored(tab, 7)).length > 0)
    await until('at the end again', atEnd)
    world.say(7, 2, 'after it')
    await until('it follows', () => said().includes('after it'))
  })

  test('comes again there too when the connection was lost meanwhile', async () => {
    await gate.down()
    await cleaned()
    await until('nothing is there', () => said().length === 0)
    await gate.up()
    await until('online', () => tab.account.state === 'online')
    await chat.refresh()
    await until('at the end again', atEnd)
    world.say(7, 2, 'after it')
    await until('it follows', () => said().includes('after it'))
  })
})

describe('what was loaded of a message', () => {
  test('goes when it is deleted, also where the message itself is not stored', async () => {
    const seq = find('salam')?.seq ?? 0
    chat.close()
    const media = await MediaDb.open(tab.account.db.name)
    const row = { chat: 7, part: 'original', hash: 'aa', kind: 'photo', size: 3, got: 3, at: 1 } as const
    for (const of of [seq, seq + 100]) await media.begin({ ...row, seq: of })
    const session = new Source<SessionView>({ kind: 'starting' })
    vi.stubGlobal('PerformanceObserver', undefined)
    const acts = mediaActions({ current: tab.account, session }, tab.env)
    await acts.storage.clean({ kinds: ['messages'], chat: null })
    expect(await stored(tab, 7)).toEqual([])
    expect(await media.all()).toHaveLength(2)
    world.remove(7, 2, seq)
    await until('it is gone', async () => (await media.all()).length === 1)
    expect(await media.all()).toMatchObject([{ seq: seq + 100 }])
    media.close()
  })
})

describe('a row of the list', () => {
  test('says where its log ends, whatever was deleted and whatever waits', async () => {
    const nothing: ChatListView = { state: 'loading', chats: [], requests: [], invitations: [] }
    const list = new ChatList(new Source(nothing), tab.account, people, live)
    const item = () => list.view.get().chats.find(({ id }) => id === 7)
    const before = item()?.last ?? 0
    const seq = world.say(7, 2, 'mistaken')
    await until('heard', () => item()?.last === seq)
    expect(item()?.head).toBe(seq)
    world.remove(7, 2, seq)
    await until('gone', () => item()?.last === before)
    expect(item()?.head).toBe(world.head(7))
    await gate.down()
    await chat.write.send(message('later'))
    await until('it waits', () => item()?.preview?.seq === null)
    expect(item()).toMatchObject({ head: world.head(7), last: before })
    list.close()
  })

  test('says what was sent together with its last message, also when some of it was deleted', async () => {
    const nothing: ChatListView = { state: 'loading', chats: [], requests: [], invitations: [] }
    const list = new ChatList(new Source(nothing), tab.account, people, live)
    const together = () => list.view.get().chats.find(({ id }) => id === 7)?.preview?.together
    world.carry(7, 2, MediaKind.FILE, 1)
    world.carry(7, 2, MediaKind.PHOTO, 2)
    const seq = world.carry(7, 2, MediaKind.PHOTO, 2)
    world.edit(7, 2, 1, 'edited between')
    world.carry(7, 2, MediaKind.VIDEO, 2)
    await until('counted', () => String(together()) === 'photo,photo,video')
    world.remove(7, 2, seq)
    await until('counted again', () => String(together()) === 'photo,video')
    world.carry(7, 2, MediaKind.FILE, 3)
    await until('alone', () => String(together()) === 'file')
    world.say(7, 2, 'words')
    await until('words', () => together() === undefined)
    list.close()
  })

  test('does not count an album of which the beginning is not here', () => {
    const rows = ['photo', 'photo'].map(() => {
      const message = create(MessageSchema, {
        media: { kind: MediaKind.PHOTO },
        album: new Uint8Array(16).fill(2),
      })
      return { kind: 'message', body: toBinary(MessageSchema, message), overlay: null } as unknown as Entry
    })
    expect(togetherIn(rows, '02'.repeat(16), true)).toEqual(['photo', 'photo'])
    expect(togetherIn(rows, '02'.repeat(16), false)).toBeNull()
    expect(togetherIn(rows, '03'.repeat(16), false)).toEqual([])
  })
})

describe('what a chat is', () => {
  test('is not taken from an answer that the log has overtaken', async () => {
    const { db, tabs } = tab.account
    const early = await call(tabs, Chats.method.get, { chat: 7 })
    world.retitle(7, 'renamed')
    await until('renamed', () => view().info.title === 'renamed')
    expect(await db.write((w) => applyChatInfo(w, early))).toBe(false)
    expect(tab.account.chat(7)?.info.title).toBe('renamed')
    await tab.account.history.refresh(7)
    expect(tab.account.chat(7)?.info.title).toBe('renamed')
  })
})
