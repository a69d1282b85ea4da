// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PeopleWords } from './words'

const plain = {
  empty: 'هنوز مخاطبی ندارید',
  emptyBody: 'افراد را از نمایه‌شان بیفزایید. این فهرست و نام‌هایی را که می‌گذارید فقط شما می‌بینید.',
  search: 'جست‌وجوی مخاطبان',
  nobody: 'کسی با این نام در فهرست شما نیست',
  add: 'افزودن به مخاطبان',
  edit: 'تغییر نامی که گذاشته‌ام',
  remove: 'حذف از مخاطبان',
  removeTitle: (name: string) => `${name} از مخاطبان شما حذف شود؟`,
  removeBody: 'گفتگوی شما می‌ماند. نامی که گذاشته بودید فراموش می‌شود.',
  removed: 'از مخاطبان شما حذف شد',
  privateName: 'نامی که شما می‌گذارید',
  privateNameHint: (name: string) =>
    `فقط شما می‌بینید، روی همهٔ دستگاه‌هایتان. اگر خالی بماند ${name} است، همان که خودش گذاشته.`,
  publicName: (name: string) => `نامی که خودش گذاشته: ${name}`,
  renamed: (from: string, to: string) => `${from} نامش را به ${to} تغییر داد.`,
  usernameChanged: (from: string, to: string) => `نام کاربری‌اش ${from} بود و اکنون ${to} است.`,
  usernameNew: (to: string) => `نام کاربری‌اش اکنون ${to} است.`,
  usernameGone: (from: string) => `نام کاربری ${from} را رها کرد.`,
  photoChanged: 'عکس تازه‌ای گذاشت.',
  seen: 'دیدم',
  mutual: 'گروه‌های مشترک',
  write: 'نوشتن پیام',
  profile: 'نمایه',
  self: 'این پیوند به خود شما می‌رسد.',
  bad: 'این پیوند به کسی نمی‌رسد',
  badBody: 'شاید عوض یا برداشته شده باشد. پیوند تازه‌ای بخواهید.',
  limited: 'نام‌های زیادی جسته‌اید. آشنایانتان همچنان پیدا می‌شوند؛ برای دیگران کمی صبر کنید.',
  openLink: 'باز کردن این پیوند',
  myLinkBody:
    'هر کس این پیوند را داشته باشد می‌تواند به شما پیام بدهد، حتی اگر با نام کاربری پیدا نشوید. شماره‌ای در آن نیست.',
  share: 'هم‌رسانی',
  renew: 'عوض کردن پیوند',
  renewTitle: 'پیوند شما عوض شود؟',
  renewBody: 'پیوند پیشین و کد آن بی‌درنگ از کار می‌افتد. هر کس شما را پیدا کرده می‌ماند.',
  takeDown: 'برداشتن پیوند',
  takeDownTitle: 'پیوند شما برداشته شود؟',
  takeDownBody: 'دیگر کسی با آن پیدایتان نمی‌کند. هر زمان می‌توانید پیوند تازه‌ای بسازید.',
  noLink: 'پیوندی ندارید',
  noLinkBody: 'با پیوند، و کدی که دوربین می‌خواند، بدون شمارهٔ تلفن پیدایتان می‌کنند.',
  makeLink: 'ساختن پیوند',
}

const request = {
  body: (name: string) => `تا نپذیرید، ${name} نمی‌بیند که پیامش را خوانده‌اید یا آنلاین هستید.`,
  since: (when: string) => `ساخته شدن حساب: ${when}`,
  common: (names: string) => `گروه‌های مشترک: ${names}`,
  comma: '، ',
  noCommon: 'گروه مشترکی ندارید',
  accept: 'پذیرفتن',
  removeTitle: 'این درخواست حذف شود؟',
  block: 'مسدود کردن',
  blockBody: 'این درخواست حذف می‌شود و او دیگر نمی‌تواند به شما بنویسد.',
}

export const makePersian = (): PeopleWords => ({
  ...plain,
  request,
})
