// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Ms, Seq } from './id'
import type { MessageView } from './message'

/** Messages of one writer that hang together: one avatar, one name, joined corners. */
export interface Run {
  readonly key: string
  /** Its beginning lies before the slice: no name is drawn, so that nothing moves when the rest comes. */
  readonly continued: boolean
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
  /**
   * So many rows stand above the line that names the day: that a chat between two begins here heads all that
   * is in it. Whatever else happened stands below its day, for every reader.
   */
  readonly above: number
}

const runGap: Ms = 10 * 60_000

export interface Slice {
  readonly messages: readonly MessageView[]
  /** The message before the slice; null when there is none, 'unknown' when it has not been loaded. */
  readonly before: MessageView | null | 'unknown'
  /** The line "new messages" stands before this one. */
  readonly unreadFrom: Seq | null
  /** Posts of a channel are the channel's, whoever wrote them: all of them stand on one side. */
  readonly oneSided: boolean
}

/** Arranges a slice of messages into days and runs. `dayOf` names the reader's day of a time. */
export function arrange(slice: Slice, dayOf: (at: Ms) => string): Day[] {
  const { messages, before, unreadFrom, oneSided } = slice
  const days: { key: string; at: Ms; rows: Row[]; above: number }[] = []
  let run: { key: string; kind: Run['kind']; continued: boolean; messages: MessageView[] } | null = null
  const heads = before === null && isHead(messages[0])
  let unreadShown = (messages[0]?.seq ?? 0) > (unreadFrom ?? 0)
  for (const message of messages) {
    const key = dayOf(message.at)
    let day = days.at(-1)
    if (!day || day.key !== key) {
      day = { key, at: message.at, rows: [], above: 0 }
      days.push(day)
      run = null
    }
    // What the app itself says is nothing new to anybody.
    if (!unreadShown && unreadFrom !== null && (message.seq ?? 0) >= unreadFrom && !isService(message)) {
      unreadShown = true
      day.rows.push({ kind: 'unread', key: 'unread' })
      run = null
    }
    if (run && !(heads && messages[0] === run.messages[0]) && joins(run.messages.at(-1), message))
      run.messages.push(message)
    else {
      const continued = message === messages[0] && continues(before, message, dayOf)
      run = { key: message.key, kind: kindOf(message, oneSided), continued, messages: [message] }
      day.rows.push({ kind: 'run', run })
    }
  }
  const [first] = days
  if (heads && first && first.rows.length > 1) first.above = 1
  return days
}

function continues(before: Slice['before'], first: MessageView, dayOf: (at: Ms) => string): boolean {
  if (before === null) return false
  return before === 'unknown' || (dayOf(before.at) === dayOf(first.at) && joins(before, first))
}

/** Whether a message says no more than that the chat begins here; what was made has a title. */
function isHead(message: MessageView | undefined): boolean {
  if (message?.content.kind !== 'service') return false
  const { service } = message.content
  return service.kind === 'chatCreated' && service.title === ''
}

const isService = (message: MessageView) => message.content.kind === 'service'

function kindOf(message: MessageView, oneSided: boolean): Run['kind'] {
  if (isService(message)) return 'service'
  return message.own && !oneSided ? 'own' : 'other'
}

function joins(last: MessageView | undefined, next: MessageView): boolean {
  if (!last || isService(last) !== isService(next)) return false
  if (isService(next)) return true
  if (last.own !== next.own || Math.abs(next.at - last.at) > runGap) return false
  return last.author?.account === next.author?.account && last.author?.name === next.author?.name
}
