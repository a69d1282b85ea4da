// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FeedbackWords } from './words'

export const makePersian = (): FeedbackWords => ({
  title: 'بازخورد',
  about:
    'به گردانندهٔ این سرور می‌رسد و فقط نوشتهٔ خودتان است: چیزی از گفتگوهایتان همراهش نمی‌رود. آنچه او با بیان خودش منتشر کند را همه می‌خوانند.',
  category: 'چیست؟',
  categories: { idea: 'پیشنهاد', problem: 'مشکل', other: 'دیگر' },
  text: 'نوشتهٔ شما',
  extra: 'نسخه و مرورگر هم فرستاده شود',
  send: 'فرستادن',
  list: 'فهرست همگانی',
  thanks: (number) => `سپاس از شما. شماره‌اش ${number} است.`,
})
