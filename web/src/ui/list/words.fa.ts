// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ListWords } from './words'

const plain = {
  invitations: 'دعوت‌ها',
  invited: 'شما دعوت شده‌اید',
  offeredGroup: 'مالکیت این گروه به شما پیشنهاد شده است',
  offeredChannel: 'مالکیت این کانال به شما پیشنهاد شده است',
  invitedBy: (name: string) => `${name} شما را دعوت کرده است`,
  accept: 'پیوستن',
  decline: 'نمی‌پذیرم',
  find: 'یافتن کانال یا باز کردن پیوند',
  browse: 'کانال‌ها و گروه‌های عمومی',
  bring: 'آوردن از تلگرام',
  bringBody:
    'کانال یا گروه با تاریخچه، عکس‌ها و پرونده‌هایش به اینجا می‌آید. در Telegram Desktop از منوی آن «Export chat history» را با قالب JSON برگزینید.',
  bringAsk: 'پوشه را به گردانندهٔ این سرور بدهید: او آن را می‌آورد و اینجا از آن شماست.',
  bringOperator: 'سپس پوشه را در خود سرور بیاورید:',
  people: 'افراد',
  publicChats: 'گفتگوهای عمومی',
  nothingFound: 'چیزی پیدا نشد',
  nothingFoundBody: (words: string) =>
    `هیچ گفتگو یا پیامی با «${words}» نمی‌خواند. افراد فقط با نام کاربری دقیق پیدا می‌شوند.`,
  pin: 'سنجاق کردن',
  unpin: 'برداشتن سنجاق',
  markRead: 'خوانده نشان بده',
  markUnread: 'نخوانده نشان بده',
  archived: 'به بایگانی رفت',
  unarchived: 'از بایگانی بیرون آمد',
  removeRequestBody: 'فقط برای شما حذف می‌شود و فرستنده باخبر نمی‌شود.',
  removeRequestsTitle: (count: string) => `هر ${count} درخواست حذف شود؟`,
  mute: 'بی‌صدا کردن',
  muteHour: 'یک ساعت',
  muteEight: 'هشت ساعت',
  muteDays: 'دو روز',
  muteForever: 'همیشه',
  unmute: 'با صدا کردن',
  notifyAlways: 'در هر حال خبر بده',
  notifyAsKind: 'مثل بقیه خبر بده',
  toArchive: 'بایگانی کردن',
  undo: 'واگرد',
  fromArchive: 'بیرون آوردن از بایگانی',
}

export const makePersian = (): ListWords => ({
  ...plain,
})
