// SPDX-License-Identifier: AGPL-3.0-or-later
import { beforeEach, expect, test, vi } from 'vitest'
import {
  type AppModel,
  type ChatView,
  type Draft,
  type MessageView,
  type OpenChat,
  Source,
} from '../src/model'

// How the app looks is read of the browser when the module comes.
vi.hoisted(() => {
  const root = { dataset: {} }
  vi.stubGlobal('navigator', { language: 'fa' })
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }))
  vi.stubGlobal('document', { documentElement: root, querySelector: () => null })
  vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: () => '' }))
})

const { ChatState } = await import('../src/ui/chat/chat.svelte')

const message = (seq: number) => ({ key: `${seq}`, seq }) as MessageView
const draftOf = (text: string, replyTo: number | null, quote = ''): Draft => {
  return { body: { text, entities: [] }, replyTo, quote }
}
const far = 7

let view: Source<ChatView>
let kept: Draft[]
let chat: InstanceType<typeof ChatState>
const shows = (more: Partial<ChatView>) => view.set({ ...view.get(), ...more })

beforeEach(() => {
  view = new Source({
    messages: [message(90)],
    draft: draftOf('', null),
    answered: null,
  } as unknown as ChatView)
  kept = []
  const write = { setDraft: (draft: Draft) => void kept.push(draft) }
  chat = new ChatState({} as AppModel, { id: 1, view, write } as unknown as OpenChat)
})

test('a draft answers a message that comes later than it does, whatever was typed meanwhile', () => {
  chat.adopt(draftOf('yes', far, 'that'))
  expect(chat.intent.kind).toBe('new')
  chat.text = 'yes, of course'
  shows({ answered: message(far) })
  chat.adopt(draftOf('yes', far, 'that'))
  expect(chat.intent).toMatchObject({ kind: 'reply', message: { seq: far }, quote: 'that' })
  expect(chat.text).toBe('yes, of course')
})

test('what a draft answers is not lost where one leaves before that is here', () => {
  chat.adopt(draftOf('yes', far, 'that'))
  chat.keep()
  expect(kept).toEqual([draftOf('yes', far, 'that')])
})

test('once it was sent, or another is answered, that is over', () => {
  chat.adopt(draftOf('yes', far))
  chat.clear()
  chat.keep()
  expect(kept.at(-1)).toEqual(draftOf('', null))
  chat.adopt(draftOf('', null))
  chat.adopt(draftOf('well', far))
  chat.reply(message(90))
  shows({ answered: message(far) })
  chat.adopt(draftOf('well', far))
  expect(chat.intent).toMatchObject({ message: { seq: 90 } })
})
