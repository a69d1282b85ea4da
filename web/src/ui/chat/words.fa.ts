// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { ChatWords } from './words'

const menu = {
  reply: 'پاسخ',
  quote: 'نقل‌قول',
  quoteHint: 'بخشی را که به آن پاسخ می‌دهید انتخاب کنید.',
  copy: 'کپی متن',
  forward: 'هدایت',
  edit: 'ویرایش',
  pin: 'سنجاق کردن',
  unpin: 'برداشتن سنجاق',
  select: 'انتخاب',
  readers: 'چه کسانی خوانده‌اند',
  readersNone: 'هنوز کسی نخوانده است، یا نشان نمی‌دهد.',
  readersHidden: 'شما خواندن خود را پنهان کرده‌اید، پس از دیگران هم نمی‌بینید. در تنظیمات، حریم خصوصی.',
  report: 'گزارش',
  remove: 'حذف',
  react: 'واکنش',
  reactMore: 'واکنش‌های دیگر',
  removeBody: 'از دید همهٔ افراد این گفتگو می‌رود و متن آن از سرور پاک می‌شود.',
  removeYes: 'حذف برای همه',
  removeOwnBody: 'از همهٔ دستگاه‌های شما می‌رود و متن آن از سرور پاک می‌شود.',
  removeOwnYes: 'حذف',
  removeBothBody: (name: string) =>
    `از دید شما و ${name} می‌رود و متن آن از سرور پاک می‌شود. سمت خودتان را فقط یک‌جا می‌توانید پاک کنید: با «حذف گفتگو» در منوی گفتگو.`,
  removeBothYes: 'حذف برای هر دو',
}

const plain = {
  failedBody: 'همین‌جا می‌ماند تا دوباره بفرستید یا کنارش بگذارید.',
  discard: 'کنار گذاشتن',
  lostEdit: 'پیامی که ویرایش کردید در این میان پاک شده است.',
  openLink: 'این نشانی باز شود؟',
  openLinkBody: 'متن و نشانی یکی نیستند. به اینجا می‌رود:',
  open: 'باز کردن',
  emptyDirect: (name: string) => `به ${name} سلام کنید.`,
  emptyGroup: 'نخستین پیام را بنویسید، یا با پیوند دعوت کسانی را بیاورید.',
  emptyChannel: 'نخستین پیام را منتشر کنید.',
  emptySaved: 'یادداشت‌ها، پیوندها و پیام‌های هدایت‌شده را اینجا نگه دارید. فقط شما آن‌ها را می‌بینید.',
}

const date = {
  title: 'رفتن به یک تاریخ',
  before: 'ماه پیش',
  after: 'ماه بعد',
  yearBefore: 'سال پیش',
  yearAfter: 'سال بعد',
  yearsBefore: 'سال‌های پیش‌تر',
  yearsAfter: 'سال‌های بعد',
  choose: 'گزینش ماه و سال',
  none: 'از آن روز به بعد پیامی نیست. این‌ها تازه‌ترین پیام‌ها هستند.',
  oldest: 'به آغاز گفتگو',
}

const lock = {
  operatorTitle: 'چه کسی این گفتگو را می‌خواند؟',
  operatorBody:
    'افراد این گفتگو، و از نظر فنی گردانندهٔ این سرور هم: پیام‌ها بدون رمزنگاری سرتاسری روی سرور می‌مانند. اینجا چیزی را بنویسید که در نامه‌ای می‌نوشتید که پستچی می‌توانست بازش کند.',
}

const forward = {
  title: 'هدایت به…',
  hideSource: 'پنهان کردن فرستندهٔ اصلی',
  done: 'هدایت شد',
  cannot: 'گفتگویی برای هدایت نیست',
}

export const makePersian = (f: Format): ChatWords => ({
  ...plain,
  requestsWaiting: (count) => f.plural(count, { one: '# درخواست عضویت', other: '# درخواست عضویت' }),
  menu: {
    ...menu,
    removeTitle: (count) =>
      f.plural(count, { one: 'این پیام برای همه حذف شود؟', other: '# پیام برای همه حذف شوند؟' }),
    removeOwnTitle: (count) => f.plural(count, { one: 'این پیام حذف شود؟', other: '# پیام حذف شوند؟' }),
    removeBothTitle: (count) =>
      f.plural(count, {
        one: 'این پیام برای هر دوی شما حذف شود؟',
        other: '# پیام برای هر دوی شما حذف شوند؟',
      }),
    selected: (count) => f.plural(count, { one: '# پیام انتخاب‌شده', other: '# پیام انتخاب‌شده' }),
  },
  gone: 'این پیام پاک شده است.',
  tagAlone: (tag) => `پیام دیگری با ${tag} در این نزدیکی نیست`,
  copy: 'کپی',
  spoken: { selected: 'انتخاب‌شده', comma: '، ' },
  newMessage: (name, text) => `${name}: ${text}`,
  lock,
  date,
  forward,
})
