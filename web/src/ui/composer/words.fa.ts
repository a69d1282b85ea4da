// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ComposerWords } from './words'

const emoji = {
  recent: 'به‌تازگی',
  smileys: 'چهره‌ها',
  people: 'آدم‌ها',
  nature: 'طبیعت',
  food: 'خوراک',
  things: 'چیزها',
  signs: 'نشانه‌ها',
}

const plain = {
  bold: 'درشت',
  italic: 'کج',
  underline: 'زیرخط',
  strike: 'خط‌خورده',
  spoiler: 'پنهان',
  mono: 'کد',
  quote: 'نقل‌قول',
  link: 'پیوند',
  linkAddress: 'نشانی',
  formatting: 'آرایش متن',
  mentions: 'اعضا',
}

const preview = { title: 'پیش‌نمایش پیوند', remove: 'بدون پیش‌نمایش بفرست' }

export const makePersian = (): ComposerWords => ({
  ...plain,
  preview,
  emoji,
})
