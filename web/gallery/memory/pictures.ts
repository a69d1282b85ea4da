// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AppModel, ContentView, MediaView } from '../../src/model'
import type { Chat } from './chats'
import { generated, info } from './fixture'

/** The chat of a gallery that is opened with ?as=pictures. */
const CHAT = 120
const COUNT = 900
/** A picture in so many messages: more than one page of a history holds. */
const EVERY = 150

function photo(seq: number): ContentView {
  const media: MediaView = {
    ...{ kind: 'photo', hash: seq.toString(16).padStart(64, '0'), size: 40_000, mime: 'image/png' },
    ...{ name: '', width: 900, height: 700, duration: 0, waveform: [], thumbhash: '', spoiler: false },
    ...{ poster: null, location: null, contact: null, title: '', performer: '' },
    place: { at: 'server', chat: CHAT, seq, open: false },
  }
  return { kind: 'media', media, body: { text: `عکس ${seq}`, entities: [] }, album: '' }
}

/** A group that says much and shows little. */
export function pictured(from: Chat): Chat {
  const changed = new Map<number, ReturnType<typeof generated>>()
  const made = (index: number) => {
    const message = generated(index, COUNT, true)
    return index % EVERY === EVERY - 10 ? { ...message, content: photo(index + 1) } : message
  }
  return {
    ...from,
    info: info({ id: CHAT, kind: 'group', title: 'گردش‌های ما', members: 12, role: 'member' }),
    count: COUNT,
    read: COUNT,
    get: (index) => changed.get(index) ?? made(index),
    change: (index, next) => changed.set(index, next),
    add(next) {
      changed.set(this.count, next)
      this.count += 1
    },
  }
}

/** Every picture is painted when it is asked for, each in a colour of its own. */
export async function painted(media: AppModel['media']): Promise<AppModel['media']> {
  const acts = await media()
  const load = async ({ hash, width, height }: MediaView) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const pen = canvas.getContext('2d')
    if (!pen) return null
    pen.fillStyle = `hsl(${(Number.parseInt(hash.slice(-6), 16) * 47) % 360} 45% 45%)`
    pen.fillRect(0, 0, width, height)
    return new Promise<Blob | null>((done) => canvas.toBlob(done))
  }
  return async () => ({ ...acts, loads: { ...acts.loads, load } })
}
