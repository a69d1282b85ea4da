// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  AppError,
  type AppModel,
  type ChatItem,
  type ChatListView,
  type ConnectionView,
  type DevicesView,
  type DeviceView,
  type InviteLinkView,
  type JoinTarget,
  type MembersView,
  type OpenChat,
  type OpenMembers,
  type ServerView,
  type SessionView,
  Source,
} from '../../src/model'
import { ALWAYS } from '../../src/model/mute'
import { PUSH_DEFAULTS } from '../../src/model/push'
import { lineOf } from '../../src/model/richtext'
import { MemoryAdmin } from './admin'
import { allChats, type Chat } from './chats'
import { MemoryFeedback } from './feedback'
import { day, info, me, message, minute, now, people } from './fixture'
import { MemoryChat, members } from './open'
import { memoryPeople } from './people'
import { MemoryPhotos } from './photos'
import { painted, pictured } from './pictures'
import { MemoryCases, MemoryReports } from './reports'
import { memorySearch } from './search'
import { MemorySignup } from './signup'

const delay = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** One that the person is in already, under a name that the list here does not say. */
const joined: JoinTarget = {
  ...{ chat: 104, kind: 'group', title: 'انجمن زلال', about: '', members: 2140 },
  ...{ approval: false, readable: true, state: 'joined' },
}

/** A whole app in memory: every act does what it says, nothing is stored, nothing leaves the page. */
export class MemoryModel implements AppModel {
  readonly session: Source<SessionView>
  /** What edits are answered; tests have them wait, or refused. */
  answer = Promise.resolve()
  readonly connection = new Source<ConnectionView>({ state: 'online', outbox: 0 })
  readonly network = { retry: async () => {}, renewed: async () => false }
  readonly chatList = new Source<ChatListView>({ state: 'loading', chats: [], requests: [], invitations: [] })
  readonly admin = new MemoryAdmin()
  readonly feedback = new MemoryFeedback()
  readonly #reports = new MemoryReports()
  readonly #cases = new MemoryCases()
  readonly reports = async () => this.#reports
  readonly cases = async () => this.#cases
  readonly #search = memorySearch(() => this.#chats)
  readonly search = async () => this.#search
  readonly portraits = new MemoryPhotos()
  readonly signup = new MemorySignup()
  readonly #chats: Chat[]
  readonly #open = new Set<MemoryChat>()
  readonly #devices = new Source<DevicesView>({ state: 'loading', devices: [] })
  #links: InviteLinkView[] = [
    {
      id: 'a',
      url: 'https://zolal.example/#/join/Qm9vdHN0cmFwcGluZw',
      name: 'برای همکاران',
      uses: 12,
      limit: 50,
      expires: now + 5 * day,
      approval: false,
      revoked: false,
    },
    {
      id: 'b',
      url: 'https://zolal.example/#/join/dHdvLW1vcmUtcGVvcGxl',
      name: '',
      uses: 3,
      limit: null,
      expires: null,
      approval: true,
      revoked: false,
    },
    {
      id: 'c',
      url: 'https://zolal.example/#/join/b2xkLWxpbms',
      name: 'نشست پاییز',
      uses: 40,
      limit: 40,
      expires: now - day,
      approval: false,
      revoked: true,
    },
  ]

  constructor(state: 'signedIn' | 'signedOut' | 'needsSetup', empty = false, operator = true) {
    const server = {
      name: 'زلال',
      version: '0.1.0',
      build: '3f9c2ab81d44',
      signUpOpen: true,
      signUpWork: false,
      signUpReview: false,
      provider: '',
      passkeys: '',
      contact: ['mailto:operator@example.org'],
      needsSetup: state === 'needsSetup',
    }
    this.#chats = empty ? [] : allChats()
    this.session = new Source<SessionView>(
      state === 'signedIn' ? this.#signedIn(server, operator) : { kind: 'signedOut', reason: null, server },
    )
    this.#draw()
  }

  #signedIn(server: ServerView, operator = true): SessionView {
    return {
      kind: 'signedIn',
      server,
      me: {
        account: 1,
        name: me.name,
        username: 'sara_m',
        about: 'می‌نویسم و کوه می‌روم.',
        operator,
        savedMessages: 100,
        privacy: {
          hideLastSeen: false,
          hideTyping: false,
          hideReads: false,
          hideForwards: false,
          refuseInvites: false,
          unfindable: false,
          quietContacts: false,
          photoFor: 'everybody',
        },
        link: { url: 'https://zolal.example/#/u/q0cVd3uZ8y2L5mTnR7xKAw', removed: false },
      },
    }
  }

  #enter(): void {
    const before = this.session.get()
    if (before.kind === 'signedOut' && before.server) this.session.set(this.#signedIn(before.server))
  }

  loading(on: boolean): void {
    this.chatList.update((view) => ({ ...view, state: on ? 'loading' : 'ready' }))
  }

  invite(): void {
    this.chatList.update((view) => ({
      ...view,
      invitations: [
        {
          chat: 900,
          kind: 'group',
          title: 'کتاب‌خوانان',
          from: { account: 14, name: 'مریم توکلی' },
          members: 12,
        },
      ],
    }))
  }

  /** A chat with pictures far apart comes to the others. */
  async picture(): Promise<void> {
    const [first] = this.#chats
    if (first) this.#chats.push(pictured(first))
    this.media = await painted(this.media)
    this.#draw()
  }

  /** A message that is not read yet speaks to the person. */
  mention(id: number, seq: number): void {
    this.#chat(id).mentions.push(seq)
    for (const open of this.#open) open.redraw()
    this.#draw()
  }

  /** A message is deleted for everybody. */
  remove(id: number, seq: number): void {
    const chat = this.#chat(id)
    for (let i = 0; i < chat.count; i++) if (chat.get(i).seq === seq) chat.gone.add(i)
    for (const open of this.#open) open.redraw()
    this.#draw()
  }

  /** Nothing is left of what was said in a chat. */
  clear(id: number): void {
    const chat = this.#chat(id)
    for (let i = 0; i < chat.count; i++) chat.gone.add(i)
    for (const open of this.#open) open.redraw()
    this.#draw()
  }

  typing(id: number, names: readonly string[]): void {
    for (const open of this.#open) if (open.id === id) open.typing = names
    for (const open of this.#open) open.redraw()
    const typing = { people: names.map((name) => ({ account: null, name })), recording: false }
    this.chatList.update((view) => ({
      ...view,
      chats: view.chats.map((c) => (c.id === id ? { ...c, typing } : c)),
    }))
  }

  /** A message of somebody else arrives. */
  receive(id: number, body: string): void {
    const chat = this.#chat(id)
    const last = chat.count > 0 ? (chat.get(chat.count - 1).seq ?? chat.count) : 0
    chat.add(
      message({
        seq: last + 1,
        at: Date.now(),
        content: { kind: 'text', body: { text: body, entities: [] } },
      }),
    )
    for (const open of this.#open) if (open.id === id) open.grew()
    this.#draw()
  }

  /** Whether an open chat waits for more of its history. */
  get fetching(): boolean {
    return [...this.#open].some((chat) => chat.loading)
  }

  #chat(id: number): Chat {
    const found = this.#chats.find((chat) => chat.info.id === id)
    if (!found) throw new AppError('NOT_FOUND')
    return found
  }

  #drop(id: number): void {
    this.#chats.splice(
      this.#chats.findIndex((chat) => chat.info.id === id),
      1,
    )
    this.#draw()
  }

  #change(id: number, part: Partial<Chat['info']>): Promise<void> {
    const chat = this.#chat(id)
    chat.info = { ...chat.info, ...part }
    for (const open of this.#open) open.redraw()
    this.#draw()
    return Promise.resolve()
  }

  #draw(): void {
    const items = this.#chats.map((chat): ChatItem => {
      let end = chat.count - 1
      while (chat.gone.has(end)) end--
      const last = end >= 0 ? chat.get(end) : null
      return {
        id: chat.info.id,
        kind: chat.info.kind,
        title: chat.info.title,
        publicName: chat.info.publicName,
        peer: chat.info.peer,
        head: last?.seq ?? 0,
        last: last?.seq ?? 0,
        preview: last ? { seq: last.seq, at: last.at, message: last } : null,
        draft: chat.draft.body.text ? lineOf(chat.draft.body) : null,
        unread: chat.count - chat.read,
        mentions: chat.mentions.length,
        markedUnread: chat.markedUnread,
        muted: chat.info.muted,
        always: chat.info.always,
        archived: chat.info.archived,
        pin: chat.pin,
        typing: null,
        online: chat.info.presence.kind === 'online',
        canSend: chat.cannotSend === null,
        offered: false,
        owned: false,
        standing: 1,
      }
    })
    items.sort((a, b) => (a.pin ?? 99) - (b.pin ?? 99) || (b.preview?.at ?? 0) - (a.preview?.at ?? 0))
    const asked = (item: ChatItem) => this.#chat(item.id).info.request !== null
    const requests = items.filter(asked)
    const chats = items.filter((item) => !asked(item))
    this.chatList.update((view) => ({ ...view, state: 'ready', chats, requests }))
  }

  readonly account: AppModel['account'] = {
    signUp: async () => {
      await delay(400)
      this.#enter()
    },
    signIn: async (_, password) => {
      await delay(400)
      if (password === 'wrong') throw new AppError('PASSWORD_WRONG')
      this.#enter()
      return null
    },
    visit: async () => '#/signin',
    enter: async () => {
      throw new AppError('IDENTITY_UNKNOWN')
    },
    ask: async () => ({
      address: 'https://zolal.example/#link=Qm9vdHN0cmFwcGluZw',
      code: '4071926358',
      until: now + 5 * minute,
      poll: async () => false,
    }),
    recover: async () => this.#enter(),
    redeem: async () => this.#enter(),
    signOut: async () =>
      this.session.set({
        kind: 'signedOut',
        reason: 'signedOut',
        server:
          this.session.get().kind === 'signedIn' ? (this.session.get() as { server: null }).server : null,
      }),
    checkUsername: async (name) => (people.some((p) => p.username === name) ? 'NAME_TAKEN' : null),
    setPassword: async (old) => {
      if (old === 'wrong') throw new AppError('PASSWORD_WRONG')
    },
    setRecoveryCode: async () => {},
  }

  readonly security: AppModel['security'] = {
    view: new Source({
      state: 'ready',
      notices: [],
      unseen: [],
      recoverySet: true,
      recoveryKept: true,
      remind: false,
      waitsUntil: 0,
      factor: false,
      backupCodes: 0,
      approval: false,
      asking: [],
      deletes: 0,
      membership: null,
    }),
    refresh: async () => {},
    seen: async () => {},
    vouch: async () => {},
    checkRecovery: async () => {},
    remindLater: async () => {},
    beginFactor: async () => ({ secret: 'JBSWY3DPEHPK3PXP', address: 'otpauth://totp/Zolal:sara_m' }),
    enableFactor: async () => ['abcd-efgh-ijkl-mnop'],
    disableFactor: async () => {},
    newBackupCodes: async () => ['abcd-efgh-ijkl-mnop'],
    setApproval: async () => {},
    connection: async () => null,
    disconnect: async () => {},
    deletion: async () => {
      const stays = { due: 0, messages: false, owned: [], lastOperator: false, after: 7 * day }
      return { state: async () => stays, begin: async () => stays, cancel: async () => {} }
    },
    asked: async () => {
      throw new AppError('NOT_FOUND')
    },
    askedByCode: async () => {
      throw new AppError('DEVICE_CODE_WRONG')
    },
    answer: async () => {},
  }

  readonly notifications: AppModel['notifications'] = async () => {
    let settings = PUSH_DEFAULTS
    let state: 'on' | 'off' = 'off'
    const view = async () => ({ state, settings })
    return {
      view,
      enable: async () => {
        state = 'on'
        return view()
      },
      disable: async () => {
        state = 'off'
        return view()
      },
      set: async (next) => {
        settings = next
        return view()
      },
      test: async () => 'missing',
      keep: async () => {},
      away: async () => {},
      show: async () => {},
    }
  }

  readonly passkeys: AppModel['passkeys'] = async () => ({
    device: 'Chrome on Linux',
    list: async () => [],
    add: async () => [],
    rename: async () => {},
    remove: async () => {},
    signIn: async () => null,
    besidePassword: async () => '',
    besideTicket: async () => '',
    besideLink: async () => '',
  })

  readonly profile: AppModel['profile'] = {
    checkName: async (name) => (people.some((p) => p.username === name) ? 'NAME_TAKEN' : null),
    set: async (part) =>
      this.session.update((s) => (s.kind === 'signedIn' ? { ...s, me: { ...s.me, ...part } } : s)),
    setPrivacy: async (privacy) =>
      this.session.update((s) => (s.kind === 'signedIn' ? { ...s, me: { ...s.me, privacy } } : s)),
  }

  readonly devices: AppModel['devices'] = {
    list: this.#devices,
    refresh: async () => {
      await delay(60)
      const device = (
        id: number,
        name: string,
        back: number,
        part: Partial<DeviceView> = {},
      ): DeviceView => ({
        id,
        name,
        client: 'zolal-web',
        version: '0.1.0',
        build: '3f9c2ab81d44',
        lastUse: now - back,
        created: now - 40 * day,
        current: false,
        official: true,
        scopes: ['read', 'send', 'manage'],
        expires: 0,
        ...part,
      })
      const script = { client: 'zolal-go', official: false, expires: now + 20 * day }
      this.#devices.set({
        state: 'ready',
        devices: [
          device(1, 'Chromium on Linux', 0, { current: true }),
          device(2, 'Firefox on Android', 35 * minute),
          device(3, 'Backup script', 3 * day, { ...script, scopes: ['read', 'send'] }),
        ],
      })
    },
    revoke: async (id) =>
      this.#devices.update((v) => ({ ...v, devices: v.devices.filter((d) => d.id !== id) })),
    revokeOthers: async () =>
      this.#devices.update((v) => ({ ...v, devices: v.devices.filter((d) => d.current) })),
  }

  readonly chats: AppModel['chats'] = {
    openDirect: async (account) => this.#chats.find((chat) => chat.info.peer === account)?.info.id ?? 101,
    direct: {
      accept: async (id) => {
        this.#chat(id).cannotSend = null
        await this.#change(id, { request: null })
      },
      remove: async (id) => this.#drop(id),
    },
    search: async (words) => ({
      people: people.filter((p) => p.username.includes(words.toLowerCase()) || p.name.includes(words)),
      chats:
        words === '@zolal_joined'
          ? [joined]
          : 'zolal_news'.includes(words.replace(/^@/, ''))
            ? [
                {
                  chat: 901,
                  kind: 'channel',
                  title: 'خبرهای زلال',
                  about: '',
                  members: 48_000,
                  approval: false,
                  readable: false,
                  state: 'open',
                },
              ]
            : [],
    }),
    setPinned: async (id, pinned) => {
      this.#chat(id).pin = pinned ? 50 : null
      this.#draw()
    },
    setArchived: (id, archived) => this.#change(id, { archived }),
    setMuted: (id, until) => this.#change(id, { muted: until > Date.now(), always: until === ALWAYS }),
    setMarkedUnread: async (id, unread) => {
      const chat = this.#chat(id)
      chat.markedUnread = unread
      if (!unread) chat.read = chat.count
      this.#draw()
    },
    setBlocked: async (account, blocked) => {
      const chat = this.#chats.find((c) => c.info.peer === account)
      if (!chat) return
      chat.cannotSend = blocked ? { reason: 'blockedByMe' } : null
      await this.#change(chat.info.id, { blocked })
    },
    forward: async (from, seqs, to, withSource) => {
      const source = this.#chat(from)
      for (const seq of seqs) {
        const found = source.get(seq - 1)
        this.#chat(to).add(
          message({
            seq: this.#chat(to).count + 1,
            at: Date.now(),
            own: true,
            content: found.content,
            forward: withSource
              ? { from: found.author?.name ?? source.info.title, chat: from, seq, at: found.at }
              : null,
          }),
        )
      }
      for (const open of this.#open) open.grew()
      this.#draw()
    },
  }

  media: AppModel['media'] = async () => ({
    address: async () => '/picture.svg',
    renew: () => {},
    waiting: async () => null,
    watch: () => () => {},
    pause: async () => {},
    cancel: async () => {},
    preview: async () => null,
    limit: async () => 2e9,
    loads: {
      load: async () => null,
      kept: async () => null,
      stop: () => {},
      watch: (_of, _part, tell) => {
        tell({ state: 'none', got: 0, size: 0 })
        return () => {}
      },
    },
    storage: {
      spent: async () => ({
        since: Date.now() - 12 * 86_400_000,
        received: {
          messages: 1_840_000,
          photos: 46_300_000,
          videos: 120_500_000,
          voice: 3_100_000,
          app: 512_000,
        },
        sent: { messages: 620_000, photos: 8_900_000, files: 2_400_000 },
      }),
      forgetSpent: async () => {},
      lost: async () => new URLSearchParams(location.search).has('lost'),
      kept: async () => ({
        chats: this.#chats.slice(0, 6).map(({ info }, i) => ({
          chat: info.id,
          bytes: { photos: 38_000_000 / (i + 1), files: 12_000_000 / (i + 1), messages: 900_000 },
        })),
        app: 1_650_000,
        room: 12e9,
      }),
      clean: async () => {},
    },
  })

  readonly people = memoryPeople((account) => this.chats.openDirect(account))

  readonly rooms: AppModel['rooms'] = {
    create: async (room) => {
      const id = 200 + this.#chats.length
      const every = [
        'changeInfo',
        'post',
        'editMessages',
        'deleteMessages',
        'ban',
        'invite',
        'pin',
        'addAdmins',
      ] as const
      const template = this.#chat(107)
      this.#chats.push({
        ...template,
        count: 0,
        info: info({
          id,
          kind: room.kind,
          title: room.title,
          about: room.about,
          members: 1,
          role: 'owner',
          adminRights: every,
        }),
      })
      this.#draw()
      return id
    },
    lookUp: async (address) => {
      await delay(200)
      if (address === 'nothing') throw new AppError('NOT_FOUND')
      return {
        chat: 901,
        kind: 'channel',
        title: 'خبرهای زلال',
        about: 'هر چه تازه است، کوتاه.',
        members: 48_000,
        approval: address === 'ask',
        readable: false,
        state: 'open',
      }
    },
    join: async (address) => (address === 'ask' ? null : 103),
    answerInvitation: async () => this.chatList.update((view) => ({ ...view, invitations: [] })),
    leave: async (id) => this.#drop(id),
    deleteForAll: async (id) => this.#drop(id),
    settings: {
      setTitle: (id, title) => this.#change(id, { title }),
      setAbout: (id, about) => this.#change(id, { about }),
      setPublicName: (id, publicName) => this.#change(id, { publicName }),
      setMemberRights: (id, memberRights) => this.#change(id, { memberRights }),
      setSlow: (id, slowSeconds) => this.#change(id, { slowSeconds }),
      setSignatures: (id, signatures) => this.#change(id, { signatures }),
    },
    people: {
      invite: async () => {},
      setAdmin: async () => {},
      restrict: async () => {},
      ban: async () => {},
      release: async () => {},
      requests: async () =>
        people.slice(2, 4).map((p) => ({
          account: p.account,
          name: p.name,
          username: p.username,
          at: now - 3 * 60 * minute,
        })),
      answerRequest: async () => {},
    },
    staff: async () => ({
      deeds: async () => ({ deeds: [], next: null }),
      staff: async () => [],
      held: async () => ({ members: [], more: false }),
      offer: async () => {},
      answerOffer: async () => {},
    }),
    links: {
      list: async () => this.#links,
      create: async (_, link) => {
        const made = {
          ...link,
          id: String(this.#links.length),
          url: 'https://zolal.example/#/join/bmV3LWxpbmstbm93',
          uses: 0,
          revoked: false,
        }
        this.#links = [made, ...this.#links]
        return made
      },
      revoke: async (_, id) => {
        this.#links = this.#links.map((link) => (link.id === id ? { ...link, revoked: true } : link))
      },
    },
  }

  openChat(id: number, at?: number): OpenChat {
    const open = new MemoryChat(this.#chat(id), at ?? null, {
      moved: () => this.#draw(),
      answer: () => this.answer,
    })
    this.#open.add(open)
    return open
  }

  openMembers(): OpenMembers {
    const view = new Source<MembersView>({ state: 'ready', members: members(), more: false })
    return {
      view,
      filter: (words) =>
        view.update((v) => ({
          ...v,
          members: members().filter((m) => m.name.includes(words) || m.username.includes(words)),
        })),
      loadMore: async () => {},
      close: () => {},
    }
  }
}
