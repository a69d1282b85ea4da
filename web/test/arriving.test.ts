// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import type { AppModel } from '../src/model'
import { type SessionView, Source } from '../src/model'
import { arriving } from '../src/sync/arriving'

const NEWCOMER: SessionView = { kind: 'signedOut', reason: null, server: null }

/** What of the app is asked here, and what it was asked. */
function app() {
  const asked: unknown[][] = []
  const session = new Source<SessionView>({ kind: 'starting' })
  const connection = new Source({ state: 'connecting', outbox: 0 } as const)
  const chatList = new Source({ state: 'loading', chats: [], requests: [], invitations: [] } as const)
  class Account {
    #last = ''
    async signIn(...words: unknown[]) {
      asked.push(words)
      this.#last = String(words[0])
      return this.#last
    }
  }
  class Model {
    readonly session = session
    readonly connection = connection
    readonly chatList = chatList
    readonly account = new Account()
    #opened = 0
    async passkeys() {
      return { list: async () => ['one'] }
    }
    openChat(id: number) {
      return { id, opened: ++this.#opened }
    }
  }
  return { model: new Model() as unknown as AppModel, session, asked }
}

describe('an app that is still on its way', () => {
  test('shows the form, and does what was asked of it once it is here', async () => {
    const { model, asked } = app()
    let come: (model: AppModel) => void = () => {}
    const early = arriving(new Promise((resolve) => (come = resolve)), NEWCOMER)
    expect(early.session.get()).toEqual(NEWCOMER)
    const done = early.account.signIn('ada', 'secret')
    const keys = early.passkeys()
    await Promise.resolve()
    expect(asked).toEqual([])
    come(model)
    await done
    expect(asked).toEqual([['ada', 'secret']])
    expect(await (await keys).list()).toEqual(['one'])
  })

  test('follows what the app says of the session, but not that it is starting', async () => {
    const { model, session } = app()
    const early = arriving(Promise.resolve(model), NEWCOMER)
    const heard: string[] = []
    early.session.subscribe(() => heard.push(early.session.get().kind))
    await Promise.resolve()
    expect(early.session.get()).toEqual(NEWCOMER)
    session.set({ kind: 'signedOut', reason: 'revoked', server: null })
    session.set({ kind: 'starting' })
    expect(early.session.get()).toMatchObject({ reason: 'revoked' })
    expect(heard).toEqual(['signedOut'])
  })

  test('is the app itself from then on', async () => {
    const { model } = app()
    const early = arriving(Promise.resolve(model), NEWCOMER)
    await Promise.resolve()
    expect(early.account).toBe(model.account)
    expect(early.openChat(7)).toEqual({ id: 7, opened: 1 })
    expect(early.openChat(8)).toEqual({ id: 8, opened: 2 })
  })
})
