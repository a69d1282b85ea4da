// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { StorageWords } from './words'

const plain = {
  kinds: {
    messages: 'پیام‌ها',
    photos: 'عکس‌ها',
    videos: 'ویدئوها و گیف‌ها',
    files: 'پرونده‌ها',
    voice: 'پیام‌های صوتی',
    music: 'موسیقی',
    app: 'خود برنامه',
  },
  received: 'دریافت',
  sent: 'فرستادن',
  total: 'روی هم',
  reset: 'شمارش از نو',
  resetTitle: 'شمارش از نو آغاز شود؟',
  resetBody: 'آنچه تاکنون شمرده شده فراموش می‌شود. چیز دیگری تغییر نمی‌کند.',
  spentNote: 'شمردهٔ همین برنامه روی همین دستگاه. آنچه مرورگر از پیش دارد مصرفی ندارد.',
  byKind: 'برحسب نوع',
  byChat: 'برحسب گفتگو',
  keptNote: 'آنچه پاک شود دوباره بار می‌شود. پیش‌نویس‌ها و آنچه هنوز فرستاده نشده می‌مانند.',
  appNote: 'می‌ماند تا برنامه بدون شبکه هم آغاز شود.',
  nothing: 'هنوز چیزی نگه داشته نشده',
  loads: 'گزینش آنچه خودبه‌خود بار می‌شود',
  nothingBody: 'عکس‌ها، پرونده‌ها و پیام‌های بارشده اینجا می‌مانند تا دوباره بار نشوند.',
  cleanTitle: 'پاک شود؟',
  choose: 'آنچه را باید پاک شود برگزینید',
  cleaned: 'پاک شد',
  failed: 'خوانده نشد',
  again: 'تلاش دوباره',
  saved: 'پیام‌های ذخیره‌شده',
  unknown: 'گفتگویی که دیگر اینجا نیست',
}

export const makePersian = (f: Format): StorageWords => ({
  ...plain,
  since: (day) => `از ${day}`,
  clean: (size) => `پاک کردن ${size}`,
  cleanBody: (size) => `${size} از این دستگاه پاک می‌شود و دوباره از سرور بار می‌شود.`,
  of: (part, whole) => `${part} از ${whole}`,
  share: (percent) => `${f.n(percent)}٪`,
  about: (size) => `حدود ${size}`,
})
