// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatItem, ContentView, FormattedText, MediaKind, MessageView, PersonRef } from '../../model'
import { lineOf } from '../../model/richtext'
import { t } from '../i18n/i18n.svelte'
import { worded } from './worded.svelte'

export function nameOf(person: PersonRef | null): string {
  if (!person) return ''
  return person.name || t().app.deletedAccount
}

/** What imported histories call otherwise. */
const renamed: Record<string, string> = {
  video_file: 'video',
  voice_message: 'voice',
  video_message: 'round',
  audio_file: 'audio',
  venue: 'location',
}

/** The kind of an attachment in the reader's words. */
export function attachmentName(kind: string): string {
  const words: Record<string, string> = t().attach
  return words[renamed[kind] ?? kind] ?? t().attach.other
}

/** The text of a message as its reader gets it; null where it has none. */
export function saidIn(content: ContentView): FormattedText | null {
  if (content.kind !== 'text') return 'body' in content ? content.body : null
  return (content.wording && worded(content.wording, content.body.text)) || content.body
}

/** What a message says, in one line. */
export function contentLine(content: ContentView, author: PersonRef | null): string {
  switch (content.kind) {
    case 'text':
      return lineOf(saidIn(content) ?? content.body)
    case 'service':
      return serviceLine(content, author)
    case 'attachments': {
      const first = content.attachments[0]
      const name = first ? `${first.emoji ? `${first.emoji} ` : ''}${attachmentName(first.kind)}` : ''
      const caption = lineOf(content.body)
      return caption ? `${name} · ${caption}` : name
    }
    case 'media':
      return mediaLine(content.media.kind, lineOf(content.body), content.media.name)
    case 'unknown':
      return t().chat.unknown
  }
}

/** What is carried, in one line: a caption says more than the kind, a file is known by its name. */
export function mediaLine(kind: MediaKind, caption: string, name = ''): string {
  if (caption !== '') return caption
  return (kind === 'file' && name) || attachmentName(kind === 'gif' ? 'animation' : kind)
}

/** A text as part of a sentence about it. */
function shortened(text: string, most = 40): string {
  // A cut isolate would take in the rest of the sentence.
  const letters = [...text.replace(/[\u2066\u2069]/g, '')]
  return letters.length > most
    ? `${letters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
    : letters.join('')
}

export function serviceLine(
  content: Extract<ContentView, { kind: 'service' }>,
  author: PersonRef | null,
): string {
  const { service } = content
  const words = t().service
  const who = nameOf(author) || words.someone
  switch (service.kind) {
    case 'chatCreated':
      if (!service.title) return words.directCreated
      return author ? words.chatCreated(who, service.title) : words.channelCreated
    case 'joinApproved':
      return words.joinApproved(who, nameOf(service.whom))
    case 'removed':
      return words.removed(who, nameOf(service.whom))
    case 'ownerChanged':
      return words.ownerChanged(nameOf(service.whom))
    case 'titleChanged':
      return words.titleChanged(service.title)
    case 'publicNameChanged':
      return words.publicNameChanged(service.name && `@${service.name}`)
    case 'pinned': {
      const text = shortened(service.snippet)
      return author ? words.pinned(who, text) : words.pinnedChannel(text)
    }
    case 'photoChanged':
    case 'photoRemoved':
      return words.importedPhoto
    case 'imported':
      return importedLine(service.action, service.values, author)
    case 'joined':
    case 'joinedByLink':
    case 'left':
      return words[service.kind](who)
    case 'aboutChanged':
    case 'unknown':
      return words[service.kind]
  }
}

function importedLine(
  action: string,
  values: Readonly<Record<string, string>>,
  author: PersonRef | null,
): string {
  const words = t().service
  const who = nameOf(author)
  const name = who || words.someone
  const title = values['title'] ?? ''
  const lines: Record<string, () => string> = {
    create_group: () => words.chatCreated(name, title),
    create_channel: () => words.channelCreated,
    pin_message: () => (who ? words.pinned(who, '') : words.pinnedChannel('')),
    edit_group_title: () => words.titleChanged(title),
    edit_group_photo: () => words.importedPhoto,
    delete_group_photo: () => words.importedPhoto,
    join_group_by_link: () => words.joinedByLink(name),
    join_group_by_request: () => words.joined(name),
    invite_members: () => words.joined(values['members'] || name),
    remove_members: () => words.removed(name, values['members'] ?? ''),
    phone_call: () => words.importedPhone,
    migrate_to_supergroup: () => words.titleChanged(title),
    migrate_from_group: () => words.titleChanged(title),
  }
  return (lines[action] ?? (() => words.imported(who, action.replaceAll('_', ' '))))()
}

/** Who is named before the line in the list: the writer in groups, oneself everywhere but in channels. */
export function previewAuthor(item: ChatItem, message: MessageView): string {
  if (message.content.kind === 'service' || item.kind === 'channel' || item.kind === 'saved') return ''
  if (item.kind === 'service') return ''
  if (message.own) return item.kind === 'group' ? t().app.you : ''
  if (item.kind !== 'group') return ''
  return nameOf(message.author).split(/\s+/)[0] ?? ''
}

/** Whose letters an avatar shows. */
export function faceName(item: { readonly kind: string; readonly title: string }): string {
  return item.kind === 'service' ? titleOf(item) : item.title
}

export function titleOf(item: { readonly kind: string; readonly title: string }): string {
  if (item.kind === 'saved') return t().app.saved
  if (item.kind === 'service') return t().app.serverMessages
  return item.title || t().app.deletedAccount
}
