// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const plain = {
  tabs: 'Kinds',
  kinds: {
    pictures: 'Photos and videos',
    files: 'Files',
    links: 'Links',
    music: 'Music',
    voice: 'Voice',
    gifs: 'GIFs',
  },
  none: {
    pictures: 'No photos or videos yet',
    files: 'No files yet',
    links: 'No links yet',
    music: 'No music yet',
    voice: 'No voice messages yet',
    gifs: 'No GIFs yet',
  },
  noneBody: 'What is sent in this chat is gathered here.',
  here: 'Without the server: only what this device holds.',
  failed: 'This could not be loaded',
  again: 'Try again',
  photo: 'Photo',
  video: 'Video',
  hidden: 'Hidden',
  gif: 'GIF',
  show: 'Load the pictures',
  showNote: 'Pictures load when you ask for them.',
  toMessage: 'Show in the chat',
  toChat: 'To the chat',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  counts: {
    pictures: (n: number) => f.plural(n, { one: '# photo or video', other: '# photos and videos' }),
    files: (n: number) => f.plural(n, { one: '# file', other: '# files' }),
    links: (n: number) => f.plural(n, { one: '# message with links', other: '# messages with links' }),
    music: (n: number) => f.plural(n, { one: '# track', other: '# tracks' }),
    voice: (n: number) => f.plural(n, { one: '# voice message', other: '# voice messages' }),
    gifs: (n: number) => f.plural(n, { one: '# GIF', other: '# GIFs' }),
  },
  indexing: (percent: number) =>
    `The server is still reading old messages: ${f.n(percent)}% can be found so far.`,
})
