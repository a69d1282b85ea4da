// SPDX-License-Identifier: AGPL-3.0-or-later
import type { BrowseWords } from './words'

const plain = {
  title: 'کانال‌ها و گروه‌های عمومی',
  kind: 'چه نشان داده شود',
  channels: 'کانال‌ها',
  groups: 'گروه‌ها',
  join: 'پیوستن',
  ask: 'درخواست',
  open: 'باز کردن',
  asked: 'در انتظار',
  joinOf: (title: string) => `پیوستن به ${title}`,
  askOf: (title: string) => `درخواست عضویت در ${title}`,
  openOf: (title: string) => `باز کردن ${title}`,
  noChannels: 'هنوز کانال عمومی نیست',
  noGroups: 'هنوز گروه عمومی نیست',
  none: 'آنچه در این سرور عمومی شود اینجا می‌آید. نخستین را شما بسازید.',
  failed: 'فهرست نیامد.',
  again: 'دوباره',
  limited: 'صفحه‌ها پشت سر هم زیاد شد. کمی بعد دوباره بیازمایید.',
  older: 'این سرور هنوز چنین فهرستی ندارد',
  olderBody: 'عنوان یا نام عمومی را جست‌وجو کنید.',
}

export const makePersian = (): BrowseWords => ({
  ...plain,
})
