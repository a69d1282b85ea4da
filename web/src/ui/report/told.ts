// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Wording } from '../../model'
import { f, i18n } from '../i18n/i18n.svelte'
import { words } from './words'

/** The meaning of a public reason code; one that is not known stays as it is. */
export function reasonName(code: string): string {
  return (words().reasons as Readonly<Record<string, string>>)[code] ?? code
}

/** What the server says, in the reader's words; null for a code that is not known. */
export function told({ code, values }: Wording, text: string): string | null {
  const { told: say } = words()
  const reason = reasonName(values['reason'] ?? '')
  const until = f().dateTime(Number(values['until_ms'] ?? 0))
  const name = values['name'] ?? ''
  const said: Record<string, () => string> = {
    warned: () => `${say.warned(reason)}\n${say.where}`,
    limited: () => `${say.limited(reason, until)}\n${say.where}`,
    suspended: () => say.suspended(reason),
    taken_down: () => `${name ? say.nameTakenDown(`@${name}`, reason) : say.takenDown(reason)}\n${say.where}`,
    decision_reversed: () => say.reversed,
    appeal_refused: () => say.refused,
    message_returned: () => `${say.returned}\n\n${text}`,
  }
  return said[code]?.() ?? ownHalf(text)
}

/** What the server says in two languages, the Persian first, by its half in the reader's language. */
function ownHalf(text: string): string | null {
  const halves = text.split('\n\n')
  if (halves.length !== 2) return null
  return (i18n.direction === 'rtl' ? halves[0] : halves[1]) ?? null
}
