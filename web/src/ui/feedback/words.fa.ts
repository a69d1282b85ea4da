// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import type { FeedbackWords } from './words'

export const makePersian = (f: Format): FeedbackWords => ({
  title: 'بازخورد',
  about:
    'به گردانندهٔ این سرور می‌رسد و فقط نوشتهٔ خودتان است: چیزی از گفتگوهایتان همراهش نمی‌رود. آنچه او با بیان خودش منتشر کند را همه می‌خوانند.',
  category: 'چیست؟',
  categories: { idea: 'پیشنهاد', problem: 'مشکل', other: 'دیگر' },
  text: 'نوشتهٔ شما',
  extra: 'نسخه و مرورگر هم فرستاده شود',
  send: 'فرستادن',
  list: 'فهرست همگانی',
  statuses: {
    new: 'تازه',
    planned: 'در برنامه',
    doing: 'در دست کار',
    done: 'انجام‌شده',
    declined: 'پذیرفته‌نشده',
  },
  wishes: {
    note: 'آنچه کاربران گفته‌اند و نتیجه‌اش، با بیان گردانندهٔ این سرور. اگر شما هم چیزی را می‌خواهید رأی بدهید: رأی‌ها شمرده می‌شود و کسی نمی‌بیند از کیست.',
    empty: 'هنوز چیزی منتشر نشده است',
    emptyBody: 'آنچه گرداننده از بازخوردها منتشر کند اینجا می‌آید.',
    meToo: 'من هم',
    votes: (n) => f.plural(n, { one: '# رأی', other: '# رأی' }),
    noVotes: 'هنوز بی‌رأی',
  },
  desk: {
    title: 'بازخوردها',
    note: 'این را فقط شما می‌خوانید و نمی‌بینید از کیست. آنچه با بیان خودتان منتشر کنید را همه با وضعیت و تاریخش می‌خوانند.',
    empty: 'هنوز بازخوردی نیست',
    refused: 'فقط برای گرداننده',
    refusedBody: 'این صفحه برای گردانندهٔ سرور باز می‌شود.',
    failed: 'بازخوردها خوانده نشد',
    number: (n) => `بازخورد ${f.n(n)}`,
    status: 'وضعیت',
    published: 'برای همه، با بیان شما',
    publishedHint: 'اگر خالی بماند، همگانی نیست.',
    save: 'ذخیره',
    saved: 'ذخیره شد.',
    isPublic: 'همگانی',
  },
  thanks: (number) => `سپاس از شما. شماره‌اش ${number} است.`,
})
