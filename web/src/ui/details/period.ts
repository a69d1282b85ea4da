// SPDX-License-Identifier: AGPL-3.0-or-later
import { words } from './words'

/** A length of time in its largest whole unit. */
export function period(seconds: number): string {
  if (seconds === 0) return words().slowOff
  if (seconds % 3600 === 0) return words().hours(seconds / 3600)
  return seconds % 60 === 0 ? words().minutes(seconds / 60) : words().seconds(seconds)
}
