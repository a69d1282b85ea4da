// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatRow } from '../db'
import {
  AppError,
  type Doing,
  type Draft,
  type FormattedText,
  type OpenWriter,
  type Outgoing,
} from '../model'
import { currentBody } from '../model/fold'
import type { ChatId, Seq } from '../model/id'
import { call, Messages, readChatBody, Sync, tallyOf, toAppError } from '../wire'
import type { Account } from './account'

/** How long an edit or a deletion is waited for before it goes on in the background. */
const OUTCOME_MS = 8_000
/** Messages in one report of views. */
const VIEWS = 200

/** What a person does in one chat. */
export class ChatWriter implements OpenWriter {
  readonly #account: Account
  readonly #chat: ChatId
  readonly #row: () => ChatRow | undefined
  readonly #seen = new Set<Seq>()
  readonly #toTell = new Set<Seq>()
  #viewTimer: ReturnType<typeof setTimeout> | undefined
  #typed = Number.NEGATIVE_INFINITY
  #doing: Doing = 'nothing'

  constructor(account: Account, chat: ChatId, row: () => ChatRow | undefined) {
    this.#account = account
    this.#chat = chat
    this.#row = row
  }

  close(): void {
    clearTimeout(this.#viewTimer)
    this.#tellViews()
  }

  async send(message: Outgoing): Promise<void> {
    const { body, replyTo, silent } = message
    const quote = message.quote && replyTo ? await this.#placed(message.quote, replyTo) : null
    const readTo = this.#row()?.readTo ?? 0
    await this.#outcome(
      this.#account.outbox.add(this.#chat, {
        kind: 'message',
        body,
        replyTo,
        quote,
        silent,
        readTo,
        media: message.media ?? null,
        album: message.album ?? '',
        together: message.together ?? '',
        preview: message.preview ?? null,
      }),
    )
    this.#typed = Number.NEGATIVE_INFINITY
    // What was written meanwhile beside a file is still being written.
    if (!message.media) this.setDraft({ body: { text: '', entities: [] }, replyTo: null, quote: '' })
  }

  /** Where a quote stands in the message it is of. */
  async #placed(body: FormattedText, seq: Seq): Promise<{ body: FormattedText; offset: number }> {
    const entry = await this.#account.db.read((r) => r.entry(this.#chat, seq))
    const said = entry && readChatBody({ kind: entry.kind, body: currentBody(entry) })
    const text = said?.kind === 'message' ? said.message.text : ''
    return { body, offset: Math.max(0, text.indexOf(body.text)) }
  }

  async edit(seq: Seq, body: FormattedText): Promise<void> {
    const { mirror, outbox } = this.#account
    const n = await this.#outcome(outbox.add(this.#chat, { kind: 'edit', target: seq, body }))
    // What was refused of it before would be shown again once this one is stored.
    for (const { n: old, chat, shows } of mirror.outbox) {
      if (old < n && chat === this.#chat && shows.kind === 'edit' && shows.target === seq)
        await outbox.settle(old, 'discard')
    }
    await this.#decided(n, true).catch((error: unknown) => {
      // The message is gone, and the view tells of what was to stand there.
      if (!(error instanceof AppError && error.code === 'TARGET_GONE')) throw error
    })
  }

  async deleteForAll(messages: readonly Seq[]): Promise<void> {
    for (let i = 0; i < messages.length; i += 100) {
      const targets = messages.slice(i, i + 100)
      const n = await this.#outcome(this.#account.outbox.add(this.#chat, { kind: 'delete', targets }))
      await this.#decided(n)
    }
  }

  /** Changes are refused with a reason while somebody looks; without a connection they simply wait. */
  async #decided(n: number, keep = false): Promise<void> {
    if (this.#account.state === 'online') await this.#account.outbox.outcome(n, OUTCOME_MS, keep)
  }

  async react(seq: Seq, emoji: string | null): Promise<void> {
    const chat = this.#chat
    const emojis = emoji === null ? [] : [emoji]
    const { tally } = await this.#outcome(
      call(this.#account.tabs, Messages.method.react, { chat, seq, emojis }),
    )
    await this.#account.db.write(async (w) => {
      const row = await w.entry(chat, seq)
      if (row && tally) await w.putEntry({ ...row, tally: tallyOf(tally) })
    })
  }

  async pin(seq: Seq, pinned: boolean): Promise<void> {
    const key = this.#account.keys.make()
    const request = { chat: this.#chat, key, target: seq, unpin: !pinned }
    await this.#outcome(call(this.#account.tabs, Messages.method.pin, request))
  }

  setDraft({ body, replyTo, quote }: Draft): void {
    const reply = replyTo ?? 0
    const { text, entities } = body
    void this.#account.db
      .write(async (w) => {
        const row = await w.chat(this.#chat)
        // Judged by what is stored, not by the mirror: a draft written a moment ago may not be in it yet.
        const before = row?.draft
        const same = !text && !before?.text && before?.reply === reply && (before.quote ?? '') === quote
        if (!row || same) return
        const draft = { text, entities, reply, quote, at: this.#account.now() }
        await w.putChat({ ...row, draft, draftDirty: true })
      })
      // A draft that cannot be stored is still on screen.
      .catch(() => {})
  }

  typing(doing: Doing = 'writing'): void {
    const { pace, state, tabs } = this.#account
    const now = performance.now()
    const told = now - this.#typed < pace.typing
    // That one stopped needs no telling where nothing is shown any more.
    if (state !== 'online' || (doing === this.#doing ? told : doing === 'nothing' && !told)) return
    this.#doing = doing
    this.#typed = doing === 'nothing' ? Number.NEGATIVE_INFINITY : now
    const request = { chat: this.#chat, stopped: doing === 'nothing', recording: doing === 'recording' }
    call(tabs, Sync.method.typing, request, { again: false }).catch(() => {})
  }

  async settle(key: string, how: 'retry' | 'discard'): Promise<void> {
    const items = this.#account.mirror.outbox.filter((i) => {
      return i.chat === this.#chat && (i.state === 'failed' || (how === 'discard' && i.state !== 'sent'))
    })
    const mine = await this.#account.db.read(async (r) => {
      for (const item of items) {
        if (item.keys.includes(key)) return item
        if (item.shows.kind !== 'edit') continue
        const target = await r.entry(this.#chat, item.shows.target)
        if (target && (target.key === key || String(target.seq) === key)) return item
      }
      return undefined
    })
    if (!mine) return
    const { outbox } = this.#account
    if (mine.state === 'failed') await this.#outcome(outbox.settle(mine.n, how))
    else if (!(await this.#outcome(outbox.cancel(mine.n)))) throw new AppError('CONFLICT')
  }

  /** Messages came on screen: each is told once, several together. */
  seen(seqs: readonly Seq[]): void {
    if (this.#row()?.info.type !== 'channel') return
    for (const seq of seqs) {
      if (this.#seen.has(seq)) continue
      this.#seen.add(seq)
      this.#toTell.add(seq)
    }
    if (this.#toTell.size === 0) return
    this.#viewTimer ??= setTimeout(() => this.#tellViews(), this.#account.pace.views)
  }

  #tellViews(): void {
    this.#viewTimer = undefined
    const seqs = [...this.#toTell].slice(0, VIEWS)
    for (const seq of seqs) this.#toTell.delete(seq)
    if (seqs.length === 0) return
    // A view that is not counted is not worth a second try.
    call(this.#account.tabs, Messages.method.view, { chat: this.#chat, seqs }).catch(() => {})
    if (this.#toTell.size > 0) this.#tellViews()
  }

  async #outcome<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw toAppError(error)
    }
  }
}
