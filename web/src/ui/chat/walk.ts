// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MessageView, Seq } from '../../model'
import { layered } from '../state/layers'
import { attempt } from '../state/tell'
import type { ChatState } from './chat.svelte'
import { nearEnd, toEnd } from './scroll'
import { spokenOf } from './spoken'
import { deeds, type Step, steps } from './steps'

/** What the list does when its keys ask for it; who jumps is there once it is drawn. */
export interface WalkedList {
  jump(seq: Seq): Promise<void>
  toNewest(): Promise<void>
  /** The reader is not taken along by what comes. */
  stay(): unknown
}

/** Where messages and days may be walked to. */
const stops = '[data-key], .day button'
const tabbable = 'a[href], button, input, textarea, select, summary, audio, video, [tabindex]'
/** What stands over the ends of the list: the day above, the fading edge below. */
const over = { top: 44, bottom: 14 }

/**
 * Lets keys walk the messages of a list: one stop of Tab, in which the arrows lead from one to the next.
 * The answer ends it, once the list is gone.
 */
export function walk(scroller: HTMLElement, chat: ChatState, list: WalkedList): () => void {
  const walking = new Walk(scroller, chat, list)
  walking.begin()
  return () => walking.end()
}

class Walk {
  readonly #scroller: HTMLElement
  readonly #chat: ChatState
  readonly #list: WalkedList
  /** The key of the message that has or had the focus, and how far from the top of the window it stood. */
  #key: string | null = null
  #top = 0
  /** The focus is in the list, or what had it there was taken from the page. */
  #inside = false
  /** At the last scrolling the focus was in view: what comes may not push it out. */
  #seen = true
  /** Keys led to where the focus is: who only presses with the pointer goes on reading as before. */
  #led = false
  /** Counts what was begun and what ends it, so that a late answer is known as such. */
  #turn = 0
  readonly #redraws = new MutationObserver(() => this.#redrawn())

  constructor(scroller: HTMLElement, chat: ChatState, list: WalkedList) {
    this.#scroller = scroller
    this.#chat = chat
    this.#list = list
    document.addEventListener('keydown', this.#tabbed)
    scroller.addEventListener('keydown', (event) => this.#keyed(event))
    scroller.addEventListener('pointerdown', () => (this.#led = false), { passive: true })
    scroller.addEventListener('focusin', ({ target }) => this.#entered(target as HTMLElement))
    scroller.addEventListener('focusout', (event) => this.#left(event))
    scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    this.#redraws.observe(scroller, { subtree: true, childList: true, characterData: true })
  }

  /** The focus may be in the list by now, or elsewhere. */
  begin(): void {
    const now = document.activeElement
    if (this.#scroller.contains(now)) this.#entered(now as HTMLElement)
    else this.#scroller.tabIndex = 0
  }

  /** The page holds on to nothing of the list. */
  end(): void {
    this.#turn++
    this.#redraws.disconnect()
    document.removeEventListener('keydown', this.#tabbed)
  }

  /** The focus came into the list. */
  #entered(node: HTMLElement): void {
    // Of Tab the messages are one stop; letters that are typed here go into the composer's field.
    this.#scroller.tabIndex = -1
    this.#inside = true
    this.#led = node.matches(':focus-visible')
    const stop = this.#stopOf(node)
    this.#seen = !stop || this.#inView(stop)
    if (stop) this.#at(stop)
    if (node === this.#scroller && node.matches(':focus-visible')) this.#focus(this.#place())
  }

  /** Tab leads into the list to a message, whatever in it the browser would come to first. */
  #tabbed = (event: KeyboardEvent): void => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event
    if (key !== 'Tab' || event.defaultPrevented || ctrlKey || metaKey || altKey) return
    const now = document.activeElement
    if (this.#scroller.contains(now) || document.querySelector('dialog[open]')) return
    const all = reachable(document)
    const at = all.indexOf(now as HTMLElement)
    const next = at < 0 ? undefined : all[at + (shiftKey ? -1 : 1)]
    if (!next || !this.#scroller.contains(next)) return
    event.preventDefault()
    this.#focus(this.#place())
  }

  #left({ target, relatedTarget }: FocusEvent): void {
    const node = target as HTMLElement
    this.#stopOf(node)?.removeAttribute('aria-label')
    if (relatedTarget instanceof Node && this.#scroller.contains(relatedTarget)) return
    this.#scroller.tabIndex = 0
    // What is taken from the page while it has the focus has not left: something near gets it.
    queueMicrotask(() => {
      const now = document.activeElement
      if (node.isConnected && now !== node && !this.#scroller.contains(now)) this.#out()
    })
  }

  /** The focus is elsewhere, and no answer that is on its way brings it back. */
  #out(): void {
    this.#inside = false
    this.#turn++
    this.#scroller.tabIndex = 0
  }

  #scrolled(): void {
    const stop = this.#here()
    if (!stop) return
    this.#seen = this.#inView(stop)
    this.#top = stop.getBoundingClientRect().top
  }

  /** Something was drawn: the focus stays with its message, in view where it was, and says what is so now. */
  #redrawn(): void {
    const stop = this.#here()
    if (stop) {
      if (stop !== document.activeElement) return
      this.#name(stop)
      if (this.#led && this.#seen && !this.#inView(stop)) {
        this.#show(stop)
        // Else the list would go on to its end, where the reader was.
        this.#list.stay()
        this.#scroller.scrollTop -= Math.max(0, nearEnd + 1 - toEnd(this.#scroller))
      }
      this.#top = stop.getBoundingClientRect().top
    } else if (this.#inside && document.activeElement === document.body) {
      const same = this.#stops().find(({ dataset }) => this.#key !== null && dataset['key'] === this.#key)
      // Who scrolls on from a message until it is drawn no more stays where they are.
      if (same || this.#led) this.#focus(same ?? this.#place(), false)
      else this.#out()
    }
  }

  #keyed(event: KeyboardEvent): void {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event
    if (event.defaultPrevented || event.isComposing || ctrlKey || metaKey || altKey) return
    const target = event.target as HTMLElement
    const step = steps[key]
    const deed = deeds[shiftKey && key === 'F10' ? 'Shift F10' : key]
    this.#led ||= Boolean(step ?? deed)
    const own = target.matches('input, textarea, select, audio, video, [role="slider"]')
    if (deed === 'within') this.#tab(event)
    else if (own) return
    else if (step && !shiftKey) {
      event.preventDefault()
      void this.#step(step)
    } else if (deed === 'menu') this.#menu(event)
    else if (deed === 'leave') this.#leave(event)
    else if (deed && !shiftKey && target.matches('[data-key]')) this.#act(event, target, deed === 'open')
  }

  async #step(step: Step): Promise<void> {
    const turn = ++this.#turn
    if (step === 'newest' || step === 'first') {
      const go = () => (step === 'newest' ? this.#list.toNewest() : this.#toFirst(turn))
      // The answer may take its time: who writes by then, or walks on, is not taken away.
      if (!(await attempt(go)) || turn !== this.#turn) return
      return this.#focus(this.#rows().at(step === 'newest' ? -1 : 0))
    }
    const here = this.#here()
    const from = here ?? this.#place()
    if (!from || !here) return this.#focus(from)
    const down = step === 'below' || step === 'pageDown'
    const page = step.startsWith('page')
    if (this.#reads(from, down, page)) return
    const all = this.#stops()
    const at = all.indexOf(from)
    const way = down ? all.slice(at + 1) : all.slice(0, at).reverse()
    const next = page ? this.#pageOn(from, way) : way[0]
    if (next) this.#focus(next)
  }

  /** The furthest message that is within a page from where one is, and at least the next one. */
  #pageOn(from: HTMLElement, way: readonly HTMLElement[]): HTMLElement | undefined {
    const { top } = from.getBoundingClientRect()
    const page = this.#scroller.clientHeight * 0.9
    const near = way.filter((stop) => isRow(stop) && Math.abs(stop.getBoundingClientRect().top - top) <= page)
    return near.at(-1) ?? way[0]
  }

  /** Of a message that goes on beyond the view the rest is shown first. */
  #reads(stop: HTMLElement, down: boolean, page: boolean): boolean {
    if (!isRow(stop)) return false
    const box = stop.getBoundingClientRect()
    const view = this.#view()
    const rest = down ? box.bottom - view.bottom : view.top - box.top
    const shown = box.bottom > view.top && box.top < view.bottom
    if (!shown || rest <= 1 || box.height < view.bottom - view.top) return false
    const by = Math.min(rest, page ? (view.bottom - view.top) * 0.9 : 80)
    this.#scroller.scrollTop += down ? by : -by
    return true
  }

  async #toFirst(turn: number): Promise<void> {
    const { view, history } = this.#chat.open
    const { hasOlder, messages } = view.get()
    const seq = hasOlder ? await history.findTime(1) : (messages[0]?.seq ?? null)
    if (seq !== null && turn === this.#turn) await this.#list.jump(seq)
  }

  /** Through what can be pressed in the message, and from its ends out of the list. */
  #tab(event: KeyboardEvent): void {
    const here = this.#here()
    const now = document.activeElement as HTMLElement
    const inner = here ? [here, ...within(here)] : []
    const way = event.shiftKey ? inner.slice(0, Math.max(inner.indexOf(now), 0)).reverse() : after(inner, now)
    const next = way[0] ?? this.#beside(event.shiftKey)
    if (!next) return
    event.preventDefault()
    next.focus()
  }

  /** The stop of Tab before or after the whole list. */
  #beside(before: boolean): HTMLElement | undefined {
    const side = before ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING
    const all = reachable(document).filter(
      (one) => !this.#scroller.contains(one) && this.#scroller.compareDocumentPosition(one) & side,
    )
    return before ? all.findLast((one) => !one.contains(this.#scroller)) : all[0]
  }

  #leave(event: KeyboardEvent): void {
    // What lies open is what Escape closes first, such as the selection.
    if (layered()) return
    const field = this.#scroller.closest('.talk')?.querySelector<HTMLElement>('.composer textarea')
    if (!field) return
    event.preventDefault()
    field.focus({ preventScroll: true })
  }

  #act(event: KeyboardEvent, row: HTMLElement, open: boolean): void {
    event.preventDefault()
    const messages = this.#messagesOf(row)
    const [message] = messages
    if (!message) return
    if (message.content.kind === 'service') row.querySelector('button')?.click()
    else if (this.#chat.selected.size > 0) row.click()
    else if (open) this.#menu(event)
    else for (const one of messages) this.#chat.toggle(one)
  }

  /** Asks for the menu as a press of the other button does, at what has the focus. */
  #menu(event: KeyboardEvent): void {
    event.preventDefault()
    const target = document.activeElement as HTMLElement
    const selection = getSelection()
    // Elsewhere something may be selected, which a press of that button would be for.
    if (selection && !target.contains(selection.anchorNode)) selection.removeAllRanges()
    const box = (target.querySelector('.bubble') ?? target).getBoundingClientRect()
    const view = this.#view()
    const clientX = box.left + box.width / 2
    const clientY = Math.min(Math.max(box.top + 20, view.top), view.bottom)
    const how = { bubbles: true, cancelable: true, clientX, clientY }
    target.dispatchEvent(new MouseEvent('contextmenu', how))
  }

  #focus(stop: HTMLElement | null | undefined, show = true): void {
    if (!stop) {
      this.#scroller.focus({ preventScroll: true })
      return
    }
    if (show) this.#show(stop)
    stop.focus({ preventScroll: true })
    this.#at(stop)
  }

  #at(stop: HTMLElement): void {
    this.#key = stop.dataset['key'] ?? null
    this.#top = stop.getBoundingClientRect().top
    if (stop === document.activeElement) this.#name(stop)
  }

  /** The name by which a message is read out. It has none while it has no focus: its parts are read then. */
  #name(stop: HTMLElement): void {
    const messages = this.#messagesOf(stop)
    if (messages.length === 0) return
    const name = spokenOf(messages, this.#chat)
    if (stop.ariaLabel !== name) stop.ariaLabel = name
  }

  /** Where a focus from elsewhere goes: where it was, or near that, else to the newest in view. */
  #place(): HTMLElement | undefined {
    const rows = this.#rows()
    const seen = rows.filter((row) => this.#inView(row))
    const had = rows.find(({ dataset }) => dataset['key'] === this.#key)
    if (had && seen.includes(had)) return had
    // Where none is wholly in view, that of which most is.
    const most = () => rows.toSorted((a, b) => this.#shown(b) - this.#shown(a))[0]
    if (had || this.#key === null) return seen.at(-1) ?? most()
    const far = (row: HTMLElement) => Math.abs(row.getBoundingClientRect().top - this.#top)
    return seen.toSorted((a, b) => far(a) - far(b))[0] ?? most()
  }

  #messagesOf({ dataset }: HTMLElement): readonly MessageView[] {
    const { messages } = this.#chat.open.view.get()
    const from = messages.findIndex(({ key }) => key === dataset['key'])
    if (from < 0) return []
    const to = messages.findIndex(({ seq }) => seq !== null && String(seq) === dataset['seq'])
    return messages.slice(from, Math.max(from, to) + 1)
  }

  #stops = () => [...this.#scroller.querySelectorAll<HTMLElement>(stops)]
  #rows = () => this.#stops().filter(isRow)
  #here = () => this.#stopOf(document.activeElement)

  #stopOf(node: Element | null): HTMLElement | null {
    if (!node || !this.#scroller.contains(node)) return null
    const run = node.closest('.side')?.parentElement
    return run?.querySelector<HTMLElement>('[data-key]') ?? node.closest<HTMLElement>(stops)
  }

  #view(): { top: number; bottom: number } {
    const { top, bottom } = this.#scroller.getBoundingClientRect()
    return { top: top + over.top, bottom: bottom - over.bottom }
  }

  /** Where a stop stands. A day sticks to the top of the list: it stands where its messages begin. */
  #box(stop: HTMLElement): { top: number; bottom: number } {
    const [column] = this.#scroller.children
    // While what came slides in, all of it is drawn lower than it lies.
    const slid = column ? new DOMMatrix(getComputedStyle(column).transform).m42 : 0
    const box = (isRow(stop) ? stop : (stop.closest('section') ?? stop)).getBoundingClientRect()
    if (isRow(stop)) return { top: box.top - slid, bottom: box.bottom - slid }
    const top = box.top + over.top - slid
    return { top, bottom: top + stop.offsetHeight }
  }

  #inView(stop: HTMLElement): boolean {
    const box = this.#box(stop)
    const view = this.#view()
    if (box.bottom - box.top > view.bottom - view.top) return box.bottom > view.top && box.top < view.bottom
    return box.top >= view.top - 1 && box.bottom <= view.bottom + 1
  }

  /** How much of a stop is in view, in pixels; below zero, how far it is from it. */
  #shown(stop: HTMLElement): number {
    const box = this.#box(stop)
    const view = this.#view()
    return Math.min(box.bottom, view.bottom) - Math.max(box.top, view.top)
  }

  /** Brings a stop into view by the shortest way; of one that is higher than the view, the nearer end. */
  #show(stop: HTMLElement): void {
    const box = this.#box(stop)
    const view = this.#view()
    const [up, down] = [box.top - view.top, box.bottom - view.bottom]
    if (up < 0 && down > 0) return
    if (up < 0) this.#scroller.scrollTop += Math.max(up, down)
    else if (down > 0) this.#scroller.scrollTop += Math.min(up, down)
  }
}

const isRow = (stop: HTMLElement) => stop.dataset['key'] !== undefined

function reachable(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(tabbable)].filter(
    (one) =>
      one.tabIndex >= 0 &&
      !one.matches(':disabled') &&
      !one.closest('[inert]') &&
      one.checkVisibility({ visibilityProperty: true }),
  )
}

/** What can be pressed in a message; with the first of a person stands their picture. */
function within(stop: HTMLElement): HTMLElement[] {
  const run = stop.closest('.run')
  const first = run?.querySelector('[data-key]') === stop
  const side = first ? run?.querySelector('.side') : null
  return [...reachable(stop), ...(side ? reachable(side) : [])]
}

function after(all: readonly HTMLElement[], one: HTMLElement): readonly HTMLElement[] {
  const at = all.indexOf(one)
  return at < 0 ? [] : all.slice(at + 1)
}
