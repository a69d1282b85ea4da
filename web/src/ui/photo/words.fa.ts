// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { PhotoWords } from './words'

const plain = {
  add: 'افزودن عکس',
  change: 'تغییر عکس',
  choose: 'انتخاب عکس',
  camera: 'دوربین',
  view: 'دیدن عکس',
  remove: 'حذف عکس',
  removeTitle: 'این عکس حذف شود؟',
  removeBody: 'برای همه پاک می‌شود. اگر پیش از آن عکسی بوده، دوباره همان نشان داده می‌شود.',
  removeRoom: 'برای همه پاک می‌شود، از تاریخچه هم.',
  crop: 'کدام بخش دیده شود؟',
  cropHint: 'برای جابه‌جا کردن بکشید و با دو انگشت اندازه‌اش را تغییر دهید.',
  cropKeys:
    'برای جابه‌جا کردن بکشید و با چرخ ماوس اندازه‌اش را تغییر دهید. با کلیدهای جهت، + و − هم می‌شود؛ R می‌چرخاند.',
  cropArea: 'بخشی از عکس که دیده می‌شود',
  zoom: 'اندازه',
  turn: 'چرخاندن',
  use: 'همین عکس',
  unreadable: 'مرورگر این تصویر را نمی‌خواند. تصویری JPEG یا PNG بیازمایید.',
  small: 'این تصویر خیلی کوچک است. تصویری با دست‌کم ۶۴ پیکسل انتخاب کنید.',
  photos: 'عکس‌ها',
  previous: 'قبلی',
  next: 'بعدی',
  save: 'ذخیره',
  failed: 'عکس بار نشد.',
  changed: (who: string) => (who ? `${who} عکس را تغییر داد` : 'عکس تغییر کرد'),
  removed: (who: string) => (who ? `${who} عکس را برداشت` : 'عکس برداشته شد'),
  audience: 'چه کسی عکس‌های مرا ببیند',
  everybody: 'همه',
  contacts: 'مخاطبان من',
  nobody: 'هیچ‌کس',
  audienceHint: 'کسانی که مسدود کرده‌اید، و ناشناسان تا وقتی پاسخشان را نداده‌اید، هرگز آن را نمی‌بینند.',
}

export const makePersian = (format: Format): PhotoWords => ({
  ...plain,
  of: (n, all) => `${format.n(n)} از ${format.n(all)}`,
})
