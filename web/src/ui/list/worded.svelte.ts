// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FormattedText, Wording } from '../../model'

/** The words of what the server says come with the first such message; until then its own text stands. */
let say = $state.raw<((wording: Wording, text: string) => FormattedText | null) | null>(null)
let asked = false

/** What the server says, in the reader's words; null for a code that is not known, or not yet. */
export function worded(wording: Wording, text: string): FormattedText | null {
  if (!asked) {
    asked = true
    import('../report/told').then(
      (module) => {
        say = module.told
      },
      () => {
        asked = false
      },
    )
  }
  return say?.(wording, text) ?? null
}
