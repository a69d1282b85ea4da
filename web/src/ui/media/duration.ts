// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

/** A length of time as players show it: 0:07, 12:34, 1:02:03. */
export function clock(ms: number, f: Format): string {
  const all = Math.max(0, Math.round(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  const text = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
  return f.digits(text)
}
