// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Ms, Seq } from './id'
import type { MessageView } from './message'

/** Messages of one writer that hang together: one avatar, one name, joined corners. */
export interface Run {
  readonly key: string
  readonly kind: 'own' | 'other' | 'service'
  readonly messages: readonly MessageView[]
}

export type Row =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'unread'; readonly key: string }

export interface Day {
  readonly key: string
  readonly at: Ms
  readonly rows: readonly Row[]
}

const runGap: Ms = 10 * 60_000

/**
 * Arranges a slice of messages into days and runs. `dayOf` names the reader's day of a time; the line
 * "new messages" stands before the message `unreadFrom`.
 */
export function arrange(
  messages: readonly MessageView[],
  unreadFrom: Seq | null,
  dayOf: (at: Ms) => string,
): Day[] {
  const days: { key: string; at: Ms; rows: Row[] }[] = []
  let run: { key: string; kind: Run['kind']; messages: MessageView[] } | null = null
  let unreadShown = false
  for (const message of messages) {
    const key = dayOf(message.at)
    let day = days.at(-1)
    if (!day || day.key !== key) {
      day = { key, at: message.at, rows: [] }
      days.push(day)
      run = null
    }
    if (!unreadShown && unreadFrom !== null && message.seq !== null && message.seq >= unreadFrom) {
      unreadShown = true
      if (message.seq === unreadFrom || messages[0] !== message)
        day.rows.push({ kind: 'unread', key: 'unread' })
      run = null
    }
    if (run && joins(run.messages.at(-1), message)) run.messages.push(message)
    else {
      run = { key: message.key, kind: kindOf(message), messages: [message] }
      day.rows.push({ kind: 'run', run })
    }
  }
  return days
}

function kindOf(message: MessageView): Run['kind'] {
  if (message.content.kind === 'service') return 'service'
  return message.own ? 'own' : 'other'
}

function joins(last: MessageView | undefined, next: MessageView): boolean {
  if (!last || kindOf(last) !== kindOf(next)) return false
  if (kindOf(next) === 'service') return true
  if (Math.abs(next.at - last.at) > runGap) return false
  return last.author?.account === next.author?.account && last.author?.name === next.author?.name
}
