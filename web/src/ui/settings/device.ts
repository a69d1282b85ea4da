// SPDX-License-Identifier: AGPL-3.0-or-later
import type { DeviceView, NoticeView } from '../../model'
import { words as settingsWords } from './words'

export const ours = (device: DeviceView) => device.client === 'zolal-web'

/** What a browser calls itself, which is English, in the present language. */
export function browserName(name: string): string {
  const [, browser, system] = /^(.+) on (.+)$/.exec(name) ?? []
  return browser && system ? settingsWords().deviceOn(browser, system) : name
}

/** Other programs than browsers are called as their owner calls them. */
export function nameOf(device: DeviceView): string {
  return ours(device) ? browserName(device.name) : device.name
}

/** What a notice says. */
export function noticeWords(notice: NoticeView): string {
  const { happened, gone } = settingsWords().security
  const [reason = '', code = ''] = notice.reason.split(':')
  const words = (notice.removed ? gone : happened) as Record<string, (of: string) => string>
  const say = words[reason] ?? (notice.removed ? gone.revoked : settingsWords().security.other)
  return say(code || nameOf(notice.device))
}
