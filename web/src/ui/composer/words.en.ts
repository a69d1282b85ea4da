// SPDX-License-Identifier: AGPL-3.0-or-later

const emoji = {
  recent: 'Recent',
  smileys: 'Faces',
  people: 'People',
  nature: 'Nature',
  food: 'Food',
  things: 'Things',
  signs: 'Signs',
}

const plain = {
  bold: 'Bold',
  italic: 'Italic',
  underline: 'Underline',
  strike: 'Strikethrough',
  spoiler: 'Spoiler',
  mono: 'Code',
  quote: 'Quote',
  link: 'Link',
  linkAddress: 'Address',
  formatting: 'Formatting',
  mentions: 'Members',
}

const preview = { title: 'What the link leads to', remove: 'Send without it' }

export const makeEnglish = () => ({
  ...plain,
  preview,
  emoji,
})
