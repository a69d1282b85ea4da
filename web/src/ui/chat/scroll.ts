// SPDX-License-Identifier: AGPL-3.0-or-later

/** Where the reader is in a scrolling list, in terms of what they see. */
export interface Anchor {
  readonly key: string
  /** Distance of the element's top from the top of the view, in pixels. */
  readonly offset: number
}

export function toEnd(scroller: HTMLElement): number {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
}

function rows(scroller: HTMLElement): HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>('[data-key]')]
}

/** The first message that reaches into the view. */
export function anchorOf(scroller: HTMLElement): Anchor | null {
  const top = scroller.getBoundingClientRect().top
  for (const row of rows(scroller)) {
    const box = row.getBoundingClientRect()
    if (box.bottom > top + 4) return { key: row.dataset['key'] ?? '', offset: box.top - top }
  }
  return null
}

/**
 * Puts what the reader saw back where it was, exactly. A browser scrolls by whole pixels of the screen and
 * rows have heights with fractions, so scrolling alone may leave half a pixel: a jump the eye sees. The rest
 * goes into the padding above the rows.
 */
export function restore(scroller: HTMLElement, anchor: Anchor): void {
  const row = scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.key)}"]`)
  const column = scroller.firstElementChild as HTMLElement | null
  if (!row || !column) return
  const top = (of: HTMLElement) => of.getBoundingClientRect().top
  const moved = () => top(row) - top(scroller) - anchor.offset
  if (moved() === 0) return
  scroller.scrollTop += Math.round(moved())
  const rest = Number(column.dataset['rest'] ?? 0) - moved()
  const kept = rest - Math.round(rest)
  column.dataset['rest'] = String(kept)
  column.style.setProperty('--rest', `${kept}px`)
  scroller.scrollTop += Math.round(moved())
}

/** Sequence numbers of the messages on screen, in order. */
export function visibleSeqs(scroller: HTMLElement): number[] {
  const view = scroller.getBoundingClientRect()
  const seqs: number[] = []
  for (const row of rows(scroller)) {
    const box = row.getBoundingClientRect()
    if (box.top > view.bottom) break
    // A message counts as seen once its end (or the view's whole height of it) is on screen.
    const seen = box.bottom <= view.bottom + 8 || box.top <= view.top
    if (box.bottom > view.top && seen && row.dataset['seq']) seqs.push(Number(row.dataset['seq']))
  }
  return seqs
}

export function rowOf(scroller: HTMLElement, seq: number): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
}
