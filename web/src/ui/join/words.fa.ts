// SPDX-License-Identifier: AGPL-3.0-or-later
import type { JoinWords } from './words'

const plain = {
  joinGroup: 'پیوستن به گروه',
  joinChannel: 'پیوستن به کانال',
  request: 'درخواست عضویت',
  consent: 'اعضای گروه نام و نام کاربری شما را می‌بینند.',
  consentChannel: 'دنبال‌کنندگان نه شما را می‌بینند و نه یکدیگر را. گردانندهٔ این سرور می‌تواند ببیند.',
  join: 'پیوستن',
  requested: 'درخواست شما در انتظار پذیرش است',
  open: 'باز کردن',
  bad: 'این پیوند به جایی نمی‌رسد',
  badBody: 'شاید زمانش گذشته، پر شده یا باطل شده باشد. پیوند تازه‌ای بخواهید.',
}

export const makePersian = (): JoinWords => ({
  ...plain,
})
