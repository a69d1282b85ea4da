// SPDX-License-Identifier: AGPL-3.0-or-later
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../src/model'
import { PUSH_DEFAULTS } from '../src/model/push'
import { speechOf } from '../src/worker/words'
import * as ar from './fixture/ar'

const root = { dataset: {} as Record<string, string>, lang: '', dir: '' }
const stored = new Map<string, string>()

// A file more in catalogue/, as somebody adds it. Everything else is as it is shipped.
vi.mock('../src/ui/i18n/files', async (real) => {
  const { files } = await real<typeof import('../src/ui/i18n/files')>()
  return { files: { ...files, './catalogue/ar.ts': () => import('./fixture/ar') } }
})

vi.stubGlobal('navigator', { language: 'ar-EG' })
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }))
vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: () => '' }))
vi.stubGlobal('document', { documentElement: root, querySelector: () => null })
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
})

const { i18n, languages, t, f } = await import('../src/ui/i18n/i18n.svelte')
const { look } = await import('../src/ui/state/look.svelte')
const { words: settings } = await import('../src/ui/settings/words')
const { words: errors } = await import('../src/ui/state/words')
const { paper } = await import('../src/ui/auth/paper')
const { lasting } = await import('../src/ui/voice/time')
const { makeMonths } = await import('../src/ui/i18n/months')
const { togetherLine } = await import('../src/ui/list/together')
const { explain, explainSignIn } = await import('../src/ui/state/explain')
const first = look.now.language

test('what was sent together is counted where it is of one kind, and else is an album', async () => {
  const line = async (language: string, ...of: Parameters<typeof togetherLine>) => {
    await i18n.use(language)
    return togetherLine(...of)
  }
  look.change({ digits: 'language', calendar: 'language' })
  expect(await line('en', 'file', ['file', 'file', 'file'])).toBe('3 files')
  expect(await line('fa', 'file', ['file', 'file', 'file'])).toBe('۳ پرونده')
  expect(await line('fa', 'photo', ['photo', 'photo'])).toBe('۲ عکس')
  expect(await line('en', 'video', ['photo', 'video'])).toBe('Album')
  // As long as nobody knows how many: a file has a name, which says more.
  expect([await line('en', 'photo'), await line('en', 'file')]).toEqual(['Album', ''])
  expect(await line('en', 'photo', ['photo'])).toBe('')
})

describe('a third language is one file', () => {
  beforeEach(async () => {
    look.change({ digits: 'language', calendar: 'language' })
    await i18n.use('ar')
  })

  test('it is offered under its own name, and first to whose browser speaks it', async () => {
    stored.clear()
    expect(languages).toEqual(['fa', 'en', 'ar'])
    expect(await i18n.nameOf('ar')).toBe('العربية')
    expect(first).toBe('ar')
    await i18n.use('en')
    await i18n.use(first)
    expect([root.lang, root.dir]).toEqual(['ar', 'rtl'])
    // The page is turned before the words are here: boot.js reads what is kept.
    expect(JSON.parse(stored.get('zolal.look') ?? '{}')).toMatchObject({ language: 'ar', direction: 'rtl' })
  })

  test('its words stand where it has some, and English ones where it has none', async () => {
    expect(t().app.search).toBe('بحث')
    expect(t().app.cancel).toBe('Cancel')
    expect(t().composer.replyTo('Ali')).toBe('رد على \u2068Ali\u2069.')
    expect(settings().profile).toBe('الملف الشخصي')
    expect(settings().themes).toEqual({ ...settings().themes, dark: 'داكن', light: 'Light' })
    expect(errors().NAME_RESTING).toMatch(/^Somebody gave this name up/)
    expect(t().connection.outbox(2)).toBe('رسالتان')
    expect(t().connection.outbox(3)).toBe('٣ رسائل')
    expect(t().chat.members(2)).toBe('٢ members')
  })

  test('its digits and calendar are its own, unless the reader chose others', async () => {
    const noon = new Date(2026, 10, 23, 12, 5).getTime()
    expect(f().n(1234567)).toBe('١٬٢٣٤٬٥٦٧')
    expect(f().digits('v1.2')).toBe('v١.٢')
    expect(lasting(427_000, f())).toBe('٧:٠٧')
    expect(f().date(noon)).toMatch(/^٢٣ نوفمبر.* ٢٠٢٦$/)
    expect(f().day(noon, noon)).toBe('اليوم')
    expect(i18n.file?.about.week).toBe(0)
    look.change({ digits: 'latin', calendar: 'jalali' })
    expect(f().n(1234)).toBe('1,234')
    expect(makeMonths(f().locale).jalali).toBe(true)
    look.change({ digits: 'persian' })
    expect(f().digits('12')).toBe('۱۲')
  })

  test('what the server shows in two languages is asked for in English', async () => {
    expect(paper('terms')).toBe('/terms?lang=en')
    await i18n.use('fa')
    expect(paper('terms')).toBe('/terms?lang=fa')
  })

  test('notifications say its words and English ones, also those of earlier versions', () => {
    const row = { on: true, language: 'ar', settings: PUSH_DEFAULTS }
    const { direction, locale, words } = speechOf({
      ...row,
      speech: { language: 'ar', direction: 'rtl', locale: 'ar-u-nu-arab', words: ar.notifications ?? {} },
    })
    expect([direction, new Intl.NumberFormat(locale).format(12)]).toEqual(['rtl', '١٢'])
    expect(words).toMatchObject({ many: '# رسائل جديدة', test: 'Notifications work' })
    expect(words.media).toMatchObject({ MEDIA_KIND_PHOTO: 'صورة', MEDIA_KIND_FILE: 'File' })
    expect(speechOf({ ...row, language: 'fa' })).toMatchObject({ direction: 'rtl', words: { app: 'زلال' } })
    expect(speechOf({ ...row, language: 'en' })).toMatchObject({ direction: 'ltr', words: { app: 'Zolal' } })
  })

  test('the other languages stay as they are beside it', async () => {
    await i18n.use('fa')
    expect([t().app.cancel, settings().themes.dark, root.dir]).toEqual(['انصراف', 'تیره', 'rtl'])
    await i18n.use('en')
    expect([settings().themes.dark, root.dir]).toEqual(['Dark', 'ltr'])
    await i18n.use('xx')
    expect([i18n.direction, root.lang]).toEqual(['ltr', 'en'])
    expect(t().app).toMatchObject({ cancel: 'Cancel', search: 'Search' })
  })
})

test('who was asked for a password alone is told nothing of a username, and who signs in is', async () => {
  await i18n.use('en')
  const wrong = new AppError('PASSWORD_WRONG')
  expect(explain(wrong)).toBe('The password is incorrect.')
  expect(explainSignIn(wrong)).toBe('The username or password is incorrect.')
  expect(explainSignIn(new AppError('NOT_FOUND'))).toBe(explain(new AppError('NOT_FOUND')))
})

test('what is loaded later finds its words under the name of its folder', () => {
  const words = Object.keys(import.meta.glob('../src/ui/*/words.ts'))
  expect(words.length).toBeGreaterThan(20)
  for (const path of words) {
    const text = readFileSync(resolve(import.meta.dirname, path), 'utf8')
    expect(text, path).toContain(`>('${dirname(path).split('/').at(-1)}', {`)
  }
})
