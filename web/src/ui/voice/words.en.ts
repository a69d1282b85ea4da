// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const recorder = {
  record: 'Record a voice message',
  recordHint: 'Hold to record, or tap to record hands-free',
  slideToCancel: 'Slide to cancel',
  lock: 'Slide up to lock',
  stop: 'Stop and listen',
  discard: 'Discard',
  send: 'Send voice message',
  asking: 'Allow the microphone…',
  begun: 'Recording',
  longest: 'This is as long as a voice message may be. Listen to it, then send it.',
  tooLarge: 'This recording is larger than the server takes.',
}

const refused = {
  refused:
    'The browser does not let this page use the microphone. Allow it in the site settings, then try again.',
  noMicrophone: 'There is no microphone on this device.',
  unsupported: 'This browser cannot record sound.',
  failed: 'The microphone could not be used. Perhaps another app has it.',
}

const player = {
  voice: 'Voice message',
  play: 'Play',
  pause: 'Pause',
  position: 'Position',
  close: 'Stop and close',
  toMessage: 'Show the message',
  next: 'Next',
  previous: 'Previous',
  playlist: 'Music of this chat',
  noMusic: 'There is no other music in this chat.',
  player: 'Player',
  music: 'Music',
  unknownPerformer: 'Unknown artist',
  cannotPlay: 'This could not be played. Save it and open it with another app.',
}

export const makeEnglish = (f: Format) => ({
  recording: 'recording…',
  recordingNames: (names: readonly string[]) =>
    names.length === 1
      ? `${names[0]} is recording…`
      : names.length === 2
        ? `${names[0]} and ${names[1]} are recording…`
        : `${f.n(names.length)} people are recording…`,
  ...recorder,
  ...refused,
  ...player,
  speed: (rate: string) => `Speed ${rate}×`,
  at: (time: string, whole: string) => `${time} of ${whole}`,
})
