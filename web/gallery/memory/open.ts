// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  AppError,
  type ChatView,
  type FormattedText,
  type MemberView,
  type MessageView,
  type OpenChat,
  type OpenHistory,
  type OpenWriter,
  Source,
} from '../../src/model'
import { lineOf } from '../../src/model/richtext'
import type { Chat } from './chats'
import { me, message, people, person } from './fixture'

const page = 60
const windowMax = 400
const delay = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** One open chat of the in-memory model: a moving window over its messages. */
export class MemoryChat implements OpenChat {
  readonly id: number
  readonly view: Source<ChatView>
  readonly history: OpenHistory
  readonly write: OpenWriter
  readonly #chat: Chat
  readonly #moved: () => void
  readonly #answer: () => Promise<void>
  #busy: Promise<void> | null = null
  readonly #unreadFrom: number | null
  /** Messages as they were before edits of them that were refused. */
  readonly #refused = new Map<string, MessageView>()
  #from: number
  #to: number
  typing: readonly string[] = []

  constructor(chat: Chat, at: number | null, on: { moved(): void; answer(): Promise<void> }) {
    this.id = chat.info.id
    this.#chat = chat
    this.#moved = on.moved
    this.#answer = on.answer
    this.#unreadFrom = chat.read < chat.count && chat.count > 0 ? (chat.get(chat.read).seq ?? null) : null
    const middle = at ?? (this.#unreadFrom === null ? chat.count : chat.read)
    this.#from = Math.max(0, middle - page)
    this.#to = Math.min(chat.count, middle + page)
    this.view = new Source(this.#draw())
    this.history = this.#history()
    this.write = this.#writer()
  }

  #draw(): ChatView {
    const chat = this.#chat
    const messages: MessageView[] = []
    const before = new Map(this.view?.get().messages.map((m) => [m.key, m]))
    for (let i = this.#from; i < this.#to; i++) {
      if (chat.gone.has(i)) continue
      const next = chat.get(i)
      const old = before.get(next.key)
      messages.push(old && JSON.stringify(old) === JSON.stringify(next) ? old : next)
    }
    const pins = messages.filter((m) => m.pinned && m.seq !== null)
    return {
      info: chat.info,
      state: chat.loading ? 'loading' : 'ready',
      messages,
      hasOlder: this.#from > 0,
      hasNewer: this.#to < chat.count,
      unreadFrom: this.#unreadFrom,
      unread: chat.count - chat.read,
      mentions: chat.mentions,
      mentionsAway: 0,
      pins: pins.map((m) => ({
        seq: m.seq ?? 0,
        snippet: m.content.kind === 'text' ? lineOf(m.content.body) : '',
      })),
      typing:
        this.typing.length > 0
          ? { people: this.typing.map((name) => ({ account: null, name })), recording: false }
          : null,
      draft: chat.draft,
      answered: null,
      slowUntil: 0,
      lostEdit: null,
      cannotSend: chat.cannotSend,
    }
  }

  /** Whether more of the history is on its way. */
  get loading(): boolean {
    return this.#busy !== null
  }

  redraw(): void {
    this.view.set(this.#draw())
  }

  grew(): void {
    if (this.#to >= this.#chat.count - 1) this.#to = this.#chat.count
    this.redraw()
  }

  #history(): OpenHistory {
    const once = (move: () => void) => {
      this.#busy ??= delay(30).then(() => {
        move()
        this.#busy = null
        this.redraw()
      })
      return this.#busy
    }
    return {
      loadOlder: () =>
        once(() => {
          this.#from = Math.max(0, this.#from - page)
          this.#to = Math.min(this.#to, this.#from + windowMax)
        }),
      loadNewer: () =>
        once(() => {
          this.#to = Math.min(this.#chat.count, this.#to + page)
          this.#from = Math.max(this.#from, this.#to - windowMax)
        }),
      loadAround: async (seq) => {
        const index = this.#find(seq)
        if (index < 0) return false
        this.#from = Math.max(0, index - page)
        this.#to = Math.min(this.#chat.count, index + page)
        this.redraw()
        return true
      },
      findTime: async (at) => {
        for (let i = 0; i < this.#chat.count; i++) {
          const message = this.#chat.get(i)
          if (message.at >= at && message.seq !== null) return message.seq
        }
        return null
      },
      loadLatest: async () => {
        this.#to = this.#chat.count
        this.#from = Math.max(0, this.#to - page * 2)
        this.redraw()
      },
      markRead: (seq) => {
        const index = this.#find(seq)
        if (index < this.#chat.read) return
        this.#chat.read = index + 1
        this.#chat.mentions = this.#chat.mentions.filter((m) => m > seq)
        this.redraw()
        this.#moved()
      },
      seen: () => {},
      readers: async () => [person(0), person(3)],
    }
  }

  #find(seq: number): number {
    const guess = seq - 1
    if (this.#chat.get(guess).seq === seq) return guess
    for (let i = 0; i < Math.min(this.#chat.count, 1000); i++) if (this.#chat.get(i).seq === seq) return i
    return -1
  }

  #edit(seq: number, change: (m: MessageView) => MessageView): void {
    const index = this.#find(seq)
    if (index < 0) return
    this.#chat.change(index, change(this.#chat.get(index)))
    this.redraw()
    this.#moved()
  }

  #writer(): OpenWriter {
    return {
      send: async (out) => {
        // A device has room for so many, where a test says so.
        const shown = window as { room?: number }
        if (shown.room !== undefined && shown.room-- <= 0) throw new AppError('INTERNAL')
        await this.#send(out.body, out.replyTo, out.quote, out.silent)
      },
      edit: (seq, body) => this.#say(seq, body),
      deleteForAll: async (seqs) => {
        for (const seq of seqs) {
          this.#chat.gone.add(this.#find(seq))
          this.#edit(seq, (m) => m)
        }
      },
      react: async (seq, emoji) =>
        this.#edit(seq, (m) => {
          const others = m.reactions
            .map((r) => (r.mine ? { ...r, mine: false, count: r.count - 1 } : r))
            .filter((r) => r.count > 0)
          if (emoji === null) return { ...m, reactions: others }
          const same = others.find((r) => r.emoji === emoji)
          return {
            ...m,
            reactions: same
              ? others.map((r) => (r === same ? { ...r, mine: true, count: r.count + 1 } : r))
              : [...others, { emoji, count: 1, mine: true }],
          }
        }),
      pin: async (seq, pinned) => this.#edit(seq, (m) => ({ ...m, pinned })),
      setDraft: (draft) => {
        this.#chat.draft = draft
        this.#moved()
      },
      typing: () => {},
      settle: async (key, how) => {
        for (let i = this.#chat.count - 1; i >= 0 && i > this.#chat.count - 50; i--) {
          const found = this.#chat.get(i)
          if (found.key !== key) continue
          const before = this.#refused.get(key)
          if (how === 'discard' && before) this.#chat.change(i, before)
          else if (how === 'discard') this.#chat.gone.add(i)
          else this.#chat.change(i, { ...found, delivery: 'sent', failure: null })
        }
        this.redraw()
        this.#moved()
      },
    }
  }

  async #say(seq: number, body: FormattedText): Promise<void> {
    const before = this.#chat.get(this.#find(seq))
    this.#edit(seq, (m) => ({ ...m, content: { kind: 'text', body }, delivery: 'pending' }))
    try {
      await this.#answer()
      this.#edit(seq, (m) => ({ ...m, delivery: before.delivery, editedAt: Date.now() }))
    } catch {
      this.#refused.set(before.key, before)
      this.#edit(seq, (m) => ({ ...m, delivery: 'failed', failure: 'FORBIDDEN' }))
      throw new AppError('FORBIDDEN')
    }
  }

  async #send(
    body: FormattedText,
    replyTo: number | null,
    quote: FormattedText | null,
    silent: boolean,
  ): Promise<void> {
    const answered = replyTo === null ? null : this.#chat.get(this.#find(replyTo))
    const snippet =
      quote ?? (answered?.content.kind === 'text' ? answered.content.body : { text: '', entities: [] })
    const key = `own${Date.now()}-${Math.random()}`
    const index = this.#chat.count
    const base = message({
      key,
      seq: null,
      at: Date.now(),
      own: true,
      author: this.#chat.info.kind === 'channel' ? null : me,
      silent,
      content: { kind: 'text', body },
      delivery: 'pending',
      reply: answered
        ? { seq: replyTo, author: answered.author, snippet, quoted: quote !== null, gone: false }
        : null,
    })
    this.#chat.add(base)
    this.#chat.read = this.#chat.count
    if (this.#to >= index) this.#to = this.#chat.count
    this.redraw()
    this.#moved()
    void delay(350).then(() => {
      this.#chat.change(index, {
        ...base,
        seq: (this.#chat.get(index - 1).seq ?? index) + 1,
        delivery: 'sent',
      })
      this.redraw()
      this.#moved()
    })
  }

  async findMention(): Promise<null> {
    return null
  }

  async suggest(prefix: string): Promise<readonly MemberView[]> {
    return members().filter((m) => m.username.startsWith(prefix.toLowerCase()) || m.name.startsWith(prefix))
  }

  close(): void {}
}

export function members(): MemberView[] {
  const row = (
    account: number,
    name: string,
    username: string,
    role: MemberView['role'],
    online: boolean,
  ): MemberView => ({
    account,
    name,
    publicName: name,
    username,
    role,
    adminRights: role === 'admin' ? ['ban', 'pin', 'deleteMessages'] : [],
    allowed: [],
    until: null,
    note: '',
    presence: online ? { kind: 'online' } : { kind: 'hidden' },
  })
  return [
    row(1, me.name, 'sara_m', 'owner', true),
    ...people.map((p, i) =>
      row(p.account, p.name, p.username, i === 1 ? 'admin' : i === 5 ? 'restricted' : 'member', p.online),
    ),
  ]
}
