// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FormattedText } from './message'
import { blocksOf, hrefOf, type Line, type Piece, type Span } from './richtext'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)

/** A formatted text as other programs paste it: escaped, with the addresses that a tap may open. */
export function htmlOf(body: FormattedText): string {
  return blocksOf(body)
    .map((block) => {
      if (block.kind === 'pre') return `<pre><code>${escaped(block.text)}</code></pre>`
      const lines = block.lines.map(lineHtml).join('<br>')
      return block.kind === 'quote' ? `<blockquote>${lines}</blockquote>` : `<p>${lines}</p>`
    })
    .join('')
}

const lineHtml = (line: Line) => line.spans.map(spanHtml).join('')

function spanHtml({ action, pieces }: Span): string {
  const inside = pieces.map(pieceHtml).join('')
  const text = pieces.map((piece) => piece.text).join('')
  const href = action && ['url', 'textLink', 'email'].includes(action.kind) ? hrefOf(action, text) : null
  return typeof href === 'string' ? `<a href="${escaped(href)}">${inside}</a>` : inside
}

function pieceHtml(piece: Piece): string {
  const tags = [
    piece.bold && 'b',
    (piece.italic || piece.upright) && 'i',
    piece.underline && 'u',
    piece.strike && 's',
    piece.code && 'code',
  ].filter((tag) => tag !== false)
  return tags.reduceRight((inside, tag) => `<${tag}>${inside}</${tag}>`, escaped(piece.text))
}
