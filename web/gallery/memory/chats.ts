// SPDX-License-Identifier: AGPL-3.0-or-later
import type { CannotSend, ChatInfo, Draft, MessageView } from '../../src/model'
import { day, generated, info, me, message, minute, now, person, text } from './fixture'

export interface Chat {
  info: ChatInfo
  /** How many messages there are; they are made or looked up one by one. */
  count: number
  get(index: number): MessageView
  change(index: number, next: MessageView): void
  add(next: MessageView): void
  read: number
  mentions: number[]
  pin: number | null
  markedUnread: boolean
  draft: Draft
  cannotSend: CannotSend | null
  loading: boolean
  /** Places of messages that were deleted. */
  readonly gone: Set<number>
}

const noDraft: Draft = { body: { text: '', entities: [] }, replyTo: null, quote: '' }

function chat(about: ChatInfo, list: readonly MessageView[], part: Partial<Chat> = {}): Chat {
  const messages = [...list]
  return {
    info: about,
    count: messages.length,
    get: (index) => messages[index] ?? message({ seq: null, at: now }),
    change: (index, next) => {
      messages[index] = next
    },
    add(next) {
      messages.push(next)
      this.count = messages.length
    },
    read: messages.length,
    mentions: [],
    pin: null,
    markedUnread: false,
    draft: noDraft,
    cannotSend: null,
    loading: false,
    gone: new Set(),
    ...part,
  }
}

/** A chat of a given length whose messages are made on the fly. */
function long(about: ChatInfo, count: number, read: number): Chat {
  const changed = new Map<number, MessageView>()
  return {
    ...chat(about, []),
    count,
    read,
    get: (index) => changed.get(index) ?? generated(index, count, about.kind === 'group'),
    change: (index, next) => changed.set(index, next),
    add(next) {
      changed.set(this.count, next)
      this.count += 1
    },
  }
}

/** What was said with Niloofar before today. */
function niloofarBefore(): MessageView[] {
  return [
    message({
      seq: 1,
      at: now - 2 * day,
      content: { kind: 'service', service: { kind: 'chatCreated', title: '' } },
    }),
    message({ seq: 2, at: now - 2 * day + minute, content: text('سلام سارا! خوبی؟') }),
    message({
      seq: 3,
      at: now - 2 * day + 2 * minute,
      own: true,
      content: text('سلام نیلوفر جان، خوبم ممنون. تو چطوری؟'),
    }),
    message({
      seq: 4,
      at: now - day - 50 * minute,
      content: text('کتابی که گفته بودی را پیدا کردم 🙂 این هم نشانی: https://zolal.im/books/reed'),
    }),
    message({ seq: 5, at: now - day - 49 * minute, content: text('نسخهٔ چاپی‌اش هم هست، ولی گران‌تر.') }),
    message({
      seq: 6,
      at: now - day - 40 * minute,
      own: true,
      content: text('چه خوب! همین امشب می‌خوانمش.'),
      reply: {
        seq: 4,
        author: person(0),
        snippet: { text: 'کتابی که گفته بودی را پیدا کردم 🙂', entities: [] },
        quoted: false,
        gone: false,
      },
      reactions: [{ emoji: '❤️', count: 1, mine: false }],
    }),
  ]
}

function niloofarToday(): MessageView[] {
  const at = (back: number) => now - back * minute
  return [
    message({ seq: 7, at: at(42), content: text('راستی برنامهٔ جمعه هنوز سر جایش است؟') }),
    message({
      seq: 8,
      at: at(41),
      content: text(
        'پیشنهادم این است:\n**صبح** کوه\n**ظهر** ناهار خانهٔ ما\n||یک چیز غافلگیرکننده هم داریم||',
      ),
    }),
    message({ seq: 9, at: at(30), own: true, content: text('عالی است 😍'), editedAt: at(29) }),
    message({ seq: 10, at: at(29), own: true, content: text('فقط من تا ساعت ۹ نمی‌رسم.') }),
    message({
      seq: 11,
      at: at(12),
      content: text('اشکالی ندارد، دیرتر راه می‌افتیم.'),
      reactions: [{ emoji: '🙏', count: 1, mine: true }],
    }),
    message({ seq: 12, at: at(6), own: true, content: text('❤️'), delivery: 'read' }),
    message({
      seq: 13,
      at: at(3),
      own: true,
      content: text('پس تا جمعه! چیزی لازم هست بیاورم؟'),
      delivery: 'sent',
    }),
    message({
      key: 'out1',
      seq: null,
      at: at(1),
      own: true,
      content: text('مثلاً چای کوهی؟'),
      delivery: 'pending',
    }),
  ]
}

function niloofar(): Chat {
  return chat(
    info({
      id: 101,
      kind: 'direct',
      title: 'نیلوفر رستگار',
      peer: 11,
      publicName: 'niloofar',
      about: 'کوه، کتاب، چای',
      presence: { kind: 'online' },
    }),
    [...niloofarBefore(), ...niloofarToday()],
  )
}

/** What was said in the group of designers before today. */
function designersBefore(): MessageView[] {
  return [
    message({
      seq: 1,
      at: now - 3 * day,
      author: person(1),
      content: { kind: 'service', service: { kind: 'chatCreated', title: 'طراحی زلال' } },
    }),
    message({
      seq: 2,
      at: now - 3 * day + minute,
      author: person(2),
      content: { kind: 'service', service: { kind: 'joinedByLink' } },
    }),
    message({
      seq: 3,
      at: now - day - 4 * 60 * minute,
      author: person(1),
      content: text('رنگ‌ها را با فیروزهٔ اصفهان سنجیدم؛ این یکی نزدیک‌تر است: `#00716F`'),
      pinned: true,
    }),
    message({
      seq: 4,
      at: now - day - 236 * minute,
      author: person(1),
      content: text('> هر جفت رنگ باید در هر دو پوسته خوانا باشد\nاین را هم در آزمون بگذاریم.'),
    }),
    message({
      seq: 5,
      at: now - day - 200 * minute,
      author: person(2),
      content: text(
        'Looks great. Here is how I compute it:\n```ts\nexport function contrast(a: Rgb, b: Rgb): number {\n  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x)\n  return (hi + 0.05) / (lo + 0.05)\n}\n```\nRun it with `npm test`.',
      ),
    }),
    message({
      seq: 6,
      at: now - day - 190 * minute,
      author: person(3),
      content: text('@danielw عالی شد 👏'),
      reactions: [
        { emoji: '👍', count: 4, mine: true },
        { emoji: '🔥', count: 2, mine: false },
        { emoji: '👏', count: 1, mine: false },
      ],
    }),
  ]
}

function designersToday(): MessageView[] {
  const at = (back: number) => now - back * minute
  return [
    message({
      seq: 7,
      at: at(95),
      author: person(4),
      content: text(
        '>> برای تاریخچه: در نسخهٔ نخست سایه‌ها زیاد بود و چشم را خسته می‌کرد. حالا فقط چیزهایی سایه دارند که شناورند، مانند فهرست‌ها و پنجره‌ها.\n>> خطوط هم باید کم باشد؛ جعبه در جعبه نداریم.\n>> فاصله‌ها از شبکهٔ چهارتایی می‌آیند.\n>> و حرکت همیشه زیر دویست هزارم ثانیه است.\nخلاصهٔ تصمیم‌های هفتهٔ پیش 👆',
      ),
    }),
    message({
      seq: 8,
      at: at(90),
      own: true,
      content: text('موافقم. فقط دکمه‌ها دست‌کم ۴۴ پیکسل باشند.'),
      reply: {
        seq: 7,
        author: person(4),
        snippet: { text: 'جعبه در جعبه نداریم', entities: [] },
        quoted: true,
        gone: false,
      },
    }),
    message({
      seq: 9,
      at: at(60),
      author: person(0),
      content: text('#طراحی #فاصله برای پیدا کردن بعدها. پرسش‌ها به hello@zolal.im یا +98 21 1234 5678'),
      forward: { from: 'کانال زلال', chat: 103, seq: 2, at: at(300) },
    }),
    message({
      seq: 10,
      at: at(55),
      author: person(0),
      content: {
        kind: 'attachments',
        attachments: [{ kind: 'file', name: 'palette-v3.pdf', bytes: 482_133, seconds: 0, emoji: '' }],
        body: { text: 'نسخهٔ سوم پالت', entities: [] },
      },
    }),
    message({ seq: 11, at: at(50), author: person(5), content: text('اشتباه فرستادم') }),
    message({ seq: 12, at: at(44), author: person(5), content: text('Je regarde ça ce soir, merci !') }),
    message({
      seq: 13,
      at: at(20),
      author: person(1),
      content: text('@sara_m نظرت دربارهٔ این چیست؟'),
      mentionsMe: true,
      reply: { seq: 1, author: null, snippet: { text: '', entities: [] }, quoted: false, gone: true },
    }),
    message({ seq: 14, at: at(18), author: person(1), content: { kind: 'unknown' } }),
    message({
      seq: 15,
      at: at(9),
      author: person(3),
      content: text(
        '~~فردا~~ پس‌فردا نمونهٔ کامل را ++حتماً++ می‌فرستم. [اینجا](https://zolal.im/design) می‌توانید پیش‌نویس را ببینید.',
      ),
    }),
  ]
}

function designers(): Chat {
  return chat(
    info({
      id: 102,
      kind: 'group',
      title: 'طراحی زلال',
      members: 38,
      onlineMembers: 7,
      role: 'owner',
      requests: 2,
      about: 'شکل و رنگ و واژه‌های زلال.',
      publicName: 'zolal_design',
      adminRights: ['changeInfo', 'deleteMessages', 'ban', 'invite', 'pin', 'addAdmins'],
    }),
    [...designersBefore(), ...designersToday()],
    { read: 12, mentions: [13], pin: 0, gone: new Set([10]) },
  )
}

function channel(): Chat {
  const post = (seq: number, back: number, markup: string, views: number, extra: Partial<MessageView> = {}) =>
    message({
      seq,
      at: now - back * minute,
      author: null,
      views,
      content: text(markup),
      rights: { reply: false, edit: false, pin: false, react: true, forward: true, deleteForAll: false },
      ...extra,
    })
  return chat(
    info({
      id: 103,
      kind: 'channel',
      title: 'کانال زلال',
      members: 128_400,
      publicName: 'zolal',
      about: 'خبرهای زلال، پیام‌رسانی که هر کس می‌تواند بگرداند.\nhttps://zolal.im',
      membersHidden: true,
      muted: true,
    }),
    [
      post(1, 3000, '', 0, {
        content: { kind: 'service', service: { kind: 'chatCreated', title: 'کانال زلال' } },
        views: null,
      }),
      post(
        2,
        1500,
        '**نسخهٔ نخست آماده است**\nزلال یک پروندهٔ اجرایی است: سرور، برنامهٔ وب و پایگاه داده با هم. آن را روی یک ماشین کوچک بگذارید و در پنج دقیقه آغاز کنید.',
        48_210,
        {
          reactions: [
            { emoji: '🔥', count: 1240, mine: false },
            { emoji: '👏', count: 611, mine: true },
          ],
          pinned: true,
        },
      ),
      post(
        3,
        400,
        'چرا می‌گوییم «گردانندهٔ این سرور از نظر فنی می‌تواند بخواند»؟ چون راست است. رمزنگاری سرتاسری در راه است و تا آن روز چیزی را قول نمی‌دهیم که آزمونی نشانش ندهد.',
        31_977,
        { editedAt: now },
      ),
      post(
        4,
        45,
        'Zolal speaks English, too. Everything you see is in both languages, and a third one is a single file away: https://zolal.im/translate',
        9_120,
      ),
    ],
    { read: 3, cannotSend: { reason: 'channel' }, pin: 1 },
  )
}

const at = (back: number) => now - back * minute

/** A chat with somebody who said one thing a while ago. */
function one(id: number, index: number, markup: string, back: number, part: Partial<Chat> = {}): Chat {
  return chat(
    info({
      id,
      kind: 'direct',
      title: person(index).name,
      peer: person(index).account,
      presence: { kind: 'lastSeen', at: at(back) },
    }),
    [message({ seq: 1, at: at(back), author: person(index), content: text(markup) })],
    { read: 1, ...part },
  )
}

function saved(): Chat {
  return chat(info({ id: 100, kind: 'saved', title: '', role: 'owner' }), [
    message({
      seq: 1,
      at: at(3000),
      author: me,
      own: true,
      delivery: null,
      content: text('رمز وای‌فای کافه: ||girih-1405||'),
    }),
  ])
}

function big(): Chat {
  return long(
    info({
      id: 104,
      kind: 'group',
      title: 'کوه‌نوردان تهران',
      members: 2140,
      onlineMembers: 212,
      role: 'member',
    }),
    120_000,
    119_963,
  )
}

/** One whose last message was refused. */
function failing(): Chat {
  return chat(
    info({ id: 105, kind: 'direct', title: 'Daniel Weiss', peer: 13, presence: { kind: 'online' } }),
    [
      message({
        seq: 1,
        at: at(130),
        author: person(2),
        content: text('Could you send me the notes from yesterday?'),
      }),
      message({
        key: 'out2',
        seq: null,
        at: at(120),
        own: true,
        content: text('Sure, one moment.'),
        delivery: 'failed',
        failure: 'CANNOT_WRITE',
      }),
    ],
  )
}

function restricted(): Chat {
  return chat(
    info({ id: 106, kind: 'group', title: 'محلهٔ ما', members: 64, role: 'restricted', memberRights: [] }),
    [message({ seq: 1, at: at(600), author: person(3), content: text('فردا آب از ۹ تا ۱۲ قطع است.') })],
    { cannotSend: { reason: 'restricted', until: now + day, note: 'تبلیغ در گروه' } },
  )
}

export function allChats(): Chat[] {
  const empty = chat(
    info({ id: 107, kind: 'group', title: 'گروه تازه', members: 1, role: 'owner', adminRights: ['invite'] }),
    [],
  )
  const draft = one(108, 3, 'کی می‌رسی؟', 260, {
    draft: { body: { text: 'حدود هشت، اگر ترافیک', entities: [] }, replyTo: null, quote: '' },
  })
  const archived = one(109, 5, 'À bientôt !', 9000)
  archived.info = { ...archived.info, archived: true }
  return [
    saved(),
    niloofar(),
    designers(),
    channel(),
    big(),
    failing(),
    restricted(),
    empty,
    draft,
    archived,
    one(110, 1, 'گزارش را فرستادم، ببین درست است.', 300, { read: 0 }),
    one(111, 4, 'Merged. Thanks for the careful review!', 1500),
    one(112, 5, 'On se voit mardi ?', 4400),
    one(113, 0, 'تولدت مبارک 🎉', 30_000),
  ]
}
