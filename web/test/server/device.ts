// SPDX-License-Identifier: AGPL-3.0-or-later
import 'fake-indexeddb/auto'
import type { EntryRow, SessionRow } from '../../src/db'
import { currentBody } from '../../src/model/fold'
import { Account } from '../../src/sync/account'
import type { Fleeting } from '../../src/sync/tabs'
import { type Refusal, readMessage } from '../../src/wire'
import type { ConnectionState } from '../../src/wire/connection'
import { Browser, type TestEnv } from './env'
import type { Gate } from './gate'
import { World } from './world'

let browsers = 0

/** One tab of one account, and what it was told. */
export interface Tab {
  readonly account: Account
  readonly env: TestEnv
  readonly browser: Browser
  readonly states: ConnectionState[]
  readonly fleeting: Fleeting[]
  readonly ended: Refusal[]
}

export function newBrowser(gate: Gate): Browser {
  return new Browser(`browser ${++browsers}`, gate.address)
}

export interface TabOptions {
  readonly browser?: Browser
  readonly env?: TestEnv
  readonly device?: number
}

/** Opens the app as somebody. */
export async function openTab(gate: Gate, account: number, o: TabOptions = {}): Promise<Tab> {
  const browser = o.browser ?? newBrowser(gate)
  const env = o.env ?? browser.tab()
  const device = o.device ?? 1
  const states: ConnectionState[] = []
  const fleeting: Fleeting[] = []
  const ended: Refusal[] = []
  const session: SessionRow = {
    account,
    device,
    token: World.token(account, device),
    username: '',
    name: '',
    operator: false,
    server: browser.name,
    born: browser.name,
  }
  const opened = await Account.open(
    env,
    session,
    {},
    {
      state: (s) => states.push(s),
      fleeting: (f) => fleeting.push(f),
      ended: (why) => ended.push(why),
      rungs: () => {},
    },
  )
  return { account: opened, env, browser, states, fleeting, ended }
}

/** The entries of a chat that a tab has stored. */
export function stored(tab: Tab, chat: number): Promise<EntryRow[]> {
  return tab.account.db.read((r) => r.entries(chat, 1, Number.MAX_SAFE_INTEGER))
}

/** What the lines stored of a chat say today. */
export async function lines(tab: Tab, chat: number): Promise<string[]> {
  const rows = await stored(tab, chat)
  return rows
    .filter((e) => e.kind === 'message' && !e.overlay?.redacted)
    .map((e) => readMessage(currentBody(e))?.text ?? '?')
}

/** Writes a plain message into the outbox. */
export function say(tab: Tab, chat: number, text: string, replyTo: number | null = null): Promise<number> {
  const body = { text, entities: [] }
  return tab.account.outbox.add(chat, {
    kind: 'message',
    body,
    replyTo,
    quote: null,
    silent: false,
    readTo: 0,
  })
}
