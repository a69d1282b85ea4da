// SPDX-License-Identifier: AGPL-3.0-or-later
// Made by `make generate`; do not edit.

export type FeatureMark = 'stable' | 'beta' | 'experimental'

/** What people can do, and how far it is. */
export const features = {
  chats: {
    mark: 'stable',
    en: 'Direct chats, groups and channels',
    fa: 'گفتگوی دونفره، گروه و کانال',
  },
  messages: {
    mark: 'stable',
    en: 'Replies, quotes, edits, deletions, reactions, forwards and pins',
    fa: 'پاسخ، نقل‌قول، ویرایش، حذف، واکنش، هدایت و سنجاق',
  },
  offline: {
    mark: 'stable',
    en: 'Reading and writing without a network',
    fa: 'خواندن و نوشتن بدون شبکه',
  },
  devices: {
    mark: 'stable',
    en: 'Several devices, and a recovery code',
    fa: 'چند دستگاه، و کد بازیابی',
  },
  backups: {
    mark: 'stable',
    en: 'Nightly backups, and restoring them',
    fa: 'پشتیبان‌گیری شبانه و بازگرداندن آن',
  },
  protocol: {
    mark: 'stable',
    en: 'The protocol for other programs',
    fa: 'پروتکل برای برنامه‌های دیگر',
  },
  media: {
    mark: 'beta',
    en: 'Photos, videos, GIFs, files and voice messages',
    fa: 'عکس، ویدئو، گیف، پرونده و پیام صوتی',
  },
  search: {
    mark: 'beta',
    en: 'Searching messages',
    fa: 'جست‌وجو در پیام‌ها',
  },
  previews: {
    mark: 'beta',
    en: 'Previews of links',
    fa: 'پیش‌نمایش پیوندها',
  },
  directory: {
    mark: 'beta',
    en: 'The directory of public groups and channels',
    fa: 'فهرست گروه‌ها و کانال‌های عمومی',
  },
  import: {
    mark: 'beta',
    en: 'Importing channels and groups from Telegram',
    fa: 'درون‌ریزی کانال و گروه از تلگرام',
  },
  push: {
    mark: 'beta',
    en: 'Notifications while the app is closed',
    fa: 'اعلان، وقتی برنامه بسته است',
  },
  people: {
    mark: 'beta',
    en: 'Personal links, contacts and groups in common',
    fa: 'پیوند شخصی، مخاطبان و گروه‌های مشترک',
  },
  signup: {
    mark: 'beta',
    en: 'Sign-up by invitation',
    fa: 'ثبت‌نام با دعوت',
  },
  security: {
    mark: 'beta',
    en: 'Notices of new devices, and a second factor',
    fa: 'خبر دستگاه تازه، و عامل دوم',
  },
  deletion: {
    mark: 'beta',
    en: 'Deleting an account',
    fa: 'حذف حساب',
  },
  passkeys: {
    mark: 'beta',
    en: 'Passkeys',
    fa: 'کلید عبور',
  },
  reports: {
    mark: 'beta',
    en: 'Reports, decisions and appeals',
    fa: 'گزارش، تصمیم و اعتراض',
  },
  terms: {
    mark: 'beta',
    en: 'Terms and rules in versions',
    fa: 'شرایط و قاعده‌های نسخه‌دار',
  },
  feedback: {
    mark: 'beta',
    en: 'Feedback, and its public list',
    fa: 'بازخورد، و فهرست همگانی آن',
  },
  status: {
    mark: 'beta',
    en: 'Status and alarms for the operator',
    fa: 'وضعیت و هشدار برای گرداننده',
  },
  organisation: {
    mark: 'experimental',
    en: 'Sign-in by the provider of an organisation',
    fa: 'ورود با سامانهٔ سازمان',
  },
  review: {
    mark: 'experimental',
    en: 'Sign-up that the operator approves',
    fa: 'ثبت‌نام با تأیید گرداننده',
  },
  client: {
    mark: 'experimental',
    en: 'The Go client as a library',
    fa: 'کتابخانهٔ Go برای برنامه‌نویسان',
  },
} as const satisfies Record<string, { mark: FeatureMark; en: string; fa: string }>
