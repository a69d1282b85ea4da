// SPDX-License-Identifier: AGPL-3.0-or-later
import { getContext, setContext } from 'svelte'
import {
  AppError,
  type AppModel,
  type ChatView,
  type Draft,
  type FormattedText,
  type MessageView,
  type Ms,
  type OpenChat,
  type Seq,
} from '../../model'
import { marked, unmarked } from '../../model/direction'
import { readMarkup, writeMarkup } from '../../model/markup'
import { type Observed, observe } from '../state/observe.svelte'
import { attempt } from '../state/tell'

/** What the composer is about: a new message, a reply to one, or a change of one. */
export type Intent =
  | { readonly kind: 'new' }
  | { readonly kind: 'reply'; readonly message: MessageView; readonly quote: string | null }
  | { readonly kind: 'edit'; readonly message: MessageView; readonly before: Written }

/** What was being written. */
interface Written {
  readonly intent: Intent
  readonly text: string
}

/** One open chat with what the person is doing in it. Everything below the chat pane reaches it. */
export class ChatState {
  readonly open: OpenChat
  readonly view: Observed<ChatView>
  readonly model: AppModel
  /** The selected messages as they stand, by their numbers: also those that the window has left. */
  selected = $state.raw<ReadonlyMap<Seq, MessageView>>(new Map())
  intent = $state.raw<Intent>({ kind: 'new' })
  /** The text in the composer, as markup. */
  text = $state('')
  /** Messages the forward picker is open for. */
  forwarding = $state.raw<readonly Seq[] | null>(null)
  /** The message of which a part is being chosen, to be quoted. */
  quoting = $state.raw<MessageView | null>(null)
  /** Messages whose deletion is being asked about. */
  deleting = $state.raw<readonly Seq[] | null>(null)
  /** Messages that are being reported. */
  reporting = $state.raw<readonly Seq[] | null>(null)
  /** Files that were chosen, dropped or pasted, to be looked at before they are sent. */
  attaching = $state.raw<{ readonly files: readonly File[]; readonly plain: boolean } | null>(null)
  /** The sheet for them is open. */
  sending = $state(false)
  /** What is being given that is no file. */
  giving = $state.raw<'place' | 'contact' | null>(null)
  /** The key of the message whose picture fills the screen. */
  viewing = $state.raw<string | null>(null)
  /** The refused message that is being explained. */
  failed = $state.raw<MessageView | null>(null)
  /** The own message whose readers are being looked at. */
  read = $state.raw<Seq | null>(null)
  /** The message that a reaction of any kind is being chosen for. */
  reacting = $state.raw<MessageView | null>(null)
  /** The day that is asked about, where the history is to be entered by date. */
  dating = $state.raw<Ms | null>(null)
  /** The message to be shown and flashed, and where one came from; the list sets it back to null. */
  target = $state.raw<{ readonly seq: Seq; readonly from: Seq | null } | null>(null)

  /** What the draft answers, while that message is not here. */
  #awaits: Pick<Draft, 'replyTo' | 'quote'> | null = null
  /** The draft that the composer was last the same as. */
  #adopted = keyOf(this.#written())
  /** One's own draft that has not come back in the view yet. */
  #awaited: { readonly key: string; readonly until: number } | null = null

  constructor(model: AppModel, open: OpenChat) {
    this.model = model
    this.open = open
    this.view = observe(open.view)
  }

  /** Keeps what is in the composer as the draft of all devices. */
  keep(): void {
    if (this.intent.kind === 'edit') return
    const draft = this.#written()
    const key = keyOf(draft)
    if (key !== this.#adopted) this.#awaited = { key, until: performance.now() + 5000 }
    this.#adopted = key
    this.open.write.setDraft(draft)
  }

  /**
   * Takes over a draft that was read from the store or came from another device, unless the person has
   * written something else here since the last one.
   */
  adopt(draft: Draft): void {
    this.#answer()
    const key = keyOf(draft)
    if (this.#awaited !== null) {
      // What comes before one's own draft has come back is older than it.
      if (key !== this.#awaited.key && performance.now() < this.#awaited.until) return
      this.#awaited = null
    }
    if (key === this.#adopted) return
    if (this.intent.kind === 'edit' || keyOf(this.#written()) !== this.#adopted) {
      this.#adopted = key
      return
    }
    this.text = marked(writeMarkup(draft.body))
    this.intent = { kind: 'new' }
    this.#awaits = draft.replyTo === null ? null : draft
    this.#adopted = keyOf(this.#written())
    this.#answer()
  }

  /** What is answered may come later than the draft: until then the draft stays one that answers. */
  #answer(): void {
    const { replyTo, quote } = this.#awaits ?? {}
    if (!replyTo || this.intent.kind !== 'new') return
    const { messages, answered } = this.open.view.get()
    const message = [...messages, answered].find((m) => m?.seq === replyTo)
    if (!message) return
    this.#awaits = null
    this.intent = { kind: 'reply', message, quote: quote || null }
  }

  #written(): Draft {
    const { intent } = this
    const reply = intent.kind === 'reply' ? intent : null
    const body = readMarkup(unmarked(this.text))
    const { replyTo = null, quote = '' } = this.#awaits ?? {}
    return { body, replyTo: reply?.message.seq ?? replyTo, quote: reply ? (reply.quote ?? '') : quote }
  }

  reply(message: MessageView, quote: string | null = null): void {
    if (this.intent.kind === 'edit') this.cancel()
    this.#awaits = null
    this.intent = { kind: 'reply', message, quote }
  }

  /** Opens the sheet for files. A stranger gets none before they have accepted. */
  attach(files: readonly File[], plain = false): void {
    const { info, cannotSend } = this.view.now
    if (files.length === 0 || cannotSend) return
    const no = info.waiting ? 'REQUEST_PENDING' : info.mayCarry ? null : 'RESTRICTED'
    if (no) void attempt(() => Promise.reject(new AppError(no)))
    else {
      this.attaching = { files, plain }
      this.sending = true
    }
  }

  /** The sheet has the files. */
  taken(): void {
    this.attaching = null
  }

  /** What was in the composer goes out. */
  clear(): void {
    this.#awaits = null
    this.intent = { kind: 'new' }
    this.text = ''
  }

  /** What was in the composer went out as a caption. */
  sent(): void {
    if (this.intent.kind === 'edit') return
    this.clear()
    this.keep()
  }

  edit(message: MessageView): void {
    const { intent, text } = this
    const before = intent.kind === 'edit' ? intent.before : { intent, text }
    this.keep()
    this.intent = { kind: 'edit', message, before }
    this.text = writtenIn(message)
  }

  /** Stops replying or editing; what was being written before comes back. */
  cancel(): void {
    const { intent } = this
    if (intent.kind === 'edit') this.text = intent.before.text
    this.intent = intent.kind === 'edit' ? intent.before.intent : { kind: 'new' }
  }

  /**
   * Sends an edit that changes something; what was being written before it is back at once. A refused edit
   * is in the field again while that is as it was left. Where something else is written or edited by then,
   * that is not touched: the edit stays with its message, marked as failed, to be tried again, copied or
   * discarded there.
   */
  async save(message: MessageView, body: FormattedText): Promise<void> {
    const { seq, key } = message
    const { write } = this.open
    const written = this.text
    this.cancel()
    const { intent, text } = this
    // One that was refused and is to say the same again is sent again.
    if (seq === null || (written === writtenIn(message) && message.failure === null)) return
    if (await attempt(() => write.edit(seq, body))) return
    if (this.intent !== intent || this.text !== text) return
    this.edit(message)
    this.text = written
    await attempt(() => write.settle(key, 'discard'))
  }

  /** Goes to a message; the way back leads to `from`, or to what was last in view. */
  jump(seq: Seq, from: Seq | null = null): void {
    this.target = { seq, from }
  }

  toggle(message: MessageView): void {
    const { seq } = message
    const selected = new Map(this.selected)
    if (seq !== null && !selected.delete(seq)) selected.set(seq, message)
    this.selected = selected
  }

  unselect(): void {
    this.selected = new Map()
  }

  react(message: MessageView, emoji: string): Promise<boolean> {
    const { seq } = message
    if (seq === null) return Promise.resolve(false)
    const mine = message.reactions.some((r) => r.mine && r.emoji === emoji)
    return attempt(() => this.open.write.react(seq, mine ? null : emoji))
  }

  /** The newest own message that may still be changed. */
  lastEditable(): MessageView | undefined {
    return this.open.view
      .get()
      .messages.findLast((m) => m.own && m.seq !== null && m.rights.edit && m.content.kind === 'text')
  }
}

/** What tells one draft from another. */
const keyOf = ({ body, replyTo, quote }: Draft) => `${replyTo} ${quote}\n${writeMarkup(body)}`

/** A message as it is edited. */
export function writtenIn({ content }: MessageView): string {
  return content.kind === 'text' || content.kind === 'media' ? marked(writeMarkup(content.body)) : ''
}

const key = Symbol('chat')

export function provideChat(state: ChatState): ChatState {
  return setContext(key, state)
}

export function chatState(): ChatState {
  return getContext<ChatState>(key)
}
