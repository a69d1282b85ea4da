// SPDX-License-Identifier: AGPL-3.0-or-later
import type { PushState, PushTest } from '../../model'

const states: Record<Exclude<PushState, 'on' | 'off'>, string> = {
  denied:
    'You have blocked notifications for this page. Allow them in the settings of your browser: the button left of the address.',
  install: 'On an iPhone or iPad only an installed app can notify you. Install Zolal first.',
  unable:
    'This browser cannot receive notifications here. It needs a current browser, and a page with HTTPS.',
  serverOff: 'The operator of this server has switched notifications off.',
}

const tests: Record<PushTest, string> = {
  arrived: 'It arrived. Notifications work on this device.',
  missing:
    'The push service has taken it, but it has not arrived. The device may be saving power, may have no way to that service, or may be set not to disturb. On a phone, allow the browser to run in the background.',
  gone: 'This device was not known any more. Switch notifications off and on again.',
  refused: 'The push service of your browser refused it. Switch notifications off and on again.',
  unreachable:
    'The server does not reach the push service of your browser. It may have no way out to the internet; its operator can tell.',
}

/** The words in English. */
export const makeEnglish = () => ({
  title: 'Notifications',
  on: 'Notify me on this device',
  onHint: 'Also when Zolal is closed. The service in between learns that something came, not what.',
  states,
  what: 'What for',
  direct: 'Direct chats',
  groups: 'Groups',
  channels: 'Channels',
  mentions: 'Mentions and replies in any case',
  mentionsHint: 'Also in muted chats, and where the above is off.',
  exceptions: 'Single chats',
  exceptionsHint: 'From the menu of a chat you mute it, or are notified in any case.',
  never: 'Muted',
  always: 'Notifies in any case',
  asKind: (name: string) => `“${name}” as all of its kind`,
  show: 'How it looks',
  preview: 'Show names and words',
  previewHint: 'Otherwise only that there is a message.',
  quiet: 'Quiet hours',
  quietHint: 'No notifications at all, every day.',
  from: 'From',
  until: 'Until',
  test: 'Send me a test',
  testing: 'Waiting for it to arrive…',
  tests,
  app: 'App',
  install: 'Install Zolal',
  installHint: 'Opens like an app, in a window of its own.',
  installed: 'Zolal is installed.',
  installAsk: 'Keep Zolal as an app?',
  installYes: 'Install',
  notNow: 'No, thanks',
  lost: 'The browser has cleared what was kept here',
  lostBody:
    'All of it comes back from the server. Messages that were not sent yet, and what was written last in drafts, may be gone.',
  installBy: 'You can install Zolal from the menu of your browser.',
  installApple:
    'In Safari: the Share button, then “Add to Home Screen”. The app does not share what Safari keeps: sign in there with the code that it shows, which you enter here under Devices.',
  appleFirst: 'Better install first',
  appleFirstBody:
    'An installed app does not share what Safari keeps. Install Zolal before you sign in: the Share button, then “Add to Home Screen”. Then open it from there.',
  appleSignedIn:
    'Already signed in here? Tap “Sign in with another device” in the new app. It shows ten digits: enter them here in Settings, Devices.',
  understood: 'I see',
  updateReady: 'A new version is ready',
  update: 'Refresh',
  later: 'Later',
  share: 'Send to…',
  shareLost: 'Files could not be taken over: this device has too little room for them.',
  shareMore: (count: string) => `and ${count} more`,
  nowhere: 'There is no chat here that you can write in.',
  unknown: 'Without a connection this cannot be seen.',
  again: 'Try again',
})
