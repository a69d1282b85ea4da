// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ComposerWords } from './words'

const emoji = {
  recent: 'به‌تازگی',
  smileys: 'چهره‌ها',
  people: 'آدم‌ها',
  nature: 'طبیعت',
  food: 'خوراک',
  activities: 'سرگرمی‌ها',
  travel: 'جاها',
  things: 'چیزها',
  signs: 'نشانه‌ها',
  flags: 'پرچم‌ها',
}

const signs = {
  search: 'جست‌وجوی شکلک',
  clear: 'پاک کردن',
  none: 'شکلکی پیدا نشد',
  tones: 'رنگ پوست',
  tone: ['بی‌رنگ پوست', 'روشن', 'کمی روشن', 'میانه', 'کمی تیره', 'تیره'],
  hasTones: 'برای رنگ پوست نگه دارید یا با دکمهٔ دیگر موش بزنید',
}

const plain = {
  sendSilent: 'فرستادن بی‌صدا',
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

const closed = {
  channelMuted: 'با صدا کردن',
  channelUnmuted: 'بی‌صدا کردن',
  requested: 'درخواست عضویت شما در انتظار پذیرش است',
  restricted: 'می‌توانید بخوانید، اما نمی‌توانید بنویسید',
  restrictedUntil: (when: string) => `تا ${when} نمی‌توانید اینجا بنویسید`,
  bannedUntil: (when: string) => `تا ${when} از این گفتگو کنار گذاشته شده‌اید`,
  banned: 'از این گفتگو کنار گذاشته شده‌اید',
  why: (note: string) => `دلیل: ${note}`,
  removedTitle: 'این گفتگو دیگر اینجا نیست',
  removedBody: 'آن را ترک کرده‌اید، کنار گذاشته شده‌اید، یا حذف شده است.',
  blockedByMe: 'این شخص را مسدود کرده‌اید',
  unblock: 'رفع مسدودی',
  left: 'دیگر در این گفتگو نیستید',
  deletedAccount: 'این حساب حذف شده است',
  serverOnly: 'اینجا فقط سرور می‌نویسد',
  enough: 'پیام‌های شما در انتظار پذیرش است. پس از آن می‌توانید باز هم بنویسید.',
}

const preview = { title: 'پیش‌نمایش پیوند', remove: 'بدون پیش‌نمایش بفرست' }

export const makePersian = (): ComposerWords => ({
  ...plain,
  closed,
  slow: (time: string) => `حالت آهسته: تا پیام بعدی ${time}`,
  preview,
  emoji,
  signs,
})
