// SPDX-License-Identifier: AGPL-3.0-or-later

/** Where the reader is in a scrolling list, in terms of what they see. */
export interface Anchor {
  readonly key: string
  readonly seq: number | null
  /** Distance of the element's top from the top of the view, in pixels. */
  readonly offset: number
}

/** Where the end of the column lies, by its layout: what an animation shifts does not count. */
function bottom(scroller: HTMLElement): number {
  const column = scroller.firstElementChild as HTMLElement | null
  return column ? column.offsetTop + column.offsetHeight : scroller.scrollHeight
}

/** Who is nearer to the end than this, in pixels, is at the end, and is taken along by what comes. */
export const nearEnd = 24

export function toEnd(scroller: HTMLElement): number {
  return bottom(scroller) - scroller.scrollTop - scroller.clientHeight
}

/** Goes to the end at once; a pixel further than the layout says, because it says whole ones. */
export function goToEnd(scroller: HTMLElement): void {
  scroller.scrollTop = bottom(scroller) - scroller.clientHeight + 1
}

function rows(scroller: HTMLElement): HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>('[data-key]')]
}

/** The messages in view, from the top: when the first is deleted, the next one holds the place. */
export function anchorsOf(scroller: HTMLElement): Anchor[] {
  const { top, bottom: end } = scroller.getBoundingClientRect()
  const anchors: Anchor[] = []
  for (const row of rows(scroller)) {
    const box = row.getBoundingClientRect()
    if (box.top > end) break
    if (box.bottom > top + 4) {
      const { key = '', seq } = row.dataset
      anchors.push({ key, seq: seq ? Number(seq) : null, offset: box.top - top })
    }
  }
  return anchors
}

/**
 * Puts what the reader saw back where it was, exactly. A browser scrolls by whole pixels of the screen and
 * rows have heights with fractions, so scrolling alone may leave half a pixel: a jump the eye sees. The rest
 * goes into the padding above the rows.
 */
export function restore(scroller: HTMLElement, anchors: readonly Anchor[]): void {
  const find = (key: string) => scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
  const anchor = anchors.find(({ key }) => find(key))
  if (!anchor) return
  const row = find(anchor.key)
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
  return scroller.querySelector<HTMLElement>(`[data-seq="${seq}"], [data-tile="${seq}"]`)
}
