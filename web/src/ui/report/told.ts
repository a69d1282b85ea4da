// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FormattedText, Wording } from '../../model'
import { measured } from '../admin/measured'
import { words as adminWords } from '../admin/words'
import { f, i18n } from '../i18n/i18n.svelte'
import { words } from './words'

/** The meaning of a public reason code; one that is not known stays as it is. */
export function reasonName(code: string): string {
  return (words().reasons as Readonly<Record<string, string>>)[code] ?? code
}

type Values = Readonly<Record<string, string>>

const plain = (text: string): FormattedText => ({ text, entities: [] })

/** What the server says, in the reader's words; null for a code that is not known. */
export function told({ code, values }: Wording, text: string): FormattedText | null {
  if (code === 'alarm' || code === 'alarm_over') return alarm(values, code === 'alarm_over') ?? ownHalf(text)
  if (code === 'terms_change') return termsChange(values) ?? ownHalf(text)
  const { told: say } = words()
  const reason = reasonName(values['reason'] ?? '')
  const until = f().dateTime(Number(values['until_ms'] ?? 0))
  const count = Number(values['count'] ?? 1)
  const said: Record<string, () => string> = {
    warned: () => `${say.warned(reason)}\n${say.where}`,
    limited: () => `${say.limited(reason, until)}\n${say.where}`,
    suspended: () => say.suspended(reason),
    taken_down: () => `${takenDown(values, reason)}\n${say.where}`,
    newcomers: () => `${say.newcomers(count)}\n${say.newcomersWhere}`,
    decision_reversed: () => say.reversed,
    appeal_refused: () => say.refused,
    message_returned: () => `${say.returned}\n\n${text}`,
  }
  const worded = said[code]?.()
  return worded === undefined ? ownHalf(text) : plain(worded)
}

function takenDown({ name, photos }: Values, reason: string): string {
  const { told: say } = words()
  if (name) return say.nameTakenDown(`@${name}`, reason)
  return photos ? say.photoTakenDown(reason) : say.takenDown(reason)
}

/** An alarm by the words of the status page; null for a condition that is not known. */
function alarm(values: Values, over: boolean): FormattedText | null {
  const { told: say } = words()
  const condition = values['condition'] ?? ''
  const known = adminWords().conditions as Readonly<Record<string, { what: string; remedy: string }>>
  const found = known[condition]
  if (!found) return null
  if (over) return plain(say.alarmOver(found.what))
  const value = Number(values['value'] ?? 0)
  const number = value ? measured({ code: condition, value }, adminWords(), f()) : ''
  const head = number ? `${found.what}: ${number}` : found.what
  return plain(`${say.alarm(head)}\n${found.remedy}\n${say.alarmWhere}`)
}

/** A change of the terms, with the way to what differs. */
function termsChange(values: Values): FormattedText | null {
  const version = Number(values['version'])
  const since = Number(values['since'])
  if (!Number.isSafeInteger(version) || version < 1 || !Number.isFinite(since)) return null
  const { told: say } = words()
  const text = `${say.termsChange(f().date(since))}\n${say.termsDiff}`
  const url = `${location.origin}/terms?version=${version}&changes&lang=${i18n.spoken}`
  const length = say.termsDiff.length
  return { text, entities: [{ kind: 'textLink', url, offset: text.length - length, length }] }
}

/** What the server says in two languages, the Persian first, by its half in the reader's language. */
function ownHalf(text: string): FormattedText | null {
  const halves = text.split('\n\n')
  if (halves.length !== 2) return null
  return plain((i18n.spoken === 'fa' ? halves[0] : halves[1]) ?? '')
}
