// SPDX-License-Identifier: AGPL-3.0-or-later
import { Clapperboard, Contact, File, Image, MapPin, Mic, Music, Video } from 'lucide'
import type { MediaKind } from '../../model'
import type { IconNode } from '../base/Icon.svelte'

/** The sign of what is carried, in lines that name it. */
export const signs: Readonly<Record<MediaKind, IconNode>> = {
  photo: Image,
  video: Video,
  gif: Clapperboard,
  voice: Mic,
  audio: Music,
  file: File,
  location: MapPin,
  contact: Contact,
}
