// SPDX-License-Identifier: AGPL-3.0-or-later
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import type { DeedKind } from '../model'
import type { InfoChange, MemberChange } from '../model/entry'
import { memberOf, standingOf } from './convert'
import { InviteLinkSchema, JoinRequestSchema, MemberChangeSchema } from './gen/zolal/v1/chat_pb'
import { type Entry, Kind } from './gen/zolal/v1/entry_pb'
import { StaffDeedSchema } from './gen/zolal/v1/staff_pb'

/** Entries of staff logs. */

const kinds: Record<DeedKind, readonly Kind[]> = {
  members: [Kind.STAFF_MEMBER],
  messages: [Kind.DELETE, Kind.EDIT, Kind.PIN, Kind.UNPIN],
  settings: [Kind.CHAT_INFO, Kind.CHAT_PHOTO, Kind.CHAT_PHOTO_REMOVED],
  entrance: [Kind.INVITE_LINK, Kind.JOIN_REQUEST],
  reports: [Kind.REPORT, Kind.REPORT_CLOSED, Kind.OPERATOR_ACT],
}

export const deedKinds = (kind: DeedKind | null): Kind[] => (kind ? [...kinds[kind]] : [])

const names = {
  [Kind.CHAT_PHOTO]: 'photoSet',
  [Kind.CHAT_PHOTO_REMOVED]: 'photoRemoved',
  [Kind.DELETE]: 'deleted',
  [Kind.EDIT]: 'edited',
  [Kind.PIN]: 'pinned',
  [Kind.UNPIN]: 'unpinned',
  [Kind.REPORT]: 'reported',
  [Kind.REPORT_CLOSED]: 'reportClosed',
  [Kind.OPERATOR_ACT]: 'operator',
} as const

type Named = (typeof names)[keyof typeof names]

/** What an entry of a staff log says; accounts are not people yet. */
export type StaffBody =
  | { readonly kind: 'member'; readonly change: MemberChange }
  | { readonly kind: 'info'; readonly change: InfoChange }
  | { readonly kind: Named; readonly account: number; readonly messages: readonly number[] }
  | { readonly kind: 'link'; readonly revoked: boolean; readonly label: string }
  | {
      readonly kind: 'request'
      readonly account: number
      readonly decided: boolean
      readonly accepted: boolean
    }
  | { readonly kind: 'unknown' }

function read<T extends DescMessage>(schema: T, bytes: Uint8Array): MessageShape<T> | null {
  try {
    return fromBinary(schema, bytes)
  } catch {
    return null
  }
}

function deedOf(bytes: Uint8Array): StaffBody {
  const deed = read(StaffDeedSchema, bytes)
  if (deed?.kind === Kind.CHAT_INFO && deed.change) {
    const { $typeName: _, $unknown: __, ...change } = deed.change
    return { kind: 'info', change }
  }
  const kind = deed ? names[deed.kind as keyof typeof names] : undefined
  return deed && kind ? { kind, account: deed.account, messages: deed.targets } : { kind: 'unknown' }
}

export function staffBodyOf({ envelope, body }: Entry): StaffBody {
  const kind = envelope?.kind ?? Kind.UNSPECIFIED
  switch (kind) {
    case Kind.STAFF_DEED:
      return deedOf(body)
    case Kind.STAFF_MEMBER: {
      const m = read(MemberChangeSchema, body)
      if (!m) break
      const { reason, before } = m
      return { kind: 'member', change: { member: memberOf(m.member), before: standingOf(before), reason } }
    }
    case Kind.INVITE_LINK: {
      const link = read(InviteLinkSchema, body)
      if (link) return { kind: 'link', revoked: link.revoked, label: link.label }
      break
    }
    case Kind.JOIN_REQUEST: {
      const asked = read(JoinRequestSchema, body)
      if (!asked) break
      const { account, decided, accepted } = asked
      return { kind: 'request', account, decided, accepted }
    }
    default: {
      const name = names[kind as keyof typeof names]
      if (name) return { kind: name, account: 0, messages: [] }
    }
  }
  return { kind: 'unknown' }
}
