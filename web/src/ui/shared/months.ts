// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MessageView } from '../../model'

export interface Month {
  /** As the reader calls it, with its year. */
  readonly name: string
  readonly messages: readonly MessageView[]
}

/** Messages, the newest first, by the months they were written in. */
export function byMonth(messages: readonly MessageView[], name: (at: number) => string): Month[] {
  const months: { name: string; messages: MessageView[] }[] = []
  for (const message of messages) {
    const of = name(message.at)
    const last = months.at(-1)
    if (last?.name === of) last.messages.push(message)
    else months.push({ name: of, messages: [message] })
  }
  return months
}
