// SPDX-License-Identifier: AGPL-3.0-or-later
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Registry } from '../src/db'
import { markReadHere } from '../src/sync/flush'
import { noteLeftover } from '../src/sync/leftover'
import { takeOver } from '../src/sync/takeover'
import type { Update } from '../src/wire'
import { ErrorCode } from '../src/wire'
import { ChatType } from '../src/wire/gen/zolal/v1/chat_pb'
import { lines, newBrowser, openTab, say, stored, type Tab, type TabOptions } from './server/device'
import { Gate } from './server/gate'
import { NodeNet, until } from './server/node'
import { World } from './server/world'

vi.setConfig({ testTimeout: 30_000 })

let world: World
let gate: Gate
const tabs: Tab[] = []

beforeEach(async () => {
  world = new World()
  gate = await new Gate(world).up()
  world.gates.push(gate)
  for (const [id, name] of ['', 'Ada', 'Babak', 'Cem'].entries()) if (id > 0) world.addAccount(id, name)
  world.addChat(7, [1, 2])
})

afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.account.close()
  await gate.down()
})

async function open(account: number, o: TabOptions = {}): Promise<Tab> {
  const tab = await openTab(gate, account, o)
  tabs.push(tab)
  return tab
}

async function close(tab: Tab): Promise<void> {
  tabs.splice(tabs.indexOf(tab), 1)
  await tab.account.close()
}

const plain = (text: string) => ({ text, entities: [] })
const row = (tab: Tab, chat = 7) => tab.account.chat(chat)

/** Opens a tab and waits until it has caught up and has the history of chat 7. */
async function ready(account: number, o: TabOptions = {}): Promise<Tab> {
  const tab = await open(account, o)
  await until('caught up', () => row(tab)?.head.seq === world.head(7))
  await tab.account.history.load(7, { at: 'end' })
  await tab.account.mirror.settled()
  return tab
}

async function converge(tab: Tab, chat = 7): Promise<void> {
  await until('the history is the server’s', async () => {
    await tab.account.history.mend(chat)
    return JSON.stringify(await lines(tab, chat)) === JSON.stringify(world.texts(chat))
  })
  await until('the outbox is empty', () => tab.account.mirror.outbox.length === 0)
  await tab.account.mirror.settled()
}

describe('catching up', () => {
  test('the first sync brings chats, people and one’s own state', async () => {
    world.say(7, 2, 'salam')
    world.say(7, 2, 'khubi?')
    const ada = await open(1)
    await until('the chat', () => row(ada)?.unread === 2)
    expect(row(ada)?.info.title).toBe('chat 7')
    expect(ada.account.mirror.people.get(2)?.name).toBe('Babak')
    expect(ada.account.mirror.user?.profile.name).toBe('Ada')
  })

  test('the app starts from what is stored, without any network', async () => {
    world.say(7, 2, 'salam')
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser })
    await close(ada)
    await gate.down()
    const env = browser.tab()
    env.net.off = true
    const again = await open(1, { browser, env })
    expect(row(again)?.info.title).toBe('chat 7')
    expect(await lines(again, 7)).toEqual(['salam'])
    await say(again, 7, 'written offline')
    await gate.up()
    env.net.off = false
    env.wake()
    await until('it is sent', () => world.texts(7).includes('written offline'))
    await converge(again)
  })

  test('after being away one request catches up, however many chats moved', async () => {
    for (let id = 100; id < 140; id++) world.addChat(id, [1, 2])
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser })
    await close(ada)
    for (let id = 100; id < 140; id++) world.say(id, 2, `news ${id}`)
    gate.seen.length = 0
    const again = await open(1, { browser })
    await until('all of it', () => row(again, 139)?.unread === 1 && row(again, 100)?.unread === 1)
    expect(gate.seen.filter((m) => m === 'Sync/Sync')).toHaveLength(1)
  })

  test('more chats than fit one answer come in several, none left out', async () => {
    for (let id = 100; id < 700; id++) world.addChat(id, [1])
    const ada = await open(1)
    await until('all of it', () => ada.account.mirror.chats.size === 601)
  })

  test('a chat one was put out of while away is gone from the list', async () => {
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser })
    await close(ada)
    world.leave(7, 1)
    const again = await open(1, { browser })
    await until('out', () => row(again)?.info.me.role === 'none')
    expect(await stored(again, 7)).toEqual([])
  })

  test('what the browser threw away is noticed and fetched again', async () => {
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser })
    await ada.account.db.clearButOutbox()
    await close(ada)
    const again = await open(1, { browser })
    expect(await again.account.db.read((r) => r.value('lost'))).toBe(true)
    await until('caught up', () => row(again)?.head.seq === world.head(7))
  })
})

describe('presence', () => {
  const online = (tab: Tab) => tab.fleeting.some((f) => f.kind === 'presence' && f.account === 2 && f.online)
  const asked = () => gate.seen.filter((m) => m === 'Sync/Watch').length

  test('who was not told of is asked for again when the chat goes on', async () => {
    world.addChat(8, [1, 2], ChatType.DIRECT)
    world.untold.add(2)
    const ada = await ready(1)
    await until('asked', () => asked() === 1)
    world.untold.delete(2)
    world.say(8, 2, 'salam')
    await until('told', () => online(ada))
    expect(asked()).toBe(2)
    world.say(8, 2, 'khubi?')
    await until('read', () => row(ada, 8)?.head.seq === world.head(8))
    await ada.account.mirror.settled()
    expect(asked()).toBe(2)
  })

  test('who is told of no more is asked for again when the chat goes on', async () => {
    world.addChat(8, [1, 2], ChatType.DIRECT)
    const ada = await ready(1)
    await until('told', () => online(ada))
    world.signal([1], {
      case: 'presence',
      value: { $typeName: 'zolal.v1.Presence', account: 2, online: false, lastSeenMs: 0n },
    })
    await until('gone', () => ada.fleeting.some((f) => f.kind === 'presence' && !f.online))
    ada.fleeting.length = 0
    world.say(8, 2, 'salam')
    await until('told again', () => online(ada))
  })

  test('who was blocked is asked for when the block is lifted', async () => {
    world.addChat(8, [1, 2], ChatType.DIRECT)
    const ada = await ready(1)
    await until('told', () => online(ada))
    world.block(1, 2, true)
    await until('blocked', () => ada.account.mirror.user?.blocked.includes(2) === true)
    ada.fleeting.length = 0
    world.block(1, 2, false)
    await until('told again', () => online(ada))
  })
})

describe('live updates', () => {
  test('messages, edits and deletions arrive and are folded', async () => {
    const ada = await ready(1)
    const first = world.say(7, 2, 'one')
    world.say(7, 2, 'two')
    world.edit(7, 2, first, 'one, better')
    world.remove(7, 2, first + 1)
    await until('two arrived', async () => (await lines(ada, 7)).join() === 'one, better')
    await until('folded', () => row(ada)?.head.seq === world.head(7))
    expect(row(ada)).toMatchObject({ unread: 1, firstUnread: first, asOf: world.head(7) })
    expect(row(ada)?.last?.seq).toBe(first)
    const rows = await stored(ada, 7)
    expect(rows.find((e) => e.seq === first)?.body).toHaveLength(0)
  })

  test('lost, doubled and shuffled updates end in the same state', async () => {
    let count = 0
    const mangles: Record<string, (updates: Update[]) => Update[]> = {
      lost: () => [],
      'every third lost': (u) => (++count % 3 === 0 ? [] : u),
      doubled: (u) => [...u, ...u],
    }
    const held: Update[] = []
    mangles['late and out of order'] = (u) => {
      held.push(...u)
      return held.length < 4 ? [] : held.splice(0).reverse()
    }
    for (const [name, mangle] of Object.entries(mangles)) {
      const ada = await ready(1)
      gate.mangle = mangle
      const seqs: number[] = []
      for (let i = 0; i < 12; i++) {
        seqs.push(world.say(7, 2, `${name} ${i}`))
        if (i % 3 === 1) world.edit(7, 2, seqs[i - 1] ?? 0, `${name} ${i - 1} edited`)
        if (i % 4 === 3) world.remove(7, 2, seqs[i - 2] ?? 0)
      }
      world.retitle(7, `title ${name}`)
      gate.mangle = (u) => u
      // Whatever was lost is healed by the next sync, here that of a new connection.
      gate.cut()
      await until(`${name}: head`, () => row(ada)?.head.seq === world.head(7))
      await converge(ada)
      await until(`${name}: title`, () => row(ada)?.info.title === `title ${name}`)
      await until(`${name}: unread`, () => row(ada)?.unread === world.texts(7).length)
      expect(row(ada)?.asOf, name).toBe(world.head(7))
      await close(ada)
    }
  })

  test('a gap is noticed by itself and heals without a new connection', async () => {
    const ada = await ready(1)
    gate.mangle = () => []
    world.say(7, 2, 'lost on the way')
    gate.mangle = (u) => u
    world.say(7, 2, 'arrived')
    await until('both counted', () => row(ada)?.unread === 2)
    await converge(ada)
    expect(ada.states.filter((s) => s !== 'online')).toEqual([])
  })

  test('pages cached before are mended when they were changed meanwhile', async () => {
    const seqs = Array.from({ length: 30 }, (_, i) => world.say(7, 2, `old ${i}`))
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser })
    await close(ada)
    world.edit(7, 2, seqs[3] ?? 0, 'edited while away')
    world.remove(7, 2, seqs[4] ?? 0)
    for (let i = 0; i < 600; i++) world.say(7, 2, `new ${i}`)
    const again = await open(1, { browser })
    await until('caught up', () => row(again)?.head.seq === world.head(7))
    gate.seen.length = 0
    await again.account.history.mend(7)
    expect(gate.seen).toEqual(['Messages/Changes', 'Messages/Get'])
    const said = await lines(again, 7)
    expect(said).toContain('edited while away')
    expect(said).not.toContain('old 3')
    expect(said).not.toContain('old 4')
    await again.account.history.load(7, { at: 'end' })
    world.say(7, 2, 'and on it goes')
    await until('live again', async () => (await lines(again, 7)).includes('and on it goes'))
  })

  test('a page that was overtaken by an edit does not bring the old words back', async () => {
    const target = world.say(7, 2, 'old words')
    const ada = await open(1)
    await until('caught up', () => row(ada)?.head.seq === world.head(7))
    // The edit arrives live before its target has been fetched.
    const before = ada.account.history.load(7, { at: 'before', seq: target + 1 })
    world.edit(7, 2, target, 'new words')
    await before
    await until('new words', async () => (await lines(ada, 7)).join() === 'new words')
  })

  test('a chat one joins on another device appears', async () => {
    const ada = await ready(1)
    world.addChat(8, [2, 1])
    await until('the chat', () => row(ada, 8)?.info.title === 'chat 8')
  })

  test('a chat that is described without its last line has it as soon as its end was read', async () => {
    world.addChat(8, [1, 2])
    const seqs = ['first', 'last', 'gone'].map((text) => world.say(8, 2, text))
    world.remove(8, 2, seqs[2] ?? 0)
    const ada = await ready(1)
    await until('the chat', () => row(ada, 8)?.last?.seq === seqs[1])
    await ada.account.db.write((w) => w.dropChat(8))
    await ada.account.history.refresh(8)
    await ada.account.mirror.settled()
    expect(row(ada, 8)?.last).toBeNull()
    await ada.account.history.load(8, { at: 'before', seq: seqs[1] ?? 0 })
    await ada.account.mirror.settled()
    expect(row(ada, 8)?.last).toBeNull()
    await ada.account.history.load(8, { at: 'end' })
    await until('the last line', () => row(ada, 8)?.last?.seq === seqs[1])
  })

  test('one’s own rights and those of all change at once', async () => {
    const ada = await ready(1)
    world.allow(7, 3)
    await until('what all may', () => row(ada)?.info.defaults === 3)
    world.restrict(7, 1, 1)
    await until('what is taken from oneself', () => row(ada)?.info.me.grants === 1)
  })

  test('typing is passed on and not stored', async () => {
    const ada = await ready(1)
    world.signal([1], {
      case: 'typing',
      value: { $typeName: 'zolal.v1.Typing', chat: 7, account: 2, stopped: false, recording: false },
    })
    await until('typing', () => ada.fleeting.length === 1)
    expect(ada.fleeting[0]).toEqual({ kind: 'typing', chat: 7, account: 2, stopped: false, recording: false })
  })
})

describe('the outbox', () => {
  test('a message is sent once and its entry takes the place of the item', async () => {
    const ada = await ready(1)
    await say(ada, 7, 'salam')
    await converge(ada)
    const rows = await stored(ada, 7)
    expect(rows.at(-1)).toMatchObject({ author: 1, own: true })
    expect(row(ada)?.unread).toBe(0)
  })

  test('cut in the middle of a send: the answer is lost, the message is not doubled', async () => {
    const ada = await ready(1)
    gate.fail('Messages/Send', 'loseAnswer', 'loseRequest', 'loseAnswer')
    await say(ada, 7, 'once')
    await converge(ada)
    expect(world.texts(7)).toEqual(['once'])
  })

  test('messages of one chat arrive in the order they were written, whatever happens', async () => {
    const ada = await ready(1)
    world.addChat(8, [1, 2])
    await until('the other chat', () => row(ada, 8) !== undefined)
    gate.fail('Messages/Send', 'loseRequest', ErrorCode.UNAVAILABLE, 'loseAnswer', ErrorCode.INTERNAL)
    const written: string[] = []
    for (let i = 0; i < 20; i++) {
      await say(ada, i % 4 === 3 ? 8 : 7, `message ${i}`)
      if (i % 4 !== 3) written.push(`message ${i}`)
      if (i === 10) gate.cut()
    }
    await converge(ada)
    expect(world.texts(7)).toEqual(written)
    expect(world.texts(8)).toHaveLength(5)
  })

  test('it survives the app being closed before anything was sent', async () => {
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser })
    ada.env.net.off = true
    gate.cut()
    await say(ada, 7, 'one')
    await say(ada, 7, 'two')
    await close(ada)
    const again = await open(1, { browser })
    await until('sent', () => world.texts(7).join() === 'one,two')
    await until('settled', () => again.account.mirror.outbox.length === 0)
  })

  test('a captive portal acknowledges nothing and the outbox is kept', async () => {
    const ada = await ready(1)
    gate.portal = true
    gate.cut()
    await until('interfering', () => ada.account.state === 'interfering')
    await say(ada, 7, 'kept')
    expect(ada.account.mirror.outbox.length + 1).toBeGreaterThan(0)
    gate.portal = false
    await converge(ada)
    expect(world.texts(7)).toEqual(['kept'])
    expect(ada.ended).toEqual([])
  })

  test('a refusal for good is kept with its reason, and the next message goes on', async () => {
    const ada = await ready(1)
    gate.fail('Messages/Send', ErrorCode.RESTRICTED)
    const n = await say(ada, 7, 'refused')
    await say(ada, 7, 'fine')
    await until('failed', () => ada.account.mirror.outbox.some((i) => i.state === 'failed'))
    await until('the other one', () => world.texts(7).includes('fine'))
    expect(ada.account.mirror.outbox.find((i) => i.n === n)?.error).toBe('RESTRICTED')
    await ada.account.outbox.settle(n, 'retry')
    await until('sent after all', () => world.texts(7).includes('refused'))
    gate.fail('Messages/Send', ErrorCode.BANNED)
    const gone = await say(ada, 7, 'discarded')
    await until('failed', () => ada.account.mirror.outbox.some((i) => i.state === 'failed'))
    await ada.account.outbox.settle(gone, 'discard')
    await converge(ada)
  })

  test('a refused key is replaced only where nothing can have been stored', async () => {
    const ada = await ready(1)
    gate.fail('Messages/Send', ErrorCode.KEY_INVALID)
    await say(ada, 7, 'new key')
    await converge(ada)
    expect(world.texts(7)).toEqual(['new key'])

    gate.fail('Messages/Send', 'swallow', ErrorCode.KEY_EXPIRED)
    const n = await say(ada, 7, 'may be stored')
    await until('sent once', () => ada.account.mirror.outbox.some((i) => i.unsure))
    gate.cut()
    await until('failed', () => ada.account.mirror.outbox.find((i) => i.n === n)?.state === 'failed')
    expect(world.texts(7)).toEqual(['new key'])
  })

  test('the clock of the device is days off: messages are sent all the same', async () => {
    const day = 86_400_000
    world.now = () => Date.now() - 40 * day
    const ada = await open(1)
    await until('caught up', () => row(ada)?.head.seq === world.head(7))
    await until('clock', () => Math.abs(ada.account.now() - world.now()) < 60_000)
    await say(ada, 7, 'from the future')
    await until('sent', () => world.texts(7).includes('from the future'))
  })

  test('edits and deletions wait in it too', async () => {
    const ada = await ready(1)
    const seq = world.say(7, 1, 'mine')
    const other = world.say(7, 1, 'mine too')
    await until('here', () => row(ada)?.head.seq === world.head(7))
    ada.env.net.off = true
    gate.cut()
    await ada.account.outbox.add(7, {
      kind: 'edit',
      target: seq,
      body: plain('mine, edited'),
    })
    await ada.account.outbox.add(7, { kind: 'delete', targets: [other] })
    ada.env.net.off = false
    ada.env.wake()
    await converge(ada)
    expect(world.texts(7)).toEqual(['mine, edited'])
  })

  test('what an ended session may have sent is not sent again by the next; the rest is', async () => {
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser })
    gate.fail('Messages/Send', 'swallow')
    await say(ada, 7, 'unsure')
    await until('under way', () => ada.account.mirror.outbox.some((i) => i.unsure))
    await say(ada, 7, 'never sent')
    const { name } = ada.account.db
    await close(ada)
    const registry = await Registry.open(`registry of ${browser.name}`)
    await noteLeftover(registry, name)
    await takeOver(registry, { ...ada.account.session, device: 2 })
    expect(await registry.get('kept')).toEqual([])
    registry.close()
    const again = await open(1, { browser, device: 2 })
    await until('failed', () => again.account.mirror.outbox[0]?.state === 'failed')
    await until('sent', () => world.texts(7).includes('never sent'))
    expect(world.texts(7)).toEqual(['never sent'])
  })
})

describe('read marks and drafts', () => {
  test('reading is shown at once, told once for many, and counted down', async () => {
    const browser = newBrowser(gate)
    const ada = await ready(1, { browser, env: browser.tab(undefined, {}, { reads: 500 }) })
    for (let i = 0; i < 10; i++) world.say(7, 2, `message ${i}`)
    await until('unread', () => row(ada)?.unread === 10)
    const first = row(ada)?.firstUnread ?? 0
    gate.seen.length = 0
    for (let seq = first; seq < first + 6; seq++) await markReadHere(ada.account.db, 1, 7, seq)
    await until('counted', () => row(ada)?.unread === 4)
    await until('told', () => row(ada)?.read.seq === first + 5)
    expect(gate.seen.filter((m) => m === 'Sync/MarkRead').length).toBeLessThanOrEqual(2)
  })

  test('reading is counted down where the entries in between are not stored', async () => {
    world.addChat(8, [1, 2])
    for (let i = 0; i < 300; i++) world.say(8, 2, `message ${i}`)
    const ada = await ready(1)
    await until('unread', () => row(ada, 8)?.unread === 300)
    const first = row(ada, 8)?.firstUnread ?? 0
    await markReadHere(ada.account.db, 1, 8, first + 29)
    await until('told', () => row(ada, 8)?.read.seq === first + 29)
    expect(row(ada, 8)?.unread).toBe(270)
  })

  test('what was read offline is told later, and another device follows', async () => {
    const [ada, phone] = [await ready(1), await ready(1, { device: 2 })]
    const seq = world.say(7, 2, 'salam')
    await until('both', () => row(ada)?.unread === 1 && row(phone)?.unread === 1)
    ada.env.net.off = true
    gate.cut()
    await markReadHere(ada.account.db, 1, 7, seq)
    ada.env.net.off = false
    ada.env.wake()
    await until('the phone knows', () => row(phone)?.unread === 0)
  })

  test('the other side’s mark ticks one’s own messages', async () => {
    const [ada, babak] = [await ready(1), await ready(2)]
    await say(ada, 7, 'read me')
    await until('here', () => row(babak)?.unread === 1)
    await markReadHere(babak.account.db, 2, 7, row(babak)?.head.seq ?? 0)
    await until('ticked', () => row(ada)?.peerRead === world.head(7))
  })

  test('a draft reaches the other device, and what is typed here is not overwritten', async () => {
    const [ada, phone] = [await ready(1), await ready(1, { device: 2 })]
    const write = (tab: Tab, text: string) =>
      tab.account.db.write(async (w) => {
        const now = await w.chat(7)
        const draft = { text, entities: [], reply: 0, at: Date.now() }
        if (now) await w.putChat({ ...now, draft, draftDirty: true })
      })
    await write(ada, 'half a thou')
    await until('on the phone', () => row(phone)?.draft.text === 'half a thou')
    phone.env.net.off = true
    gate.cut()
    await write(phone, 'typed offline')
    await write(ada, 'half a thought')
    await until('the server has it', () => gate.seen.filter((m) => m === 'Sync/SetDraft').length === 2)
    phone.env.net.off = false
    phone.env.wake()
    await until('the last word', () => row(ada)?.draft.text === 'typed offline')
    expect(row(phone)?.draft.text).toBe('typed offline')
  })
})

describe('a restored server', () => {
  test('nothing false is shown, and what only this device had is offered again in its order', async () => {
    const ada = await ready(1)
    world.say(7, 2, 'before')
    await say(ada, 7, 'mine, backed up')
    await converge(ada)
    const backup = world.backup()
    await say(ada, 7, 'mine, lost')
    await say(ada, 7, 'mine, lost too')
    world.say(7, 2, 'theirs, lost')
    await converge(ada)
    world.restore(backup)
    await until('offered again', () => world.texts(7).length === 4)
    await converge(ada)
    expect(world.texts(7)).toEqual(['before', 'mine, backed up', 'mine, lost', 'mine, lost too'])
    await say(ada, 7, 'and on')
    await converge(ada)
  })

  test('what was written to a message that is gone stands by itself', async () => {
    const ada = await ready(1)
    const backup = world.backup()
    const theirs = world.say(7, 2, 'theirs, lost')
    await until('here', () => row(ada)?.head.seq === theirs)
    await say(ada, 7, 'an answer', theirs)
    await until('sent', () => world.texts(7).length === 2)
    await ada.account.outbox.add(7, { kind: 'delete', targets: [theirs] })
    await converge(ada)
    world.restore(backup)
    await until('offered again', () => world.texts(7).join() === 'an answer')
    await converge(ada)
    const said = (await stored(ada, 7)).at(-1)
    expect(said?.overlay).toBeNull()
    expect(ada.account.mirror.outbox).toEqual([])
  })

  test('an edit that is lost with its entry is taken back and offered again', async () => {
    const ada = await ready(1)
    await say(ada, 7, 'first words')
    await converge(ada)
    const backup = world.backup()
    const seq = row(ada)?.head.seq ?? 0
    await ada.account.outbox.add(7, {
      kind: 'edit',
      target: seq,
      body: plain('better words'),
    })
    await converge(ada)
    world.restore(backup)
    await ada.account.history.load(7, { at: 'end' }).catch(() => null)
    await until('edited again', () => world.texts(7).join() === 'better words')
    await until('here too', async () => {
      await ada.account.history.load(7, { at: 'end' })
      return (await lines(ada, 7)).join() === 'better words'
    })
  })

  test('a long common history is kept and not fetched again', async () => {
    for (let i = 0; i < 50; i++) world.say(7, 2, `shared ${i}`)
    const ada = await ready(1)
    const backup = world.backup()
    for (let i = 0; i < 5; i++) world.say(7, 2, `lost ${i}`)
    await until('here', () => row(ada)?.head.seq === world.head(7))
    world.restore(backup)
    for (let i = 0; i < 3; i++) world.say(7, 2, `other ${i}`)
    await until('found back', () => row(ada)?.head.seq === world.head(7))
    expect((await stored(ada, 7)).length).toBeGreaterThan(50)
    await converge(ada)
    expect(await lines(ada, 7)).not.toContain('lost 0')
  })
})

describe('several tabs', () => {
  test('one leads, the others follow, write and ask through it', async () => {
    const browser = newBrowser(gate)
    const [first, second] = [await ready(1, { browser }), await open(1, { browser })]
    await until('the second is told', () => second.account.state === 'online')
    expect([first.account.tabs.leading, second.account.tabs.leading]).toEqual([true, false])
    expect(gate.sessions.size).toBe(1)
    world.say(7, 2, 'salam')
    await until('both see it', () => row(first)?.unread === 1 && row(second)?.unread === 1)
    await say(second, 7, 'from the second tab')
    await until('sent', () => world.texts(7).includes('from the second tab'))
    await until('settled', () => second.account.mirror.outbox.length === 0)
    await second.account.history.load(7, { at: 'end' })
    expect(await lines(second, 7)).toEqual(['salam', 'from the second tab'])
  })

  test('when the leading tab goes, the next one takes over and nothing is lost or doubled', async () => {
    const browser = newBrowser(gate)
    const [first, second] = [await ready(1, { browser }), await open(1, { browser })]
    await until('the second is told', () => second.account.state === 'online')
    gate.fail('Messages/Send', 'swallow')
    await say(second, 7, 'in between')
    await until('under way', () => first.account.mirror.outbox.some((i) => i.unsure))
    await close(first)
    await until('it leads', () => second.account.tabs.leading)
    await converge(second)
    expect(world.texts(7)).toEqual(['in between'])
  })

  test('a leading tab that is frozen lets the next one lead, and follows it when it is woken', async () => {
    const browser = newBrowser(gate)
    const [first, second] = [await ready(1, { browser }), await open(1, { browser })]
    await until('the second is told', () => second.account.state === 'online')
    first.env.freeze()
    await until('it leads', () => second.account.tabs.leading)
    await say(second, 7, 'while it is frozen')
    await until('sent', () => world.texts(7).includes('while it is frozen'))
    expect(first.account.tabs.leading).toBe(false)
    first.env.thaw()
    await until('the first is told', () => first.account.state === 'online')
    await say(first, 7, 'awake')
    await until('sent', () => world.texts(7).includes('awake'))
    expect([first.account.tabs.leading, second.account.tabs.leading]).toEqual([false, true])
    await close(second)
    await until('it leads again', () => first.account.tabs.leading)
  })

  // CONN-9
  test('who waits for the server in any tab has it looked for at once', async () => {
    const browser = newBrowser(gate)
    const net = new NodeNet()
    const slow = () => browser.tab(net, { retryMin: 60_000, retryMax: 60_000, retryNear: 60_000 })
    const [first, second] = [
      await ready(1, { browser, env: slow() }),
      await open(1, { browser, env: slow() }),
    ]
    await until('the second is told', () => second.account.state === 'online')
    const ways = [
      () => second.account.tabs.hurry(),
      () => second.env.wake(),
      () => first.account.tabs.hurry(),
      () => void say(second, 7, 'who writes waits'),
    ]
    for (const way of ways) {
      net.off = true
      gate.cut()
      await until('both know', () => [first, second].every(({ account }) => account.state === 'offline'))
      net.off = false
      way()
      await until('back', () => second.account.state === 'online')
    }
    await converge(second)
    expect(world.texts(7)).toEqual(['who writes waits'])
  })

  test('the tab that leads knows whether another one is looked at', async () => {
    const browser = newBrowser(gate)
    const [first, second] = [await ready(1, { browser }), await open(1, { browser })]
    first.env.seen = false
    await until('the second is looked at', () => first.account.tabs.inSight)
    second.env.seen = false
    second.env.wake()
    await until('none is looked at', () => !first.account.tabs.inSight)
    second.env.seen = true
    second.env.wake()
    await until('one is looked at', () => first.account.tabs.inSight)
    await close(second)
    await until('it is closed', () => !first.account.tabs.inSight)
  })

  test('a request under way when the leader goes is asked again of the next', async () => {
    const browser = newBrowser(gate)
    const [first, second] = [await ready(1, { browser }), await open(1, { browser })]
    await until('the second is told', () => second.account.state === 'online')
    gate.fail('Messages/Page', 'swallow')
    const page = second.account.history.load(7, { at: 'end' })
    await until('swallowed', () => gate.faults.get('Messages/Page')?.length === 0)
    await close(first)
    expect(await page).not.toBeNull()
  })
})

describe('the end of a session', () => {
  test('our own server’s word ends it; what was not sent is kept', async () => {
    const ada = await ready(1)
    gate.mangle = (u) => u
    world.revoked.add('1:1')
    await say(ada, 7, 'too late')
    gate.cut()
    await until('ended', () => ada.ended.length === 1)
    expect(ada.ended[0]?.code).toBe(ErrorCode.REVOKED)
    await until('kept', () => ada.account.mirror.outbox.length <= 1)
  })
})
