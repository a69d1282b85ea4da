// SPDX-License-Identifier: AGPL-3.0-or-later

const DAY = 86_400_000

/**
 * When an account is shown to have been made. The server tells no more than the day, as it is at Greenwich:
 * while that lasts it may have been now, whatever the day is here; after it, the middle stands for the whole.
 */
export function born(day: number, now = Date.now()): number {
  return now < day + DAY ? now : day + DAY / 2
}
