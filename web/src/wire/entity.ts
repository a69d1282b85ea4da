// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Entity, EntityKind as ViewKind } from '../model'
import { EntityKind, type Entity as WireEntity } from './gen/zolal/v1/entry_pb'

type PlainKind = Exclude<ViewKind['kind'], 'pre' | 'textLink' | 'textMention' | 'blockquote' | 'customEmoji'>

const plain: Partial<Record<EntityKind, PlainKind>> = {
  [EntityKind.BOLD]: 'bold',
  [EntityKind.ITALIC]: 'italic',
  [EntityKind.UNDERLINE]: 'underline',
  [EntityKind.STRIKETHROUGH]: 'strike',
  [EntityKind.SPOILER]: 'spoiler',
  [EntityKind.CODE]: 'code',
  [EntityKind.URL]: 'url',
  [EntityKind.EMAIL]: 'email',
  [EntityKind.PHONE]: 'phone',
  [EntityKind.MENTION]: 'mention',
  [EntityKind.HASHTAG]: 'hashtag',
  [EntityKind.CASHTAG]: 'cashtag',
  [EntityKind.BOT_COMMAND]: 'botCommand',
  [EntityKind.BANK_CARD]: 'bankCard',
}

const numbers = new Map(Object.entries(plain).map(([number, kind]) => [kind, Number(number) as EntityKind]))

function kindOf(e: WireEntity): ViewKind | null {
  const kind = plain[e.kind]
  if (kind) return { kind }
  switch (e.kind) {
    case EntityKind.PRE:
      return { kind: 'pre', language: e.value }
    case EntityKind.TEXT_LINK:
      return { kind: 'textLink', url: e.value }
    case EntityKind.TEXT_MENTION:
      return { kind: 'textMention', account: e.account }
    case EntityKind.BLOCKQUOTE:
      return { kind: 'blockquote', collapsed: false }
    case EntityKind.EXPANDABLE_BLOCKQUOTE:
      return { kind: 'blockquote', collapsed: true }
    case EntityKind.CUSTOM_EMOJI:
      return { kind: 'customEmoji', emoji: e.value }
    default:
      return null
  }
}

/** Entities as the views have them; a kind that this version does not know is left out. */
export function entitiesOf(entities: readonly WireEntity[]): Entity[] {
  return entities.flatMap((e) => {
    const kind = kindOf(e)
    return kind ? [{ offset: e.offset, length: e.length, ...kind }] : []
  })
}

export interface EntityInit {
  readonly kind: EntityKind
  readonly offset: number
  readonly length: number
  readonly value?: string
  readonly account?: number
}

function wireKind(e: Entity): Omit<EntityInit, 'offset' | 'length'> {
  switch (e.kind) {
    case 'pre':
      return { kind: EntityKind.PRE, value: e.language }
    case 'textLink':
      return { kind: EntityKind.TEXT_LINK, value: e.url }
    case 'textMention':
      return { kind: EntityKind.TEXT_MENTION, account: e.account }
    case 'blockquote':
      return { kind: e.collapsed ? EntityKind.EXPANDABLE_BLOCKQUOTE : EntityKind.BLOCKQUOTE }
    case 'customEmoji':
      return { kind: EntityKind.CUSTOM_EMOJI, value: e.emoji }
    default:
      return { kind: numbers.get(e.kind) ?? EntityKind.UNSPECIFIED }
  }
}

/** Entities as they are sent. */
export function toWireEntities(entities: readonly Entity[]): EntityInit[] {
  return entities.map((e) => ({ offset: e.offset, length: e.length, ...wireKind(e) }))
}
