// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { AdminWords } from './words'

/** What is the matter, and what to do. */
const conditions = {
  store_unreadable: {
    what: 'انبار پیام‌ها خوانده نمی‌شود',
    remedy: 'دیسک خراب است یا کسی پوشهٔ داده‌ها را جابه‌جا کرده. علتش در زیر آمده؛ به dmesg هم نگاه کنید.',
  },
  data_unwritable: {
    what: 'در پوشهٔ داده‌ها نوشته نمی‌شود',
    remedy: 'دیسک پر، فقط‌خواندنی یا خراب است. علتش در زیر آمده؛ به dmesg هم نگاه کنید.',
  },
  stopping: { what: 'سرور دارد خاموش می‌شود', remedy: 'با راه‌اندازی دوباره برمی‌گردد.' },
  certificate_ends: {
    what: 'گواهی به‌زودی پایان می‌یابد',
    remedy: 'باید خودش تازه می‌شد. آیا درگاه ۸۰ و نام سرور هنوز به این دستگاه می‌رسند؟',
  },
  certificate_expired: {
    what: 'گواهی پایان یافته است',
    remedy: 'برنامه‌ها و مرورگرها دیگر وصل نمی‌شوند. آیا درگاه ۸۰ و نام سرور هنوز به این دستگاه می‌رسند؟',
  },
  certificate_missing: {
    what: 'هنوز گواهی‌ای نیست',
    remedy: 'آیا نام سرور به این دستگاه می‌رسد و درگاه‌های ۸۰ و ۴۴۳ به رویش بازند؟ گزارش سیستم بیشتر می‌گوید.',
  },
  backup_unlisted: {
    what: 'پشتیبان‌ها فهرست نمی‌شوند',
    remedy: 'آیا سرور اجازهٔ خواندن پوشهٔ backup.dir را دارد و دیسکش وصل است؟',
  },
  backup_none: {
    what: 'هنوز پشتیبانی گرفته نشده',
    remedy: 'همین حالا در پایین یکی بگیرید. اگر نشود، علتش همین‌جا می‌آید.',
  },
  backup_old: {
    what: 'تازه‌ترین پشتیبان کهنه است',
    remedy: 'شب‌های گذشته نشده یا ساعت درست نیست. همین حالا در پایین یکی بگیرید.',
  },
  backup_failed: {
    what: 'آخرین پشتیبان‌گیری نشد',
    remedy: 'بیشتر وقت‌ها جا نیست یا سرور اجازهٔ نوشتن ندارد. تا یک ساعت دیگر دوباره آزموده می‌شود.',
  },
  disk_data_low: {
    what: 'دیسک داده‌ها دارد پر می‌شود',
    remedy: 'پشتیبان‌ها را به دیسک دیگری ببرید، چیزهای دیگر را پاک کنید یا دیسک بزرگ‌تری بگیرید.',
  },
  disk_data_full: {
    what: 'دیسک نزدیک است پر شود و چیز تازه‌ای پذیرفته نمی‌شود',
    remedy: 'می‌شود خواند و حذف کرد، ولی نمی‌شود نوشت. همین حالا جا باز کنید؛ خودش به راه می‌افتد.',
  },
  disk_backups_low: {
    what: 'دیسک پشتیبان‌ها دارد پر می‌شود',
    remedy: 'شاید پشتیبان بعدی جا نشود. کمتر نگه دارید (backup.keep) یا دیسک دیگری بگذارید.',
  },
  media_unreachable: {
    what: 'عکس‌ها، ویدئوها و پرونده‌ها در دسترس نیستند',
    remedy:
      'پیام‌ها می‌روند و می‌آیند و بارگذاری‌ها منتظر می‌مانند. درگاه انبار روشن است و دیسک media.dir وصل؟ علت در زیر آمده است.',
  },
  media_foreign: {
    what: 'سرور دیگری انبار عکس‌ها و پرونده‌ها را پاک‌سازی می‌کند',
    remedy:
      'این سرور نگه می‌دارد و نشان می‌دهد، ولی چیزی پاک نمی‌کند. پس از بازگردانی تا یک هفته صبر کنید؛ وگرنه پیشوند (prefix) دیگری به آن بدهید.',
  },
  clock_behind: {
    what: 'ساعت سرور درست نیست',
    remedy: 'از آنچه پیش‌تر ثبت شده عقب‌تر است. بگذارید سیستم آن را تنظیم کند (timedatectl).',
  },
}

export const makePersian = (f: Format): AdminWords => ({
  title: 'وضعیت سرور',
  refused: 'فقط برای گرداننده',
  refusedBody: 'این صفحه از کل سرور می‌گوید و برای گردانندهٔ آن باز می‌شود.',
  failed: 'وضعیت خوانده نشد',
  fine: 'همه‌چیز روبه‌راه است',
  fineBody: 'چیزی نیست که رسیدگی بخواهد.',
  problem: 'سرور را از کار بازمی‌دارد',
  warning: 'رسیدگی می‌خواهد',
  updated: (time) => `به‌روزشده در ساعت ${time}`,
  conditions,
  free: (bytes) => `${bytes} خالی`,
  freeOf: (bytes, total) => `${bytes} از ${total} خالی`,
  until: (date) => `تا ${date}`,
  daysOld: (days) => f.plural(days, { one: '# روز پیش', other: '# روز پیش' }),
  hoursOld: (hours) => f.plural(hours, { one: '# ساعت پیش', other: '# ساعت پیش' }),
  fresh: 'کمتر از یک ساعت پیش',
  daysLeft: (days) => f.plural(days, { one: '# روز مانده', other: '# روز مانده' }),
  behind: (minutes) => f.plural(minutes, { one: '# دقیقه عقب', other: '# دقیقه عقب' }),
  load: 'اکنون',
  people: 'افراد آنلاین',
  connections: 'اتصال‌ها',
  perMinute: 'ثبت در دقیقه',
  cpu: 'پردازنده',
  ofCores: (cores) => f.plural(cores, { one: 'از # هسته', other: 'از # هسته' }),
  memory: 'حافظه',
  ofMemory: (bytes) => `از ${bytes}`,
  growth: 'سی روز گذشته',
  counting: 'هنوز می‌شمارد…',
  messages: 'پیام‌ها',
  accounts: 'حساب‌های تازه',
  chats: 'گفتگوهای تازه',
  accountsAll: 'همهٔ حساب‌ها',
  entriesAll: 'همهٔ پیام‌ها و رویدادها',
  chart: (what, sum, most, day) => `${what}: ${sum} در سی روز، بیشترین ${most} در ${day}`,
  chartNone: (what) => `${what}: هیچ در سی روز`,
  storage: 'فضا',
  database: 'پایگاه داده',
  log: 'پروندهٔ ثبت پیش از نوشتن (WAL)',
  disk: { data: 'دیسک داده‌ها', backups: 'دیسک پشتیبان‌ها' },
  marks: (warn, stop) => `زیر ${warn} هشدار می‌دهد و زیر ${stop} چیز تازه‌ای نمی‌پذیرد`,
  mark: (warn) => `زیر ${warn} هشدار می‌دهد`,
  backups: 'پشتیبان‌ها',
  newest: 'تازه‌ترین',
  noBackup: 'هنوز هیچ',
  noBackups: 'پشتیبان گرفته نمی‌شود، چون backup.keep صفر است. هرچه بر سر این دیسک بیاید بر سر همه‌چیز می‌آید.',
  kept: 'نگه‌داشته‌شده',
  keptOf: (count, keep, bytes) => `${f.n(count)} از ${f.n(keep)}، ${bytes}`,
  pushes: 'اعلان‌ها',
  pushDevices: 'دستگاه‌هایی که خبر می‌شوند',
  pushTaken: 'از آغاز به سرویس‌های اعلان رسیده',
  pushLost: (n) => `${f.n(n)} پذیرفته نشده یا جا مانده`,
  pushWaiting: 'در انتظار',
  pushUnreachable: 'آخرین تلاش‌ها به هیچ سرویس اعلانی نرسید. سرور راهی به بیرون روی درگاه ۴۴۳ می‌خواهد.',
  noPushes: 'در تنظیمات خاموش است: push روی off است.',
  nextBackup: 'بعدی',
  backUp: 'همین حالا پشتیبان بگیر',
  backingUp: 'پشتیبان گرفته می‌شود…',
  backupNote:
    'پشتیبان هرچه را سرور دارد خوانا در خود دارد، پس اینجا دریافت نمی‌شود. جایش پوشهٔ backup.dir است.',
  certificate: 'گواهی',
  noCertificate: 'نیست: این سرور بی‌رمز (HTTP) حرف می‌زند یا گواهی نزد پراکسی جلوی آن است.',
  versions: 'نسخه‌ها',
  version: 'این سرور',
  running: 'روشن از',
  protocol: 'پروتکل',
  clients: 'برنامه‌های وصل',
  nameless: 'بی‌نام',
  count: (n) => f.plural(n, { one: '# اتصال', other: '# اتصال' }),
  outdated: 'نسخه‌ای نیست که این سرور می‌دهد',
})
