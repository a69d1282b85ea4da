// SPDX-License-Identifier: AGPL-3.0-or-later
import type { MediaKind } from '../../model'
import { t } from '../i18n/i18n.svelte'
import { words } from './words'

/**
 * What an album without words is, in one line: how many of a kind, where that is known. Empty where what its
 * last is says as much.
 */
export function togetherLine(kind: MediaKind, together?: readonly MediaKind[]): string {
  const album = kind === 'file' ? '' : t().attach.album
  if (!together) return album
  if (together.length < 2) return ''
  const several: Partial<Record<MediaKind, (n: number) => string>> = words().several
  return (together.every((one) => one === kind) && several[kind]?.(together.length)) || t().attach.album
}
