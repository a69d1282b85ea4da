// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

/** How long something lasts: 0:07, 12:30, 1:02:03, in the digits of the reader. */
export function lasting(ms: number, format: Pick<Format, 'digits'>): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return format.digits(h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`)
}

/** A speed such as 1.5, in the digits of the reader. */
export function rateOf(rate: number, format: Pick<Format, 'digits'>): string {
  return format.digits(String(rate)).replace(/(?<=[۰-۹٠-٩])\.(?=[۰-۹٠-٩])/, '٫')
}
