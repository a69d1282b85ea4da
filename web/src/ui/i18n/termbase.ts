// SPDX-License-Identifier: AGPL-3.0-or-later

/** One word per thing, in each language; translators choose from here, and a test holds catalogues to it. */
export interface Term {
  readonly concept: string
  readonly en: string
  readonly fa: string
  /** Words for the same thing that are not used. */
  readonly not: readonly string[]
}

export const termbase: readonly Term[] = [
  { concept: 'chat', en: 'chat', fa: 'گفتگو', not: ['چت', 'گفت‌وگو', 'گفت و گو'] },
  { concept: 'group', en: 'group', fa: 'گروه', not: ['گروپ'] },
  { concept: 'channel', en: 'channel', fa: 'کانال', not: [] },
  { concept: 'message', en: 'message', fa: 'پیام', not: ['مسیج', 'پیغام'] },
  { concept: 'reply', en: 'reply', fa: 'پاسخ', not: ['ریپلای', 'جواب'] },
  { concept: 'quote', en: 'quote', fa: 'نقل‌قول', not: ['نقل قول', 'کوت'] },
  { concept: 'forward', en: 'forward', fa: 'هدایت', not: ['فوروارد', 'بازارسال', 'باز ارسال'] },
  { concept: 'pin', en: 'pin', fa: 'سنجاق', not: ['پین'] },
  { concept: 'edit', en: 'edit', fa: 'ویرایش', not: ['ادیت'] },
  { concept: 'delete for all', en: 'delete for everyone', fa: 'حذف برای همه', not: ['پاک برای همه'] },
  { concept: 'saved messages', en: 'saved messages', fa: 'پیام‌های ذخیره‌شده', not: ['پیام‌های ذخیره شده'] },
  { concept: 'mute', en: 'mute', fa: 'بی‌صدا', not: ['میوت', 'بیصدا', 'بی صدا'] },
  { concept: 'archive', en: 'archive', fa: 'بایگانی', not: ['آرشیو'] },
  { concept: 'invite link', en: 'invite link', fa: 'پیوند دعوت', not: ['لینک'] },
  { concept: 'contacts', en: 'contacts', fa: 'مخاطبان', not: ['مخاطبین', 'کانتکت'] },
  { concept: 'personal link', en: 'my link', fa: 'پیوند من', not: [] },
  { concept: 'join request', en: 'join request', fa: 'درخواست عضویت', not: [] },
  { concept: 'message request', en: 'message request', fa: 'درخواست پیام', not: [] },
  { concept: 'admin', en: 'admin', fa: 'مدیر', not: ['ادمین'] },
  { concept: 'devices', en: 'devices', fa: 'دستگاه‌ها', not: ['دستگاهها', 'دستگاه ها'] },
  { concept: 'password', en: 'password', fa: 'گذرواژه', not: ['پسورد', 'رمز عبور', 'کلمهٔ عبور'] },
  { concept: 'video', en: 'video', fa: 'ویدئو', not: ['ویدیو', 'ویدیوها'] },
  { concept: 'file', en: 'file', fa: 'پرونده', not: ['فایل', 'فایل‌ها'] },
  { concept: 'public name', en: 'public name', fa: 'نام عمومی', not: ['نام همگانی'] },
  { concept: 'online', en: 'online', fa: 'آنلاین', not: ['برخط'] },
  { concept: 'passkey', en: 'passkey', fa: 'کلید عبور', not: ['پس‌کی', 'پسکی', 'گذرکلید'] },
  { concept: 'recovery code', en: 'recovery code', fa: 'کد بازیابی', not: ['رمز بازیابی'] },
  { concept: 'here', en: 'here', fa: 'اینجا', not: ['این‌جا'] },
  { concept: 'there', en: 'there', fa: 'آنجا', not: ['آن‌جا'] },
  { concept: 'what', en: 'what', fa: 'آنچه', not: ['آن‌چه'] },
  { concept: 'block', en: 'block', fa: 'مسدود کردن', not: ['بلاک'] },
  {
    concept: 'the operator can read this',
    en: 'the operator of this server can technically read this',
    fa: 'گردانندهٔ این سرور از نظر فنی می‌تواند این گفتگو را بخواند',
    not: [],
  },
]
