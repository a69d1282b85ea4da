// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const plain = {
  free: 'This name is free.',
  letters: 'Only Latin letters, digits and underscores.',
  begins: 'It begins with a letter.',
  underscores: 'No two underscores in a row, and none at the end.',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  short: (least: number) => `At least ${f.n(least)} characters.`,
})
