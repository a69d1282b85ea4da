// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Attachment } from 'svelte/attachments'
import { bulky, mixed, shorten } from '../../model/shorten'

/**
 * Cuts a text that does not fit its line in the order of reading. A browser makes room for its own sign at
 * the edge of the line, which where directions mix is the beginning of a word or of a number: that letter was
 * lost. Texts of one direction are left to the browser, but where a long word, as a link, would go to a line
 * of its own and leave this one empty. `end` is the end of the text that stays. See `.one-line`.
 */
export function wholeCut(text: string, end = ''): Attachment<HTMLElement> {
  return (line) => {
    if (!silent || !(end || mixed(text) || bulky(text))) return
    lines.set(line, [text, end])
    observer.observe(line)
    return () => {
      lines.delete(line)
      observer.unobserve(line)
      delete line.dataset['cut']
    }
  }
}

// A browser that cannot draw what it does not read out keeps its own way.
const silent = CSS.supports('content', '"" / ""')

const lines = new Map<Element, readonly [text: string, end: string]>()
const pen = document.createElement('canvas').getContext('2d')

// One for all: what is read and what is written do not take turns.
const observer = new ResizeObserver((changes) => {
  const cuts = changes.map(({ target }) => cutOf(target as HTMLElement))
  changes.forEach(({ target }, i) => {
    const line = target as HTMLElement
    const cut = cuts[i]
    if (cut) line.dataset['cut'] = cut
    else delete line.dataset['cut']
  })
})

// Letters that come later are of other widths, and the line may stay as wide as it is.
document.fonts.addEventListener('loadingdone', () => {
  for (const line of lines.keys()) {
    observer.unobserve(line)
    observer.observe(line)
  }
})

/** What is shown of a line; undefined where all of it fits. */
function cutOf(line: HTMLElement): string | undefined {
  const [text, end] = lines.get(line) ?? []
  if (!text || !pen) return undefined
  const { width } = line.getBoundingClientRect()
  pen.font = getComputedStyle(line).font
  const widthOf = (part: string) => pen.measureText(part).width
  // A pixel for what a browser rounds. What is cut always has a second line: see `.one-line`.
  const fits = line.dataset['cut'] ? widthOf(text) <= width + 1 : line.scrollHeight <= line.clientHeight + 1
  return fits ? undefined : shorten(text, width - 1, widthOf, end)
}
