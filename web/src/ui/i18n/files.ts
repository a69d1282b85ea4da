// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Language } from './language'

/** Every language there is: whatever lies in catalogue/. */
export const files: Readonly<Record<string, () => Promise<Language>>> = import.meta.glob<Language>(
  './catalogue/*.ts',
)
