// SPDX-License-Identifier: AGPL-3.0-or-later
import type { NotifyRow } from '../db/rows'
import type { PushSpeech, PushWords } from '../model/push'

const fa: PushWords = {
  app: 'زلال',
  something: 'پیام تازه‌ای دارید',
  many: '# پیام تازه',
  mention: 'از شما نام برد',
  offerGroup: 'مالک این گروه می‌خواهد آن را به شما واگذار کند',
  offerChannel: 'مالک این کانال می‌خواهد آن را به شما واگذار کند',
  offer: 'چیزی منتظر پاسخ شماست',
  test: 'اعلان‌ها کار می‌کنند',
  testBody: 'این اعلان آزمایشی را خودتان خواستید.',
  media: {
    MEDIA_KIND_PHOTO: 'عکس',
    MEDIA_KIND_VIDEO: 'ویدئو',
    MEDIA_KIND_GIF: 'گیف',
    MEDIA_KIND_VOICE: 'پیام صوتی',
    MEDIA_KIND_AUDIO: 'موسیقی',
    MEDIA_KIND_FILE: 'پرونده',
    MEDIA_KIND_LOCATION: 'مکان',
    MEDIA_KIND_CONTACT: 'مخاطب',
  },
}

const en: PushWords = {
  app: 'Zolal',
  something: 'You have a new message',
  many: '# new messages',
  mention: 'mentioned you',
  offerGroup: 'The owner wants to hand this group over to you',
  offerChannel: 'The owner wants to hand this channel over to you',
  offer: 'Something waits for your answer',
  test: 'Notifications work',
  testBody: 'You asked for this test yourself.',
  media: {
    MEDIA_KIND_PHOTO: 'Photo',
    MEDIA_KIND_VIDEO: 'Video',
    MEDIA_KIND_GIF: 'GIF',
    MEDIA_KIND_VOICE: 'Voice message',
    MEDIA_KIND_AUDIO: 'Music',
    MEDIA_KIND_FILE: 'File',
    MEDIA_KIND_LOCATION: 'Location',
    MEDIA_KIND_CONTACT: 'Contact',
  },
}

/** How notifications speak: pages may all be closed, so the worker has words of its own. */
export function speechOf({ language, speech }: NotifyRow): Omit<PushSpeech, 'words'> & { words: PushWords } {
  const [words, direction, locale] =
    language === 'fa' ? ([fa, 'rtl', 'fa-IR'] as const) : ([en, 'ltr', 'en-GB'] as const)
  if (!speech) return { language, direction, locale, words }
  const media = { ...words.media, ...speech.words.media }
  return { ...speech, words: { ...words, ...speech.words, media } }
}
