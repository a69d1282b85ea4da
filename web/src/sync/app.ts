// SPDX-License-Identifier: AGPL-3.0-or-later
import { Registry, type SessionRow } from '../db'
import {
  type AppModel,
  type ChatListView,
  type ConnectionView,
  type ContactsView,
  type OpenChat,
  type OpenMembers,
  type ServerView,
  type SessionView,
  type SignedOutReason,
  Source,
} from '../model'
import type { ChatId, Seq } from '../model/id'
import {
  Accounts,
  appCode,
  Backoff,
  type ConnectionState,
  call,
  endsSession,
  longestWait,
  type Refusal,
  renewed,
} from '../wire'
import type { Account } from './account'
import { type Asker, acting } from './act/asking'
import { chatActions } from './act/chats'
import { later } from './act/later'
import { Security } from './act/security'
import { Devices } from './act/self'
import { NO_CHATS } from './arriving'
import { Doorstep } from './doorstep'
import type { Entrance, EntranceContext } from './entrance'
import type { Channel, Env } from './env'
import { FACES, Portraits } from './faces'
import { Inside } from './inside'
import { noteLeftover } from './leftover'
import type { Fleeting } from './tabs'

const NO_CONTACTS: ContactsView = { state: 'loading', contacts: [] }

/** What tabs tell each other apart from any account. */
interface SessionSaid {
  readonly reason: SignedOutReason | null
}

/** How often who has no server yet is told that there is one. */
const SETUP_MS = 5_000

/**
 * The app behind the screens. It starts from what is stored and needs no network for its first draw; who is
 * signed in is one fact that all tabs share.
 */
export class App implements AppModel, Asker {
  readonly session = new Source<SessionView>({ kind: 'starting' })
  readonly connection = new Source<ConnectionView>({ state: 'connecting', outbox: 0 })
  readonly network: AppModel['network'] = {
    retry: async () => {
      this.current?.tabs.hurry()
      this.#askNow()
    },
    renewed: (entry) => renewed(this.#env.net, this.#env.home, entry),
  }
  readonly chatList = new Source<ChatListView>(NO_CHATS)
  readonly devices = new Devices(this)
  readonly security = new Security(this)
  readonly profile: AppModel['profile'] = later(async () =>
    (await import('./act/profile')).profileActions(this),
  )
  readonly #contacts = new Source<ContactsView>(NO_CONTACTS)
  readonly people: AppModel['people'] = later<AppModel['people'], 'contacts'>(
    async () => (await import('./act/people')).peopleActions(this, this.#contacts),
    { contacts: this.#contacts },
  )
  readonly chats = chatActions(this)
  readonly admin: AppModel['admin'] = later(async () => (await import('./act/admin')).adminActions(this))
  readonly feedback: AppModel['feedback'] = later(async () =>
    (await import('./act/feedback')).feedbackActions(this),
  )
  readonly reports: AppModel['reports'] = async () =>
    (await import('./act/reports')).reportActions(this, await this.#door())
  readonly search: AppModel['search'] = async () => (await import('./act/search')).searchActions(this)
  readonly media: AppModel['media'] = () => {
    this.#media ??= import('./act/media').then(({ mediaActions }) => mediaActions(this, this.#env))
    // Code that could not be fetched is asked for again.
    this.#media.catch(() => {
      this.#media = null
    })
    return this.#media
  }
  readonly notifications: AppModel['notifications'] = async () =>
    (await import('./act/push')).pushActions(this, () => this.#registry)
  readonly portraits: Portraits = new Portraits(async () =>
    (await import('./act/photos')).photoActions(this, this.#env),
  )
  readonly cases: AppModel['cases'] = async () => (await import('./act/reports')).caseActions(this)
  readonly passkeys: AppModel['passkeys'] = async () =>
    (await import('./act/passkeys')).passkeyActions(this, await this.#door())
  // Who leaves without a network has to be able to.
  readonly account: AppModel['account'] = later<AppModel['account'], 'signOut'>(() => this.#door(), {
    signOut: () => acting(() => this.#leave()),
  })
  readonly signup: AppModel['signup']
  readonly rooms: AppModel['rooms']
  readonly #env: Env
  readonly #channel: Channel
  readonly #unsubscribe: () => void
  readonly #registry: Promise<Registry>
  readonly #step: Doorstep
  #entrance: Promise<Entrance> | null = null
  #inside: Inside | null = null
  #media: ReturnType<AppModel['media']> | null = null
  #token = ''
  /** The person is signing out: that the server ends the session is no news. */
  #leaving = false
  #server: ServerView | null = null
  #asking: Promise<void> | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #closed = false
  /** When the server said last who it is, or was asked first, as performance.now() says it. */
  #answered = performance.now()
  readonly #backoff: Backoff
  /** Entering and leaving are done one after the other. */
  #turn: Promise<void>

  constructor(env: Env) {
    this.#env = env
    this.#backoff = new Backoff(env.timing.retryMin, env.timing.retryMax)
    this.#registry = Registry.open(env.registry)
    this.#channel = env.channel(env.registry, (message) => this.#heardOfSession(message as SessionSaid))
    this.#step = new Doorstep(env, this)
    this.signup = later<AppModel['signup'], 'prepare'>(
      async () => (await import('./act/signup')).signupActions(this, this.#step, env.home),
      {
        prepare: () =>
          void this.#door().then(
            (door) => door.prepareSignUp(),
            () => {}, // signing up tells
          ),
      },
    )
    const rooms = async () =>
      (await import('./act/rooms')).roomActions(this, env.home, (chat) => this.#inside?.roomChanged(chat))
    this.rooms = later<AppModel['rooms'], 'settings' | 'people' | 'links'>(rooms, {
      settings: later(async () => (await rooms()).settings),
      people: later(async () => (await rooms()).people),
      links: later(async () => (await rooms()).links),
    })
    this.#unsubscribe = env.onWake(() => this.#askNow())
    this.#turn = this.#begin()
  }

  get current(): Account | null {
    return this.#inside?.account ?? null
  }

  openChat(chat: ChatId, at?: Seq): OpenChat {
    return this.#entered.openChat(chat, at ?? null)
  }

  openMembers(chat: ChatId): OpenMembers {
    return this.#entered.openMembers(chat)
  }

  get #entered(): Inside {
    if (!this.#inside) throw new Error('nobody is signed in')
    return this.#inside
  }

  /** Ends the app in this tab; what is stored stays. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#unsubscribe()
    await this.#turn
    this.#channel.close()
    await this.#goOut()
    const registry = await this.#registry
    registry.close()
  }

  /** Coming in: its code comes when it is asked for, as most starts do without. */
  #door(): Promise<Entrance> {
    this.#entrance ??= import('./entrance').then(({ Entrance }) => new Entrance(this.#atDoor()))
    // Code that could not be fetched is asked for again.
    this.#entrance.catch(() => {
      this.#entrance = null
    })
    return this.#entrance
  }

  #atDoor(): EntranceContext {
    return {
      step: this.#step,
      asker: this,
      registry: () => this.#registry,
      enter: (session) => this.#queue(() => this.#signIn(session)),
      keeping: (work) => this.security.keeping(work),
    }
  }

  /** The person leaves now, whether or not the server hears of it. */
  #leave(): Promise<void> {
    return this.#queue(async () => {
      this.#leaving = true
      const account = this.#inside?.account
      if (account)
        await call(account.tabs, Accounts.method.signOut, {}, { deadlineMs: 3_000 }).catch(() => {})
      await this.#signOut('signedOut')
      this.#leaving = false
    })
  }

  async #begin(): Promise<void> {
    const registry = await this.#registry
    const session = await registry.get('session')
    if (session) await this.#goIn(session)
    else this.#showSignedOut(null)
    void this.#askServer()
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  async #signIn(session: SessionRow): Promise<void> {
    const { takeOver } = await import('./takeover')
    const registry = await this.#registry
    await this.#goOut()
    await takeOver(registry, session)
    await registry.set('session', session)
    this.#env.persist()
    await this.#goIn(session)
    this.#say({ reason: null })
  }

  /** Ends the session here and in every tab, and forgets what was stored of the account. */
  async #signOut(reason: SignedOutReason): Promise<void> {
    const inside = this.#inside
    if (!inside) return
    const registry = await this.#registry
    await registry.delete('session')
    this.#say({ reason })
    // What was written and never sent is kept when the session ended without the person's wish.
    const kept = await inside.forget(reason !== 'signedOut')
    if (kept) await noteLeftover(registry, kept)
    this.#inside = null
    this.#token = ''
    this.portraits.follow(null, 0)
    // Small photos that were kept; without the store there are none.
    void globalThis.caches?.delete(FACES).catch(() => {})
    this.#showSignedOut(reason)
    void this.#askServer()
  }

  /** Another tab signed in or out. */
  #heardOfSession({ reason }: SessionSaid): void {
    void this.#queue(async () => {
      if (this.#closed) return
      const session = await (await this.#registry).get('session')
      if (session?.token === this.#token || (!session && this.#token === '')) return
      await this.#goOut()
      if (session) await this.#goIn(session)
      else this.#showSignedOut(reason)
    })
  }

  #say(said: SessionSaid): void {
    this.#channel.post(said)
  }

  async #goIn(session: SessionRow): Promise<void> {
    const registry = await this.#registry
    const rungs = (await registry.get('rungs')) ?? {}
    this.#token = session.token
    this.#inside = await Inside.open(this.#env, session, rungs, {
      chatList: this.chatList,
      contacts: this.#contacts,
      connected: (state) => this.#connected(state),
      fleeting: (what) => this.#heard(what),
      changed: () => this.#showSignedIn(),
      ended: (why) => this.#ended(why),
      rungs: (next) => void registry.set('rungs', next).catch(() => {}),
    })
    this.portraits.follow(this.#inside.account.mirror, session.account)
    this.#showSignedIn()
    this.#showConnection()
    if (this.#inside.account.state === 'online') this.security.stale()
  }

  async #goOut(): Promise<void> {
    const inside = this.#inside
    this.#inside = null
    this.#token = ''
    this.portraits.follow(null, 0)
    await inside?.close()
    this.#forget()
  }

  /** What was shown of an account. */
  #forget(): void {
    this.devices.forget()
    this.security.forget()
    this.chatList.set(NO_CHATS)
    this.#contacts.set(NO_CONTACTS)
  }

  #connected(state: ConnectionState): void {
    this.#showConnection()
    if (state !== 'online') return
    void this.#askServer()
    this.security.stale()
  }

  #heard(what: Fleeting): void {
    if (what.kind !== 'devices') return
    this.devices.stale()
    this.security.stale()
  }

  /** A version that is too old stays signed in: a reload brings the new one. */
  #ended(why: Refusal): void {
    if (!endsSession(why) || this.#leaving) return
    const reason = appCode(why.code) === 'SUSPENDED' ? 'suspended' : 'revoked'
    void this.#queue(() => this.#signOut(reason))
  }

  #showSignedIn(): void {
    const inside = this.#inside
    if (!inside) return
    const next: SessionView = { kind: 'signedIn', me: inside.me(), server: this.#server }
    if (JSON.stringify(next) !== JSON.stringify(this.session.get())) this.session.set(next)
    this.#showConnection()
  }

  #showSignedOut(reason: SignedOutReason | null): void {
    this.#forget()
    this.connection.set({ state: 'connecting', outbox: 0 })
    this.session.set({ kind: 'signedOut', reason, server: this.#server })
    this.#door().catch(() => {}) // asked for again when it is needed
  }

  #showConnection(): void {
    const inside = this.#inside
    if (!inside) return
    const outbox = inside.account.mirror.outbox.filter(
      (item) => item.state === 'waiting' || item.state === 'uploading',
    ).length
    const next: ConnectionView = { state: inside.account.state, outbox }
    const now = this.connection.get()
    if (next.state !== now.state || next.outbox !== now.outbox) this.connection.set(next)
  }

  #askNow(): void {
    this.#backoff.reset()
    void this.#askServer()
  }

  /** Asks the server who it is; asked again until it answers. */
  #askServer(): Promise<void> {
    clearTimeout(this.#retry)
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    try {
      const { view } = await this.#step.server()
      this.#backoff.reset()
      this.#answered = performance.now()
      this.#server = view
      const now = this.session.get()
      if (now.kind === 'signedOut') {
        this.session.set({ ...now, server: view })
        this.connection.set({ state: 'online', outbox: 0 })
        // Whoever waits for the operator to set it up need not look again and again.
        if (view.needsSetup) this.#retry = setTimeout(() => void this.#askServer(), SETUP_MS)
      } else this.#showSignedIn()
    } catch (error) {
      if (this.#closed || this.#inside) return
      const state = stateOf(error)
      if (this.connection.get().state !== state) this.connection.set({ state, outbox: 0 })
      const longest = longestWait(this.#env.timing, performance.now() - this.#answered, this.#env.inSight())
      this.#retry = setTimeout(() => void this.#askServer(), this.#backoff.next(longest))
    }
  }
}

function stateOf(error: unknown): ConnectionState {
  const reason = (error as { reason?: string } | null)?.reason
  return reason === 'interfering' ? 'interfering' : 'offline'
}
