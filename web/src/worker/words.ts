// SPDX-License-Identifier: AGPL-3.0-or-later

interface Words {
  readonly app: string
  readonly something: string
  readonly many: (n: string) => string
  readonly mention: string
  readonly test: string
  readonly testBody: string
  readonly media: Readonly<Record<string, string>>
}

const fa: Words = {
  app: 'زلال',
  something: 'پیام تازه‌ای دارید',
  many: (n) => `${n} پیام تازه`,
  mention: 'از شما نام برد',
  test: 'اعلان‌ها کار می‌کنند',
  testBody: 'این اعلان آزمایشی را خودتان خواستید.',
  media: {
    MEDIA_KIND_PHOTO: 'عکس',
    MEDIA_KIND_VIDEO: 'ویدیو',
    MEDIA_KIND_GIF: 'گیف',
    MEDIA_KIND_VOICE: 'پیام صوتی',
    MEDIA_KIND_AUDIO: 'موسیقی',
    MEDIA_KIND_FILE: 'فایل',
    MEDIA_KIND_LOCATION: 'مکان',
    MEDIA_KIND_CONTACT: 'مخاطب',
  },
}

const en: Words = {
  app: 'Zolal',
  something: 'You have a new message',
  many: (n) => `${n} new messages`,
  mention: 'mentioned you',
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

/** The worker's words: pages may all be closed, so it has its own. */
export const wordsOf = (language: string): Words => (language === 'fa' ? fa : en)
