// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import type { DeviceView, Entity, FormattedText, MessageView, NoticeView } from '../src/model'
import { arrange } from '../src/model/arrange'
import { withDetected } from '../src/model/detect'
import { toLatinDigits } from '../src/model/digits'
import { fieldDirection, marked, readingDirection, unmarked } from '../src/model/direction'
import { deepened, faceOf, hueOf, initials } from '../src/model/hue'
import { readMarkup, writeMarkup } from '../src/model/markup'
import { groupRecoveryCode, newRecoveryCode, readRecoveryCode } from '../src/model/recovery'
import { blocksOf, directionOfLine, hrefOf, jumboEmoji, lineOf, plainLine } from '../src/model/richtext'
import { passwordFault, passwordStrength } from '../src/model/strength'
import { unconfirmed } from '../src/model/unconfirmed'

const plain = (text: string): FormattedText => ({ text, entities: [] })

describe('recovery code', () => {
  const persian = (text: string) => text.replace(/[0-9]/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)] ?? digit)
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count))

  test('a new code reads back in Latin and Persian digits, with any separators', () => {
    for (let i = 0; i < 200; i++) {
      const code = newRecoveryCode(random)
      expect(readRecoveryCode(code)).toEqual({ kind: 'ok', code })
      expect(readRecoveryCode(persian(groupRecoveryCode(code).join(' - ')))).toEqual({
        kind: 'ok',
        code,
      })
    }
  })

  test('every single wrong digit and every swap of neighbours is noticed', () => {
    const code = newRecoveryCode(random)
    for (let i = 0; i < code.length; i++) {
      const wrong = code.slice(0, i) + ((Number(code[i]) + 1 + (i % 9)) % 10) + code.slice(i + 1)
      if (wrong !== code) expect(readRecoveryCode(wrong).kind).toBe('typo')
      const swapped = code.slice(0, i) + (code[i + 1] ?? '') + code[i] + code.slice(i + 2)
      if (swapped !== code && i + 1 < code.length) expect(readRecoveryCode(swapped).kind).toBe('typo')
    }
  })

  test('an unfinished code says how much is missing', () => {
    expect(readRecoveryCode('۱۲۳ 45')).toEqual({ kind: 'short', missing: 35 })
  })

  test('all ten digits are equally likely', () => {
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 500; i++)
      for (const d of newRecoveryCode(random).slice(0, -1)) counts[Number(d)] = (counts[Number(d)] ?? 0) + 1
    for (const count of counts) expect(Math.abs(count - 1950)).toBeLessThan(250)
  })
})

describe('digits', () => {
  test('Persian and Arabic digits become Latin ones', () => {
    expect(toLatinDigits('۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩ x7')).toBe('0123456789 0123456789 x7')
  })
})

describe('hues and initials', () => {
  test('a person has one hue, in a direct chat and beside their messages alike', () => {
    expect(hueOf(faceOf({ id: 70_001, peer: 12 }))).toBe(hueOf(12))
    expect(faceOf({ id: 70_001, peer: null })).toBe(70_001)
  })

  test('no two neighbours of a list look alike, and everybody keeps their hue', () => {
    const ids = [8, 16, 24, 1, 9, 17, 25, 3, 3, 8]
    const deep = deepened(ids)
    expect(deep).toEqual([false, true, false, false, true, false, true, false, true, false])
    const looks = ids.map((id, i) => `${hueOf(id)} ${deep[i]}`)
    expect(looks.filter((look, i) => look === looks[i + 1])).toEqual([])
  })

  test('two words give two letters, kept apart in Persian', () => {
    expect(initials('سارا محمدی')).toBe('س\u2009م')
    expect(initials('ada lovelace')).toBe('AL')
    expect(initials('🌊')).toBe('#')
  })
})

describe('lines and fields of mixed direction', () => {
  const inside = /\u2066@sara_m\u2069/

  test('a line keeps a mention and an address whole among Persian letters', () => {
    expect(plainLine('سلام @sara_m خوبی؟')).toMatch(inside)
    expect(plainLine('ببین https://zolal.im/x را')).toContain('\u2066https://zolal.im/x\u2069')
    expect(plainLine('hello @sara_m')).toBe('hello @sara_m')
  })

  test('a line begins where its letters do that are not of an address or a mention', () => {
    expect(directionOfLine(plainLine('https://zolal.im خوب است'))).toBe('rtl')
    expect(directionOfLine(plainLine('zolal.im خوب است'))).toBe('rtl')
    expect(directionOfLine(plainLine('@sara_m سلام'))).toBe('rtl')
    expect(directionOfLine('@sara_m hello')).toBe('ltr')
    expect(directionOfLine('۱۲')).toBeUndefined()
  })

  test('a field runs as its lines do, each its own way where they differ', () => {
    expect(fieldDirection('@sara_m سلام\n۱۲\nخوبی', [])).toBe('rtl')
    expect(fieldDirection('hello\nسلام', [])).toBe('auto')
    expect(fieldDirection('12', [])).toBeNull()
  })

  test('marks keep an @ before its name in a field, and never leave it', () => {
    for (const text of ['سلام @sara_m', '@sara_m سلام', 'سلام\n(@sara_m) a@b.ir', 'hello @sara_m']) {
      expect(unmarked(marked(text))).toBe(text)
    }
    expect(marked('سلام @sara_m a@b.ir')).toBe('سلام \u200e@sara_m a@b.ir')
    expect(marked('hello @sara_m')).toBe('hello @sara_m')
  })
})

describe('direction of a line', () => {
  const cases: [string, Entity['kind'] | null, string, 'ltr' | 'rtl' | null][] = [
    ['a mention', 'mention', '@sara_m سلام', 'rtl'],
    ['an address', 'url', 'https://zolal.im خوب است', 'rtl'],
    ['a number', null, '۱۲ نفر آمدند', 'rtl'],
    ['a Latin number', null, '12 people came', 'ltr'],
    ['an emoji', null, '🙂 ممنون', 'rtl'],
    ['nothing but an address', 'url', 'https://zolal.im', 'ltr'],
    ['no letters', null, '123 !?', null],
  ]
  test.each(cases)('a line that starts with %s', (_, kind, text, wanted) => {
    const end = text.indexOf(' ') < 0 ? text.length : text.indexOf(' ')
    const entities = kind ? [{ kind, offset: 0, length: end } as Entity] : []
    expect(readingDirection(text, entities, 0, text.length)).toBe(wanted)
  })
})

describe('rich text', () => {
  test('overlapping entities are cut into pieces with both looks', () => {
    const blocks = blocksOf({
      text: 'abcdef',
      entities: [
        { kind: 'bold', offset: 0, length: 4 },
        { kind: 'italic', offset: 2, length: 4 },
      ],
    })
    const pieces =
      blocks[0]?.kind === 'text' ? blocks[0].lines.flatMap((l) => l.spans).flatMap((s) => s.pieces) : []
    expect(pieces.map((p) => [p.text, p.bold, p.italic])).toEqual([
      ['ab', true, false],
      ['cd', true, true],
      ['ef', false, true],
    ])
  })

  test('quotes and code stand as blocks, and the line breaks around them go', () => {
    const body = readMarkup('one\n> two\n> three\n```go\nx := 1\n```\nfour')
    const blocks = blocksOf(body)
    expect(blocks.map((b) => b.kind)).toEqual(['text', 'quote', 'pre', 'text'])
    expect(blocks[2]).toMatchObject({ language: 'go', text: 'x := 1' })
  })

  test('entities outside the text are ignored', () => {
    expect(blocksOf({ text: 'ab', entities: [{ kind: 'bold', offset: 1, length: 9 }] })).toMatchObject([
      { kind: 'text', lines: [{ spans: [{ pieces: [{ text: 'ab', bold: false }] }] }] },
    ])
  })

  test('every line is a paragraph with a direction of its own', () => {
    const text = 'سلام (hello)\n\nFirst (اول) line\n#مادها\n۱۲۳'
    const [block] = blocksOf({ text, entities: withDetected(text, []) })
    const lines = block?.kind === 'text' ? block.lines : []
    expect(lines.map((l) => l.direction)).toEqual(['rtl', null, 'ltr', 'rtl', null])
    const said = lines.map((l) => l.spans.flatMap((s) => s.pieces.map((p) => p.text)).join(''))
    expect(said.join('\n')).toBe(text)
  })

  test('what is slanted is decided by the letters, not by the language of the app', () => {
    const italic = (text: string) => {
      const [block] = blocksOf({ text, entities: [{ kind: 'italic', offset: 0, length: text.length }] })
      const piece = block?.kind === 'text' ? block.lines[0]?.spans[0]?.pieces[0] : undefined
      return [piece?.italic, piece?.upright]
    }
    expect(italic('word')).toEqual([true, false])
    expect(italic('واژه')).toEqual([false, true])
  })

  test('only web, mail, phone, Telegram addresses and our own lead anywhere', () => {
    const link = (url: string): Entity => ({ kind: 'textLink', url, offset: 0, length: 1 })
    expect(hrefOf(link('javascript:alert(1)'), 'x')).toBeNull()
    expect(hrefOf(link('data:text/html,x'), 'x')).toBeNull()
    expect(hrefOf(link('zolal.im/a'), 'x')).toBe('https://zolal.im/a')
    expect(hrefOf(link('zolal://join/aB-_3'), 'x')).toBe('#/join/aB-_3')
    expect(hrefOf({ kind: 'url', offset: 0, length: 1 }, 'ZOLAL://news_channel/')).toBe(
      '#/join/@news_channel',
    )
    expect(hrefOf(link('zolal://a/b/c'), 'x')).toBeNull()
    expect(hrefOf(link('zolal://'), 'x')).toBeNull()
  })

  test('one to three emoji alone are drawn large', () => {
    expect(jumboEmoji(plain('❤️'))).toBe(1)
    expect(jumboEmoji(plain('👨‍👩‍👧 🇮🇷'))).toBe(2)
    expect(jumboEmoji(plain('🙂🙂🙂🙂'))).toBe(0)
    expect(jumboEmoji(plain('ok 🙂'))).toBe(0)
    expect(jumboEmoji(plain('12'))).toBe(0)
  })

  test('a preview line covers spoilers', () => {
    expect(lineOf({ text: 'he dies', entities: [{ kind: 'spoiler', offset: 3, length: 4 }] })).toBe('he ▒▒▒▒')
  })
})

describe('detection', () => {
  const found = (text: string) =>
    withDetected(text, []).map((e) => [e.kind, text.slice(e.offset, e.offset + e.length)])

  test('addresses, mentions, tags, commands, mail and numbers', () => {
    expect(
      found(
        'see https://zolal.im/a?b=1. and zolal.im, @sara_m #زلال_خوب $USD /start a.b@c.ir +98 21 1234 5678',
      ),
    ).toEqual([
      ['url', 'https://zolal.im/a?b=1'],
      ['url', 'zolal.im'],
      ['mention', '@sara_m'],
      ['hashtag', '#زلال_خوب'],
      ['cashtag', '$USD'],
      ['botCommand', '/start'],
      ['email', 'a.b@c.ir'],
      ['phone', '+98 21 1234 5678'],
    ])
  })

  test('words, fractions and numbers are left alone', () => {
    expect(found('and/or 1/2 #1 @ab 12.5 e.g. $5')).toEqual([])
  })

  test('nothing is found inside code', () => {
    const body = readMarkup('`@sara_m` and @sara_m')
    expect(body.entities.map((e) => e.kind)).toEqual(['code', 'mention'])
  })
})

describe('markup', () => {
  test('each sign gives its entity', () => {
    const body = readMarkup('**b** __i__ ++u++ ~~s~~ ||p|| `c` [l](https://zolal.im)')
    expect(body.text).toBe('b i u s p c l')
    expect(body.entities.map((e) => e.kind)).toEqual([
      'bold',
      'italic',
      'underline',
      'strike',
      'spoiler',
      'code',
      'textLink',
    ])
  })

  test('signs without a partner, snake_case and arithmetic stay as typed', () => {
    for (const text of ['2 ** 3', 'a__b', '**', 'x || y', '5 ~~', 'C++'])
      expect(readMarkup(text)).toEqual(plain(text))
  })

  test('what was written back reads the same', () => {
    const bodies: FormattedText[] = [
      readMarkup('سلام **دنیا** و ||راز||\n> نقل‌قول\n> دو خط\nپایان'),
      readMarkup('>> long\n>> quote'),
      readMarkup('```ts\nlet a = `x`\n**not bold**\n```'),
      readMarkup('**bold __both__**'),
      plain('a * b ** c \\** [x](y) > z'),
      plain('> not a quote'),
      { text: 'سارا آمد', entities: [{ kind: 'textMention', account: 7, offset: 0, length: 4 }] },
    ]
    for (const body of bodies) expect(readMarkup(writeMarkup(body))).toEqual(body)
  })

  test('any text at all survives writing and reading', () => {
    const signs = ['*', '_', '+', '~', '|', '`', '[', ']', '(', ')', '>', '\\', '\n', 'a', 'س', ' ']
    let seed = 7
    const next = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % n
    }
    for (let i = 0; i < 4000; i++) {
      const text = Array.from({ length: next(12) }, () => signs[next(signs.length)])
        .join('')
        .trim()
      expect(readMarkup(writeMarkup(plain(text))).text).toBe(text)
    }
  })
})

describe('password strength', () => {
  test('common, short and own-name passwords are weak; long mixed ones are strong', () => {
    expect(passwordStrength('', 'sara')).toBe(0)
    expect(passwordStrength('12345678', 'sara')).toBe(1)
    expect(passwordStrength('sara_2020!x', 'sara')).toBe(1)
    expect(passwordStrength('correct horse battery', 'sara')).toBe(4)
    expect(passwordStrength('رود زلال و کوه بلند', 'sara')).toBe(4)
  })

  test('of a weak password it is told what it needs, and only of a weak one', () => {
    expect(passwordFault('', 'sara')).toBe('short')
    expect(passwordFault('x7!pQ', 'sara')).toBe('short')
    expect(passwordFault('12345678', 'sara')).toBe('common')
    expect(passwordFault('at Sara_s 77', 'sara_s')).toBe('name')
    expect(passwordFault('aaaaaaaaaaaa', 'sara')).toBe('dull')
    expect(passwordFault('87654321', '')).toBe('dull')
    for (const good of ['river chalk tent', 'vP4!xw9Lq2']) {
      expect(passwordFault(good, 'sara')).toBeNull()
      expect(passwordStrength(good, 'sara')).toBeGreaterThan(1)
    }
  })
})

describe('runs and days', () => {
  const message = (seq: number, account: number, at: number, own = false): MessageView => ({
    key: `k${seq}`,
    seq,
    at,
    own,
    author: { account, name: `n${account}` },
    content: { kind: 'text', body: plain(`m${seq}`) },
    reply: null,
    forward: null,
    editedAt: null,
    reactions: [],
    delivery: null,
    failure: null,
    retryAt: null,
    views: null,
    pinned: false,
    silent: false,
    mentionsMe: false,
    rights: { reply: true, edit: false, pin: false, react: true, forward: true, deleteForAll: false },
  })
  const dayOf = (at: number) => String(Math.floor(at / 86_400_000))

  test('messages of one writer within ten minutes make a run; days and the unread line cut it', () => {
    const minute = 60_000
    const messages = [
      message(1, 5, 0),
      message(2, 5, minute),
      message(3, 6, 2 * minute),
      message(4, 6, 3 * minute),
      message(5, 6, 90 * minute),
      message(6, 6, 86_400_000),
    ]
    const days = arrange({ messages, before: null, unreadFrom: 4, oneSided: false }, dayOf)
    const shape = days.map((d) =>
      d.rows.map((r) => (r.kind === 'run' ? r.run.messages.map((m) => m.seq) : 'unread')),
    )
    expect(shape).toEqual([[[1, 2], [3], 'unread', [4], [5]], [[6]]])
  })

  test('the unread line stands before what people wrote, and not in a slice that begins after it', () => {
    const begun: MessageView = {
      ...message(1, 5, 0),
      content: { kind: 'service', service: { kind: 'chatCreated', title: '' } },
    }
    const all = [begun, message(2, 5, 1), message(3, 5, 2)]
    const shape = (messages: MessageView[], unreadFrom: number) =>
      arrange({ messages, before: null, unreadFrom, oneSided: false }, dayOf)
        .flatMap((day) => day.rows)
        .map((row) => (row.kind === 'run' ? row.run.messages.map((m) => m.seq) : 'unread'))
    expect(shape(all, 1)).toEqual([[1], 'unread', [2, 3]])
    expect(shape(all.slice(1), 2)).toEqual(['unread', [2, 3]])
    expect(shape(all.slice(1), 1)).toEqual([[2, 3]])
  })

  test('that a chat begins stands above its day; what happened there stands below, for whoever reads', () => {
    const begun: MessageView = {
      ...message(1, 5, 0),
      content: { kind: 'service', service: { kind: 'chatCreated', title: '' } },
    }
    const above = (messages: MessageView[], before: null | 'unknown' = null) =>
      arrange({ messages, before, unreadFrom: null, oneSided: false }, dayOf).map((day) => day.above)
    const later = { ...begun, key: 'later', seq: 4, at: 2 * 86_400_000 }
    expect(
      above([begun, message(2, 5, 1), message(3, 5, 86_400_000), later, message(5, 5, later.at)]),
    ).toEqual([1, 0, 0])
    expect(above([begun])).toEqual([0])
    expect(above([begun, message(2, 5, 1)], 'unknown')).toEqual([0])
    expect(above([message(2, 5, 1), { ...begun, at: 2 }])).toEqual([0])
    const service = (seq: number, title: string) => ({
      ...message(seq, 5, seq),
      content: { kind: 'service', service: { kind: 'chatCreated', title } } as const,
    })
    // A new reader of a channel has the line of what is new below what was made, and its owner none.
    for (const unreadFrom of [null, 1, 2]) {
      const all = [service(1, 'Books'), service(2, 'Books'), message(3, 5, 3)]
      expect(arrange({ messages: all, before: null, unreadFrom, oneSided: true }, dayOf)[0]?.above).toBe(0)
    }
    // What else is told at the beginning is no head: it stands below the day.
    const [day] = arrange(
      { messages: [begun, service(2, 'Books')], before: null, unreadFrom: null, oneSided: false },
      dayOf,
    )
    expect([day?.above, day?.rows.length]).toEqual([1, 2])
  })

  test('the posts of a channel stand on one side, whoever wrote them', () => {
    const messages = [message(1, 5, 0), { ...message(2, 6, 60_000), own: true }]
    const kinds = (oneSided: boolean) =>
      arrange({ messages, before: null, unreadFrom: null, oneSided }, dayOf)
        .flatMap((day) => day.rows)
        .map((row) => row.kind === 'run' && row.run.kind)
    expect(kinds(true)).toEqual(['other', 'other'])
    expect(kinds(false)).toEqual(['other', 'own'])
  })

  test('a slice that begins inside a run says so, also while the rest is not loaded', () => {
    const begins = (before: MessageView | null | 'unknown') => {
      const slice = { messages: [message(2, 5, 60_000)], before, unreadFrom: null, oneSided: false }
      const row = arrange(slice, dayOf)[0]?.rows[0]
      return row?.kind === 'run' ? !row.run.continued : null
    }
    expect(begins(null)).toBe(true)
    expect(begins('unknown')).toBe(false)
    expect(begins(message(1, 5, 0))).toBe(false)
    expect(begins(message(1, 6, 0))).toBe(true)
  })
})

describe('sign-ins that nobody answered for', () => {
  const day = 86_400_000
  const now = 100 * day
  const device = (id: number, created: number): DeviceView => ({
    id,
    name: 'Firefox on Linux',
    client: 'zolal-web',
    version: '',
    build: '',
    lastUse: now,
    created,
    current: id === 2,
    official: true,
    scopes: ['read', 'send', 'manage'],
    expires: 0,
  })
  const told = (of: DeviceView, reason: string): NoticeView => ({
    seq: of.id,
    at: of.created,
    reason,
    removed: false,
    device: of,
  })

  test('are those that came lately, after this device, by the password alone', () => {
    const [older, own, fresh] = [device(1, now - 3 * day), device(2, now - 2 * day), device(3, now - day)]
    const all = [older, own, fresh]
    const came = all.map((one) => told(one, 'signed_in'))
    expect(unconfirmed(all, came, now)).toEqual([fresh])
    expect(unconfirmed(all, [...came, told(fresh, 'vouched')], now)).toEqual([])
    expect(unconfirmed(all, came, now + 7 * day)).toEqual([])
    for (const reason of ['linked', 'recovery', 'token']) {
      expect(unconfirmed(all, [told(fresh, reason)], now)).toEqual([])
    }
  })
})
