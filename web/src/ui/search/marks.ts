// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Query } from '../../model/words'

const NAME = 'found'

/** Letters of a message that are no words of it: when it was sent, and what is hidden still. */
const OTHER = '.meta, .spoiler'

/**
 * Marks the words that were looked for in those messages that are drawn. They are painted over: what a
 * message is made of stays as it is. A browser that cannot do that marks nothing.
 */
export function markIn(root: ParentNode, seqs: ReadonlySet<number>, query: Query): void {
  if (!('highlights' in CSS)) return
  const found: Range[] = []
  for (const row of root.querySelectorAll<HTMLElement>('[data-seq]')) {
    if (seqs.has(Number(row.dataset['seq']))) found.push(...rangesIn(row, query))
  }
  CSS.highlights.set(NAME, new Highlight(...found))
}

export function unmark(): void {
  if ('highlights' in CSS) CSS.highlights.delete(NAME)
}

function rangesIn(row: Element, query: Query): Range[] {
  const nodes = [...row.querySelectorAll('.line')].flatMap(textsIn)
  const starts: number[] = []
  let text = ''
  for (const { node, ends } of nodes) {
    starts.push(text.length)
    text += node.data + (ends ? '\n' : '')
  }
  /** The node a place lies in; that of an end is the one before it. */
  const at = (place: number) => starts.findLastIndex((start) => start <= place)
  return (query.match(text) ?? []).flatMap(({ start, end }) => {
    const [from, to] = [at(start), at(end - 1)]
    const [first, last] = [nodes[from]?.node, nodes[to]?.node]
    if (!first || !last) return []
    const range = new Range()
    range.setStart(first, start - (starts[from] ?? 0))
    range.setEnd(last, end - (starts[to] ?? 0))
    return [range]
  })
}

/** The texts of a line, of which the last one ends it. */
function textsIn(line: Element): { readonly node: Text; readonly ends: boolean }[] {
  const nodes: Text[] = []
  const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const node = walk.currentNode as Text
    if (!node.parentElement?.closest(OTHER)) nodes.push(node)
  }
  return nodes.map((node, i) => ({ node, ends: i === nodes.length - 1 }))
}
