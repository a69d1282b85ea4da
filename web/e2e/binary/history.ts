// SPDX-License-Identifier: AGPL-3.0-or-later
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { sharedData, talk } from './fixtures'

interface Run {
  readonly type: string
  readonly text: string
}

interface Export {
  readonly name: string
  readonly messages: readonly { readonly type: string; readonly text_entities: readonly Run[] }[]
}

const shared = resolve(sharedData, 'telegram/01_ar-en_public_channel_salaf_213.json')

/** A real export where there is one, else a small one of our own. */
export const exportFile = existsSync(shared) ? shared : resolve(import.meta.dirname, 'export.json')

export const exported = JSON.parse(readFileSync(exportFile, 'utf8')) as Export

/** How each formatting of an export is drawn; kinds that are not named here are drawn as plain text. */
const drawing: Record<string, string> = {
  bold: 'bold',
  italic: 'italic',
  underline: 'underline',
  strikethrough: 'strike',
  code: 'code',
  pre: 'pre',
  blockquote: 'quote',
  text_link: 'link',
  link: 'link',
  mention: 'link',
  hashtag: 'link',
  email: 'link',
  phone: 'link',
}

/** One text as runs of one formatting: white space aside, which is laid out and not told. */
function runsOf(pieces: readonly { readonly text: string; readonly style: string }[]): string {
  const runs: { text: string; style: string }[] = []
  for (const piece of pieces) {
    const text = piece.text.replace(/[\s\u200e\u200f]/gu, '')
    const last = runs.at(-1)
    if (text === '') continue
    if (last?.style === piece.style) last.text += text
    else runs.push({ text, style: piece.style })
  }
  return runs.map((run) => `${run.style}:${run.text}`).join(' ')
}

/** What the messages of the export say, in its order. */
export const written: readonly string[] = exported.messages
  .filter((message) => message.type === 'message')
  .map((message) =>
    runsOf(message.text_entities.map(({ type, text }) => ({ text, style: drawing[type] ?? 'plain' }))),
  )

interface Drawn {
  readonly seq: number
  readonly pieces: readonly { readonly text: string; readonly style: string }[]
}

/** The messages that are drawn now, each with its text and the formatting of its pieces. */
function drawnNow(page: Page): Promise<Drawn[]> {
  return page.evaluate(() => {
    const styles = ['bold', 'italic', 'underline', 'strike', 'code']
    const styleOf = (up: Element) => {
      if (up.closest('pre')) return 'pre'
      if (up.closest('blockquote')) return 'quote'
      if (up.closest('a')) return 'link'
      if (up.closest('.upright')) return 'italic'
      return styles.find((style) => up.closest(`.${style}`)) ?? 'plain'
    }
    return [...document.querySelectorAll<HTMLElement>('.scroller [data-seq] .content')].map((content) => {
      const pieces: { text: string; style: string }[] = []
      const walk = document.createTreeWalker(content, NodeFilter.SHOW_TEXT)
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const up = node.parentElement
        if (up && !up.closest('.meta')) pieces.push({ text: node.textContent ?? '', style: styleOf(up) })
      }
      return { seq: Number(content.closest<HTMLElement>('[data-seq]')?.dataset['seq']), pieces }
    })
  })
}

/** Reads an open chat from its end to its beginning: what every message says, by its number. */
export async function readAll(page: Page): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  const look = async () => {
    for (const { seq, pieces } of await drawnNow(page)) found.set(seq, runsOf(pieces))
  }
  const first = () => talk(page).locator('[data-seq]').first().getAttribute('data-seq')
  await talk(page).locator('[data-seq]').first().waitFor()
  // Either older messages are drawn, or there are none.
  const whole = () => talk(page).evaluate((scroller) => 'whole' in scroller.dataset)
  for (let at = await first(); !(await whole()); at = await first()) {
    await look()
    const above = at
    await talk(page).evaluate((scroller) => {
      scroller.scrollTop = 0
    })
    const moved = async () => (await whole()) || (await first()) !== above
    await expect.poll(moved, { message: 'older messages are drawn' }).toBe(true)
  }
  await look()
  return new Map([...found].sort(([a], [b]) => a - b))
}
