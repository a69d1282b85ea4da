// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ConditionView } from '../../model'
import type { Format } from '../i18n/format'
import type { AdminWords } from './words'

const hour = 3_600_000

/** How old something is, in words. */
export function age(ms: number, w: AdminWords): string {
  if (ms >= 48 * hour) return w.daysOld(Math.floor(ms / (24 * hour)))
  return ms >= hour ? w.hoursOld(Math.floor(ms / hour)) : w.fresh
}

/** What a condition measured, in words; empty where its code has no number. */
export function measured(condition: Pick<ConditionView, 'code' | 'value'>, w: AdminWords, f: Format): string {
  const { code, value } = condition
  if (code.startsWith('disk_')) return w.free(f.bytes(value))
  if (code === 'certificate_ends' || code === 'certificate_expired') return w.until(f.date(value))
  if (code === 'backup_old') return age(value * 1000, w)
  if (code === 'clock_behind') return w.behind(Math.ceil(value / 60))
  return ''
}
