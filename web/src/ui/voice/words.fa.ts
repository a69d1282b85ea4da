// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { VoiceWords } from './words'

const recorder = {
  record: 'ضبط پیام صوتی',
  recordHint: 'برای ضبط نگه دارید، یا یک بار بزنید تا بی‌نگه‌داشتن ضبط شود',
  slideToCancel: 'برای لغو بکشید',
  lock: 'برای قفل‌کردن بالا بکشید',
  stop: 'توقف و شنیدن',
  discard: 'دور انداختن',
  send: 'فرستادن پیام صوتی',
  asking: 'میکروفون را مجاز کنید…',
  begun: 'در حال ضبط',
  longest: 'پیام صوتی از این بلندتر نمی‌شود. به آن گوش دهید و بعد بفرستیدش.',
  tooLarge: 'این صدا بزرگ‌تر از آن است که این سرور می‌پذیرد.',
}

const refused = {
  refused: 'مرورگر به این صفحه اجازهٔ میکروفون نمی‌دهد. در تنظیمات سایت مجازش کنید و دوباره بیازمایید.',
  noMicrophone: 'این دستگاه میکروفون ندارد.',
  unsupported: 'این مرورگر نمی‌تواند صدا ضبط کند.',
  failed: 'میکروفون در دسترس نیست. شاید برنامهٔ دیگری آن را گرفته است.',
}

const player = {
  voice: 'پیام صوتی',
  play: 'پخش',
  pause: 'مکث',
  position: 'جای پخش',
  close: 'توقف و بستن',
  toMessage: 'نمایش پیام',
  next: 'بعدی',
  previous: 'قبلی',
  playlist: 'آهنگ‌های این گفتگو',
  noMusic: 'آهنگ دیگری در این گفتگو نیست.',
  player: 'پخش‌کننده',
  music: 'آهنگ',
  unknownPerformer: 'هنرمند ناشناس',
  cannotPlay: 'این صدا پخش نشد. ذخیره‌اش کنید و با برنامهٔ دیگری بازش کنید.',
}

export const makePersian = (f: Format): VoiceWords => ({
  recording: 'در حال ضبط صدا…',
  recordingNames: (names) =>
    names.length === 1
      ? `${names[0]} صدا ضبط می‌کند…`
      : names.length === 2
        ? `${names[0]} و ${names[1]} صدا ضبط می‌کنند…`
        : `${f.n(names.length)} نفر صدا ضبط می‌کنند…`,
  ...recorder,
  ...refused,
  ...player,
  speed: (rate) => `سرعت ${rate} برابر`,
  at: (time, whole) => `${time} از ${whole}`,
})
