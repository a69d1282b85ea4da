// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { MediaWords } from './words'

const menu = {
  media: 'عکس یا ویدئو',
  file: 'پرونده',
  camera: 'دوربین',
  place: 'مکان',
  contact: 'مخاطب',
}

const sheet = {
  caption: 'توضیح',
  add: 'افزودن',
  remove: 'برداشتن',
  earlier: 'جلوتر بردن',
  later: 'عقب‌تر بردن',
  asFile: 'فرستادن به‌صورت پرونده، بی‌تغییر',
  spoiler: 'پنهان تا هنگام لمس',
  hd: 'با کیفیت بالا',
  preparing: 'یک لحظه…',
  empty: 'چیزی در آن نیست',
  drop: 'پرونده‌ها را اینجا رها کنید تا فرستاده شوند',
  unreadable: (names: string) =>
    `این مرورگر نمی‌تواند ${names} را نشان دهد؛ به‌صورت پرونده و بی‌تغییر می‌رود و جای گرفتن عکس و مشخصات دوربین در آن می‌ماند.`,
}

const place = {
  title: 'مکان',
  here: 'جایی که اکنون هستم',
  finding: 'در حال یافتن جای شما…',
  denied: 'مرورگر جای شما را نمی‌گوید. مکان را خودتان بنویسید.',
  latitude: 'عرض جغرافیایی',
  longitude: 'طول جغرافیایی',
  name: 'نام مکان',
  wrong: 'عرض میان منفی نود تا نود و طول میان منفی صدوهشتاد تا صدوهشتاد است.',
  openMap: 'باز کردن در نقشه',
}

const data = {
  title: 'بار شدن خودکار',
  photos: 'عکس‌ها',
  gifs: 'گیف‌ها',
  mobile: 'با دادهٔ موبایل',
  other: 'با وای‌فای و شبکه‌های دیگر',
  saver: 'هرگاه مرورگر در مصرف داده صرفه‌جویی کند، چیزی خودبه‌خود بار نمی‌شود.',
  offer: 'از این پس عکس‌ها و گیف‌ها خودبه‌خود بار شوند؟',
  offerYes: 'بله، بار شوند',
  links: 'پیوندها',
  previews: 'پیش‌نمایش پیوندهایم دیده شود',
  linksNote: 'هنگامی که می‌نویسید، سرور به صفحه سر می‌زند. هیچ خواننده‌ای به آن سایت شناسانده نمی‌شود.',
}

const plain = {
  load: 'بار کردن',
  cut: 'نیمه‌کاره ماند. برای ادامه لمس کنید.',
  again: 'تلاش دوباره:',
  stop: 'توقف',
  save: 'ذخیره',
  play: 'پخش',
  pause: 'توقف بارگذاری',
  resume: 'ادامهٔ بارگذاری',
  cancel: 'لغو بارگذاری',
  reveal: 'پنهان: برای دیدن لمس کنید',
  gone: 'این دیگر اینجا نیست',
  failed: 'بار نشد. برای تلاش دوباره لمس کنید.',
  show: 'نمایش',
  write: 'نوشتن',
  viewer: 'عکس‌ها و ویدئوها',
  previous: 'قبلی',
  next: 'بعدی',
  zoomIn: 'بزرگ‌تر',
  zoomOut: 'کوچک‌تر',
  toMessage: 'نمایش در گفتگو',
}

export const makePersian = (f: Format): MediaWords => ({
  ...plain,
  menu,
  data,
  place,
  sheet: {
    ...sheet,
    title: {
      photo: (n) => f.plural(n, { one: 'فرستادن # عکس', other: 'فرستادن # عکس' }),
      video: (n) => f.plural(n, { one: 'فرستادن # ویدئو', other: 'فرستادن # ویدئو' }),
      gif: (n) => f.plural(n, { one: 'فرستادن # گیف', other: 'فرستادن # گیف' }),
      file: (n) => f.plural(n, { one: 'فرستادن # پرونده', other: 'فرستادن # پرونده' }),
      mixed: (n) => f.plural(n, { one: 'فرستادن # مورد', other: 'فرستادن # مورد' }),
    },
    tooLarge: (name, most) => `${name} از ${most} که این سرور می‌پذیرد بزرگ‌تر است.`,
    tooMany: (most) => `هر بار حداکثر ${f.n(most)} تا.`,
  },
  of: (index, total) => `${f.n(index)} از ${f.n(total)}`,
  upload: (sent, size) => `${sent} از ${size}`,
})
