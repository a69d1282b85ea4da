// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { SearchWords } from './words'

const plain = {
  messages: 'پیام‌ها',
  recent: 'جست‌وجوهای اخیر',
  forget: 'پاک کردن',
  more: 'بیشتر نشان بده',
  here: 'شبکه نیست: فقط آنچه روی این دستگاه است جست‌وجو شد.',
  failed: 'جست‌وجو به نتیجه نرسید.',
  again: 'دوباره',
  limited: 'جست‌وجوها پشت سر هم زیاد شد. کمی بعد دوباره بیازمایید.',
  tooLong: 'این عبارت برای جست‌وجو بلند است.',
  off: 'گردانندهٔ این سرور جست‌وجو را خاموش کرده است.',
  looking: 'در حال جست‌وجو…',
  none: 'پیدا نشد',
  older: 'پیام قدیمی‌تر',
  newer: 'پیام تازه‌تر',
  close: 'بستن جست‌وجو',
  inChat: 'جست‌وجو در این گفتگو',
  from: 'نوشتهٔ چه کسی',
  anyone: 'همه',
  me: 'شما',
  when: 'چه زمانی',
  always: 'هر زمان',
  day: '۲۴ ساعت گذشته',
  week: 'هفتهٔ گذشته',
  month: 'ماه گذشته',
  year: 'سال گذشته',
}

export const makePersian = (f: Format): SearchWords => ({
  ...plain,
  day: f.digits(plain.day),
  indexing: (percent: number) =>
    `پیام‌های قدیمی‌تر هنوز فهرست می‌شوند (${f.n(percent)}٪) و شاید همه پیدا نشوند.`,
  place: (at: number, total: number) => `${f.n(at)} از ${f.n(total)}${total >= 1000 ? '+' : ''}`,
})
