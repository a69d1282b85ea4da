// SPDX-License-Identifier: AGPL-3.0-or-later
import type { BaseWords } from './words'

export const makePersian = (): BaseWords => ({
  save: 'ذخیره',
  copyLink: 'کپی پیوند',
  understood: 'متوجه شدم',
  showPassword: 'نمایش گذرواژه',
  hidePassword: 'پنهان کردن گذرواژه',
  newGroup: 'گروه تازه',
  newChannel: 'کانال تازه',
  qr: 'کد QR',
  myLink: 'پیوند من',
})
