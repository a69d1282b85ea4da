// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { NameWords } from './words'

const plain = {
  free: 'این نام آزاد است.',
  letters: 'فقط حرف لاتین، رقم و زیرخط.',
  begins: 'با حرف آغاز می‌شود.',
  underscores: 'دو زیرخط پشت سر هم نمی‌آید، و زیرخط در پایان هم نه.',
}

export const makePersian = (f: Format): NameWords => ({
  ...plain,
  short: (least) => `دست‌کم ${f.n(least)} نویسه.`,
})
