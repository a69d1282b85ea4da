// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { SharedWords } from './words'

const plain = {
  tabs: 'نوع‌ها',
  kinds: {
    pictures: 'عکس و ویدئو',
    files: 'پرونده‌ها',
    links: 'پیوندها',
    music: 'موسیقی',
    voice: 'صدا',
    gifs: 'گیف',
  },
  none: {
    pictures: 'هنوز عکس یا ویدئویی نیست',
    files: 'هنوز پرونده‌ای نیست',
    links: 'هنوز پیوندی نیست',
    music: 'هنوز موسیقی‌ای نیست',
    voice: 'هنوز پیام صوتی‌ای نیست',
    gifs: 'هنوز گیفی نیست',
  },
  noneBody: 'هرچه در این گفتگو فرستاده شود، اینجا گرد می‌آید.',
  here: 'بدون دسترسی به سرور: فقط آنچه روی این دستگاه است.',
  failed: 'بار نشد',
  again: 'تلاش دوباره',
  photo: 'عکس',
  video: 'ویدئو',
  hidden: 'پنهان',
  gif: 'گیف',
  show: 'بار کردن تصویرها',
  showNote: 'تصویرها هنگامی بار می‌شوند که بخواهید.',
  toMessage: 'نمایش در گفتگو',
  toChat: 'به گفتگو',
}

export const makePersian = (f: Format): SharedWords => ({
  ...plain,
  counts: {
    pictures: (n) => f.plural(n, { one: '# عکس و ویدئو', other: '# عکس و ویدئو' }),
    files: (n) => f.plural(n, { one: '# پرونده', other: '# پرونده' }),
    links: (n) => f.plural(n, { one: '# پیام با پیوند', other: '# پیام با پیوند' }),
    music: (n) => f.plural(n, { one: '# قطعه', other: '# قطعه' }),
    voice: (n) => f.plural(n, { one: '# پیام صوتی', other: '# پیام صوتی' }),
    gifs: (n) => f.plural(n, { one: '# گیف', other: '# گیف' }),
  },
  indexing: (percent) => `سرور هنوز پیام‌های قدیمی را می‌خواند: تاکنون ${f.n(percent)}٪ از آن‌ها یافتنی است.`,
})
