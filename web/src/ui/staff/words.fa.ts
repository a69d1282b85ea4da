// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { StaffWords } from './words'

const dialog = {
  restrictTitle: (name: string) => `محدود کردن ${name}`,
  banTitle: (name: string) => `${name} کنار گذاشته شود؟`,
  banBody: 'از این گفتگو می‌رود و تا آن زمان نمی‌تواند برگردد. پیام‌هایش می‌مانند.',
  may: 'چه کارهایی بتواند بکند',
  until: 'تا',
  forMonth: 'یک ماه',
  custom: 'انتخاب تاریخ',
  day: (date: string) => `تا پایان ${date}`,
  reason: 'دلیل',
  reasonHint: 'خود او و مدیران می‌بینند، نه کس دیگر.',
  restrict: 'محدود کردن',
  ban: 'کنار گذاشتن',
  nothing: 'آنچه را می‌خواهید از او بگیرید خاموش کنید.',
}

const held = {
  none: 'کسی محدود یا کنار گذاشته نشده است',
  noneBody: 'از فهرست اعضا می‌توانید کسی را محدود کنید یا کنار بگذارید.',
  restricted: 'محدودشده‌ها',
  banned: 'کنارگذاشته‌ها',
  free: 'رفع محدودیت',
  unban: 'راه دادن دوباره',
  freeFor: (name: string) => `رفع محدودیت ${name}`,
  unbanFor: (name: string) => `راه دادن دوبارهٔ ${name}`,
  until: (when: string) => `تا ${when}`,
  endless: 'بی‌پایان',
  why: (note: string) => `دلیل: ${note}`,
}

const filters = {
  kind: 'نوع',
  person: 'مدیر',
  all: 'همه چیز',
  everyone: 'همه',
  members: 'اعضا',
  messages: 'پیام‌ها',
  settings: 'تنظیمات',
  entrance: 'پیوندها و درخواست‌ها',
  reports: 'گزارش‌ها',
}

const deeds = {
  none: 'هنوز کاری اینجا نشده است',
  noneBody: 'از این پس هر کاری که مالک و مدیران بکنند اینجا می‌آید.',
  noneSuch: 'چیزی از این دست نیست',
  noneSuchBody: 'نوع یا شخص دیگری انتخاب کنید.',
  note: 'فقط مالک و مدیران این را می‌خوانند.',
  server: 'سرور',
  nobody: 'کسی',
  restricted: (by: string, whom: string) => `${by}، ${whom} را محدود کرد`,
  banned: (by: string, whom: string) => `${by}، ${whom} را کنار گذاشت`,
  freed: (by: string, whom: string) => `${by} محدودیت ${whom} را برداشت`,
  unbanned: (by: string, whom: string) => `${by}، ${whom} را دوباره راه داد`,
  removed: (by: string, whom: string) => `${by}، ${whom} را بیرون کرد`,
  promoted: (by: string, whom: string) => `${by}، ${whom} را مدیر کرد`,
  changed: (by: string, whom: string) => `${by} اختیارهای ${whom} را تغییر داد`,
  dismissed: (by: string, whom: string) => `${by} اختیارهای مدیری ${whom} را گرفت`,
  handed: (by: string, whom: string) => `${by} مالکیت را به ${whom} سپرد`,
  offered: (by: string, whom: string) => `${by} مالکیت را به ${whom} پیشنهاد کرد`,
  declined: (by: string) => `${by} مالکیت را نپذیرفت`,
  accepted: (by: string) => `${by} مالکیت را پذیرفت`,
  asked: (by: string) => `${by} خواست بپیوندد`,
  letIn: (by: string, whom: string) => `${by}، ${whom} را پذیرفت`,
  turnedAway: (by: string, whom: string) => `${by}، ${whom} را نپذیرفت`,
  linkMade: (by: string) => `${by} پیوند دعوتی ساخت`,
  linkRevoked: (by: string) => `${by} پیوند دعوتی را باطل کرد`,
  photoSet: (by: string) => `${by} عکس را عوض کرد`,
  photoRemoved: (by: string) => `${by} عکس را برداشت`,
  pinned: (by: string) => `${by} پیامی را سنجاق کرد`,
  unpinned: (by: string) => `${by} سنجاق پیامی را برداشت`,
  edited: (by: string) => `${by} پیام کس دیگری را ویرایش کرد`,
  reported: 'یکی از اعضا چیزی را گزارش کرد',
  reportClosed: (by: string) => `${by} گزارشی را بست`,
  operator: 'گردانندهٔ این سرور دربارهٔ این گفتگو تصمیمی گرفت',
  unknown: (by: string) => `${by} کاری کرد که نسخهٔ تازه‌تر نشان می‌دهد`,
  of: (whom: string) => `از ${whom}`,
  taken: (rights: string) => `اجازه ندارد: ${rights}`,
  see: 'دیدن پیام',
}

const info = {
  title: (by: string, value: string) => `${by} نام را به «${value}» تغییر داد`,
  about: (by: string) => `${by} توضیح را تغییر داد`,
  name: (by: string, value: string) => `${by} نام عمومی را ${value} گذاشت`,
  nameless: (by: string) => `${by} آن را خصوصی کرد`,
  defaults: (by: string) => `${by} اختیارهای اعضا را تغییر داد`,
  slow: (by: string, value: string) => `${by} حالت آهسته را ${value} کرد`,
  slowOff: (by: string) => `${by} حالت آهسته را خاموش کرد`,
  signatures: (by: string) => `${by} نام نویسنده پای پیام‌ها را روشن کرد`,
  signaturesOff: (by: string) => `${by} نام نویسنده پای پیام‌ها را خاموش کرد`,
  history: (by: string) => `${by} پیام‌های پیشین را از اعضای تازه پنهان کرد`,
  historyOff: (by: string) => `${by} پیام‌های پیشین را به اعضای تازه نشان داد`,
  approval: (by: string) => `${by} پیوستن را با تأیید مدیر کرد`,
  approvalOff: (by: string) => `${by} پیوستن را بی‌تأیید کرد`,
}

export const makePersian = (f: Format): StaffWords => ({
  dialog,
  comma: '، ',
  held,
  filters,
  info,
  told: (chat, what) => `${chat}: ${what}`,
  deeds: {
    ...deeds,
    // Not by plural forms: in a name a # stands for itself.
    deleted: (by, count) =>
      count === 1 ? `${by} یک پیام را حذف کرد` : `${by}، ${f.n(count)} پیام را حذف کرد`,
  },
})
