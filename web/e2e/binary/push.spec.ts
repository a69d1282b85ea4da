// SPDX-License-Identifier: AGPL-3.0-or-later
import { resolve } from 'node:path'
import type { Page } from '@playwright/test'
import {
  accept,
  accessible,
  expect,
  findPerson,
  hide,
  menu,
  numbered,
  type PersonOptions,
  said,
  signUp,
  talk,
  test,
  type World,
  write,
} from './fixtures'
import { choose, painted, sendSheet } from './fixtures-media'
import { open, together, withMember } from './fixtures-rooms'
import { Front, forget, keepAll, keptOf } from './front'
import { badges, buildPushService, controlled, PushService, shown, takenDown, Worker } from './pushservice'

test.beforeAll(buildPushService)

const withWorker = { worker: true } satisfies PersonOptions

async function openNotifications(page: Page, language: 'fa' | 'en' = 'fa'): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/settings/notifications`)
  const title = language === 'fa' ? 'اعلان‌ها' : 'Notifications'
  await expect(page.getByRole('heading', { name: title })).toBeVisible()
  // The heading is there before the rest, which is fetched when it is asked for.
  await expect(mainSwitch(page)).toBeVisible()
}

const mainSwitch = (page: Page) => page.getByRole('switch').first()

const dist = resolve(import.meta.dirname, '../../dist')

/** An address that will be blocked, which the server names beside its own; the set-up link leads there. */
async function fronted({ server }: World) {
  const front = await Front.start(server.url, dist)
  const both = `${front.url},${server.url}`
  await server.stop()
  await server.start('--addresses', both)
  await front.learn()
  return { front, both, from: server.setup.replace(server.url, front.url) }
}

test('the app starts while its own address is blocked, and reaches the server by another', async ({
  world,
}) => {
  const { server } = world
  const { front, both, from } = await fronted(world)
  const sara = await world.person('سارا محمدی', 'sara_offline', { ...withWorker, leaves: true, from })
  await controlled(sara)
  const assets = await keepAll(sara, dist)
  // One more is named once her app is kept: its page takes it up when it is opened again.
  const more = 'http://127.0.0.1:9'
  const addresses = ['--addresses', `${both},${more}`]
  await server.stop()
  await server.start(...addresses)
  await front.learn()
  await sara.reload()
  const kept = () =>
    sara.evaluate(async () => {
      const cache = await caches.open('zolal-files')
      const all = await cache.matchAll('/index.html', { ignoreSearch: true })
      return all.map(({ headers }) => headers.get('content-security-policy')).join()
    })
  await expect.poll(kept).toContain(more)
  const reza = await world.person('رضا احمدی', 'reza_offline', { leaves: true })
  await findPerson(reza, 'sara_offline', 'سارا محمدی')
  await write(reza, 'سلام، این را بی‌شبکه هم می‌بینی؟')
  await expect(sara.getByRole('button', { name: /درخواست‌های پیام/ })).toBeVisible()

  // A part of the app that this device does not have comes from the other address too.
  const picker = assets.filter((name) => name.startsWith('EmojiPicker-')).map((name) => `/assets/${name}`)
  await front.stop()
  await forget(sara, picker)
  await sara.reload()
  await accept(sara, /رضا احمدی/)
  await sara.getByRole('button', { name: 'شکلک' }).click()
  await expect(sara.getByRole('button', { name: '😀' })).toBeVisible()
  expect(await keptOf(sara)).toEqual(expect.arrayContaining(picker))
  await sara.keyboard.press('Escape')
  await write(sara, 'از نشانی دیگر')
  await expect(said(reza, 'از نشانی دیگر')).toBeVisible()
  // Media come from there too.
  await choose(reza, [await painted(reza, 'کوه.jpg', [640, 480])])
  await sendSheet(reza, 'و این')
  await said(sara, 'و این').locator('.picture .open').click()
  await expect(said(sara, 'و این').locator('img.ready')).toBeVisible()
  await sara.screenshot({ path: 'test-results/blocked-fa.png' })

  await server.stop('SIGKILL')
  await sara.reload()
  await expect(sara.getByRole('searchbox')).toBeVisible()
  await expect(said(sara, 'و این')).toBeVisible()
  await sara.screenshot({ path: 'test-results/offline-fa.png' })
  // What is written now and left waiting the worker sends when there is a network, without a page of the app.
  await write(sara, 'برگشت')
  await expect(said(sara, 'برگشت').getByRole('img', { name: 'در انتظار فرستادن' })).toBeVisible()
  const worker = await Worker.of(sara)
  await sara.goto('about:blank')
  await server.start(...addresses)
  await worker.wake('outbox')
  await expect(said(reza, 'برگشت')).toBeVisible({ timeout: 60_000 })
  // The next page learns what became of it: Reza, who has the chat open, has read it. Nothing doubles.
  await sara.goBack()
  await expect(said(sara, 'برگشت').getByRole('img', { name: 'خوانده شد' })).toBeVisible()
  for (const page of [sara, reza]) await expect(talk(page).getByText('برگشت')).toHaveCount(1)
})

/** Sara, who is woken for what comes, and Reza, whom she wrote to; she looks at the settings. */
async function woken(world: World) {
  const service = await PushService.start(world.server)
  const sara = await world.person('سارا محمدی', 'sara_pushed', withWorker)
  await sara.context().grantPermissions(['notifications'])
  await service.gives(sara)
  await sara.reload()
  const worker = await Worker.of(sara)
  const reza = await world.person('رضا احمدی', 'reza_pushed')
  await findPerson(sara, 'reza_pushed', 'رضا احمدی')
  await write(sara, 'سلام')
  await accept(reza, /سارا/)
  await openNotifications(sara)
  await mainSwitch(sara).click()
  await expect(sara.getByRole('button', { name: 'یک اعلان آزمایشی بفرست' })).toBeVisible()
  return { service, sara, worker, reza }
}

/** Reza writes while Sara's browser is closed: what the server has it woken by. */
async function pushOf(text: string, { service, sara, reza }: Awaited<ReturnType<typeof woken>>) {
  const before = service.pushed.length
  const { origin } = new URL(sara.url())
  await sara.goto(`${origin}/.well-known/zolal`)
  await write(reza, text)
  await expect(said(reza, text)).toBeVisible()
  await expect.poll(() => service.pushed.length, { timeout: 60_000 }).toBeGreaterThan(before)
  await sara.goto(`${origin}/#/settings/notifications`)
  await controlled(sara)
  return service.pushed.at(-1) ?? ''
}

test('a push names who wrote and where, opens the chat, and goes when it is read', async ({ world }) => {
  const all = await woken(world)
  const { service, sara, worker, reza } = all
  await sara.screenshot({ path: 'test-results/notifications-fa.png' })

  const pushed = await pushOf('فردا به کتابخانه می‌آیی؟', all)
  expect(pushed).toMatch(/^\{"v":1,"chat":\d+,"seq":\d+\}$/)
  const badge = await badges(sara)
  await worker.deliver(pushed)
  // One may take the place of another while it is looked at.
  await expect.poll(async () => (await shown(sara)).map(({ title }) => title)).toEqual(['رضا احمدی'])
  await expect
    .poll(async () => (await shown(sara)).map(({ body }) => body).join())
    .toContain('فردا به کتابخانه می‌آیی؟')
  // The same again shows nothing more.
  await worker.deliver(pushed)
  await expect.poll(() => shown(sara)).toHaveLength(1)
  expect((await badge()).at(-1), 'the worker counts what waits').toBe(1)

  // Read here, it goes.
  const taken = await takenDown(sara)
  await sara.goto(`${world.server.url}/#/`)
  await sara.getByRole('link', { name: /رضا احمدی/ }).click()
  await expect(said(sara, 'فردا به کتابخانه می‌آیی؟')).toBeVisible()
  const chat = /\d+$/.exec(sara.url())?.[0]
  await expect.poll(taken).toContain(`chat-${chat}`)
  // How far it was read goes to the server in a moment.
  const counted = async () => {
    await worker.deliver(`{"v":1,"chat":${chat},"read":1}`)
    return (await badge()).at(-1)
  }
  await expect.poll(counted).toBe(0)

  // A phone may put to sleep what nobody looks at: it is woken at once, connected as it still is.
  const before = service.pushed.length
  let away = 0
  sara.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (payload.includes('Push/Away')) away++
    }),
  )
  await sara.goto(`${world.server.url}/#/`)
  await sara.reload()
  await expect.poll(() => away, 'it is looked at').toBe(1)
  await hide(sara)
  await expect.poll(() => away).toBe(2)
  await write(reza, 'خوابیده‌ای؟')
  await expect.poll(() => service.pushed.length, { timeout: 60_000 }).toBeGreaterThan(before)
  // Looked at again, it is left alone.
  await hide(sara, false)
  await expect.poll(() => away).toBe(3)
  await service.stop()
})

test('what is shown while a page looks at what was is found again, and goes when it is read', async ({
  world,
}) => {
  const { service, sara, worker } = await woken(world)
  // As the page does whenever its list of chats changes, without a pause in between.
  await sara.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    const look = () => navigator.locks.request('notifications', () => registration.getNotifications())
    const again = (): Promise<void> => look().then(again)
    void again()
  })
  const tags = async () => (await shown(sara)).map(({ tag }) => tag)
  const taken = await takenDown(sara)
  for (let chat = 5001; chat <= 5012; chat++) {
    await worker.deliver(`{"v":1,"chat":${chat},"seq":1}`)
    await expect.poll(tags).toEqual([`chat-${chat}`])
    await worker.deliver(`{"v":1,"chat":${chat},"read":1}`)
    await expect.poll(taken).toContain(`chat-${chat}`)
    await expect.poll(tags).toEqual([])
  }
  await service.stop()
})

test('what is pushed is shown while the address that the app came from swallows everything', async ({
  world,
}) => {
  const { front, from } = await fronted(world)
  const sara = await world.person('سارا محمدی', 'sara_swallowed', { ...withWorker, leaves: true, from })
  await sara.context().grantPermissions(['notifications'])
  const worker = await Worker.of(sara)
  await keepAll(sara, dist)
  const reza = await world.person('رضا احمدی', 'reza_swallowed')
  await findPerson(sara, 'reza_swallowed', 'رضا احمدی')
  await write(sara, 'سلام')
  await accept(reza, /سارا/)
  await sara.goto(`${front.url}/#/`)

  front.swallow()
  await write(reza, 'از راه دیگر')
  await expect(sara.getByRole('link', { name: /رضا احمدی.*از راه دیگر/ })).toBeVisible({ timeout: 60_000 })
  await numbered(reza, 'از راه دیگر')
  const seq = await said(reza, 'از راه دیگر').getAttribute('data-seq')
  const chat = /\d+$/.exec(reza.url())?.[0]
  await worker.deliver(`{"v":1,"chat":${chat},"seq":${seq}}`)
  await expect.poll(async () => (await shown(sara)).map(({ title }) => title)).toEqual(['رضا احمدی'])
  // With the app's picture, which nobody has to be asked for.
  expect((await shown(sara))[0]?.icon).toMatch(/^data:image\/png/)
  await front.stop()
})

test('one chat notifies though its kind is off, until it is as the others again', async ({ world }) => {
  const all = await woken(world)
  const { service, sara } = all
  await sara.getByRole('switch', { name: 'گفتگوهای دونفره' }).click()
  await sara.goto(`${world.server.url}/#/`)
  await sara.getByRole('link', { name: /رضا احمدی/ }).click({ button: 'right' })
  await sara.getByRole('menuitem', { name: 'بی‌صدا کردن' }).click()
  await sara.getByRole('menuitem', { name: 'در هر حال خبر بده' }).click()
  await openNotifications(sara)
  await expect(sara.getByRole('listitem').filter({ hasText: 'رضا احمدی' })).toContainText(
    'در هر حال خبر می‌دهد',
  )
  await sara.screenshot({ path: 'test-results/notifications-single-fa.png' })
  await pushOf('با این‌که خاموش است', all)

  await sara.getByRole('button', { name: /مثل بقیهٔ هم‌نوع‌هایش/ }).click()
  await expect(sara.getByRole('listitem').filter({ hasText: 'رضا احمدی' })).toHaveCount(0)
  await service.stop()
})

test('what was pushed and is deleted is shown no longer', async ({ world }) => {
  const all = await woken(world)
  const { service, sara, worker, reza } = all
  await worker.deliver(await pushOf('این را پاک می‌کنم', all))
  await expect.poll(async () => (await shown(sara)).map(({ title }) => title)).toEqual(['رضا احمدی'])
  const taken = await takenDown(sara)
  const [{ tag } = { tag: '' }] = await shown(sara)
  await menu(reza, 'این را پاک می‌کنم', 'حذف')
  await reza.getByRole('dialog').getByRole('button', { name: /^حذف/ }).last().click()
  await expect(reza.getByText('این را پاک می‌کنم')).toHaveCount(0)
  await expect.poll(taken).toContain(tag)
  await service.stop()
})

for (const language of ['fa', 'en'] as const) {
  test(`whoever is offered a chat is told while away, until they looked or it is over (${language})`, async ({
    world,
  }) => {
    const service = await PushService.start(world.server)
    const sara = await world.person('Sara', 'sara_offers', { language })
    const phone = { ...withWorker, language, phone: true, theme: 'dark' } as const
    const reza = await world.person('Reza', 'reza_offered', phone)
    await reza.context().grantPermissions(['notifications'])
    await service.gives(reza)
    await reza.reload()
    await together(sara, reza, 'Mountain')
    const chat = sara.url()
    const worker = await Worker.of(reza)
    await openNotifications(reza, language)
    await mainSwitch(reza).click()
    await expect(reza.getByRole('button', { name: /یک اعلان آزمایشی بفرست|Send me a test/ })).toBeVisible()
    await open(sara, chat, 'members')
    const { row, choose: act, promote, offer } = withMember(sara, 'Reza')
    await promote()

    const { origin } = new URL(chat)
    await reza.goto(`${origin}/.well-known/zolal`)
    await offer()
    await expect.poll(() => service.pushed.length, { timeout: 60_000 }).toBe(1)
    const pushed = service.pushed[0] ?? ''
    expect(pushed).toMatch(/^\{"v":1,"chat":\d+,"offer":\d+\}$/)
    await reza.goto(`${origin}/#/settings/notifications`)
    await controlled(reza)
    await worker.deliver(pushed)
    const asks = /به شما واگذار کند|hand this group over to you/
    const told = async () => (await shown(reza)).map(({ title, body }) => `${title}: ${body}`).join()
    await expect.poll(told).toMatch(new RegExp(`^Mountain: .*(${asks.source})$`))
    await reza.goto(origin)
    const link = reza.getByRole('link', { name: /به شما پیشنهاد شده است|is offered to you/ })
    await expect(link).toBeVisible()
    await reza.screenshot({ path: `test-results/offered-unread-${language}.png` })
    // Who looks at it in the app is told no longer.
    await link.click()
    const bar = reza.getByRole('status').filter({ hasText: asks })
    await expect(bar).toBeVisible()
    await expect.poll(() => shown(reza)).toHaveLength(0)
    // Neither of the two looks at what is over: taken back, and where the admin leaves.
    await act(/^(پس گرفتن پیشنهاد|Take the offer back)$/)
    await expect(bar).toHaveCount(0)
    // A page that nobody looks at tells of it, and it is looked at once the page is.
    await hide(reza)
    await offer()
    await expect.poll(told).toMatch(new RegExp(`^Mountain: .*(${asks.source})$`))
    await expect(bar).toBeVisible()
    await hide(reza, false)
    await expect.poll(() => shown(reza)).toHaveLength(0)
    await sara.screenshot({ path: `test-results/offering-${language}.png` })
    // What was done follows too.
    await open(sara, chat, 'deeds')
    await expect(sara.locator('.details li').first()).toContainText(/پیشنهاد کرد|offered the ownership/)
    await bar.getByRole('button', { name: /^(نمی‌پذیرم|No)$/ }).click()
    await expect(sara.locator('.details li').first()).toContainText(/نپذیرفت|did not want/)
    await open(sara, chat, 'members')
    await offer()
    await expect(bar).toBeVisible()
    await open(reza, chat, 'info')
    await reza.getByRole('button', { name: /^(ترک گروه|Leave group)$/ }).click()
    await reza
      .getByRole('dialog')
      .getByRole('button', { name: /^(ترک گروه|ترک|Leave)/ })
      .click()
    await expect(row).toHaveCount(0)
    await service.stop()
  })
}

test('without preview neither name nor words show, and what is not ours shows nothing', async ({ world }) => {
  const service = await PushService.start(world.server)
  const sara = await world.person('سارا محمدی', 'sara_hidden', { ...withWorker, language: 'en', phone: true })
  await sara.context().grantPermissions(['notifications'])
  await service.gives(sara)
  await sara.reload()
  const worker = await Worker.of(sara)
  await openNotifications(sara, 'en')
  await mainSwitch(sara).click()
  await sara.getByRole('switch', { name: /Show names and words/ }).click()
  await sara.getByRole('switch', { name: /Quiet hours/ }).click()
  await expect(sara.getByLabel('From')).toHaveValue('23:00')
  await sara.getByLabel('Until').fill('06:30')
  await sara.getByLabel('Until').blur()
  await sara.screenshot({ path: 'test-results/notifications-en-phone.png', fullPage: true })
  // It is kept.
  await sara.reload()
  await expect(sara.getByLabel('Until')).toHaveValue('06:30')
  await expect(sara.getByRole('switch', { name: /Show names and words/ })).not.toBeChecked()
  await worker.deliver('{"v":1,"chat":4040,"seq":9}')
  await expect.poll(() => shown(sara)).toHaveLength(1)
  expect((await shown(sara))[0]).toMatchObject({ title: 'Zolal', body: 'You have a new message' })
  const taken = await takenDown(sara)
  await worker.deliver('{"v":1,"chat":4040,"read":9}')
  await expect.poll(taken).toContain('chat-4040')
  await worker.deliver('not one of ours')
  await worker.deliver('{"v":1,"chat":4041,"seq":1}')
  await expect.poll(() => shown(sara)).toHaveLength(1)
  await service.stop()
})

test('a test says what is in the way: nothing, the device, the server, the browser', async ({ world }) => {
  const service = await PushService.start(world.server)
  const sara = await world.person('سارا محمدی', 'sara_tests', withWorker)
  await openNotifications(sara)
  // The browser's own service cannot be reached from here.
  await sara.context().grantPermissions(['notifications'])
  await sara.reload()
  await controlled(sara)
  await mainSwitch(sara).click()
  await expect(sara.getByText('مرورگر به سرویس اعلان خود نمی‌رسد')).toBeVisible({ timeout: 60_000 })
  await expect(mainSwitch(sara)).not.toBeChecked()

  await service.gives(sara)
  await sara.reload()
  const worker = await Worker.of(sara)
  await mainSwitch(sara).click()
  const send = sara.getByRole('button', { name: 'یک اعلان آزمایشی بفرست' })
  await send.click()
  await expect.poll(() => service.pushed.length).toBe(1)
  await worker.deliver(service.pushed[0] ?? '')
  await expect(sara.getByText('رسید. اعلان‌ها روی این دستگاه کار می‌کنند.')).toBeVisible()
  await send.click()
  await expect(sara.getByText(/سرویس اعلان آن را پذیرفت، ولی نرسید/)).toBeVisible({ timeout: 60_000 })
  await sara.screenshot({ path: 'test-results/test-missing-fa.png' })
  await service.close()
  await send.click()
  await expect(sara.getByText(/سرور به سرویس اعلان مرورگرتان نمی‌رسد/)).toBeVisible({ timeout: 60_000 })
  await service.stop()
})

test('where the person or the operator said no, the page says so', async ({ world }) => {
  const sara = await world.person('Sara', 'sara_refused', { ...withWorker, language: 'en' })
  await sara.context().clearPermissions()
  await openNotifications(sara, 'en')
  await world.server.stop()
  await world.server.start('--push', 'off')
  await sara.context().grantPermissions(['notifications'])
  await sara.reload()
  await expect(sara.getByText('The operator of this server has switched notifications off.')).toBeVisible()
  await expect(mainSwitch(sara)).toBeDisabled()
})

/** Everything that a page can keep of its address. */
const kept = (page: Page) =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    cookies: document.cookie,
  }))
const NOTHING = { databases: [], caches: [], workers: 0, local: [], session: [], cookies: '' }

const iphone = {
  fa: {
    first: 'بهتر است نخست نصب کنید',
    seen: 'فهمیدم',
    byDevice: 'ورود با دستگاه دیگر',
    shown: 'کد این دستگاه',
    enter: /^وارد کردن کد دستگاه دیگر/,
    warning: 'فقط کدی را وارد کنید که همین حالا روی دستگاه خودتان می‌بینید.',
    wrong: 'هیچ دستگاهی این کد را نشان نمی‌دهد.',
    asked: 'این دستگاه وارد شود؟',
    yes: 'اجازه می‌دهم',
    digits: ['۰', '۱'],
  },
  en: {
    first: 'Better install first',
    seen: 'I see',
    byDevice: 'Sign in with another device',
    shown: 'Code of this device',
    enter: /^Enter the code of another device/,
    warning: 'Only enter a code that you see on a device of your own right now.',
    wrong: 'No device shows this code.',
    asked: 'Let this device in?',
    yes: 'Let it in',
    digits: ['0', '1'],
  },
}

for (const language of ['fa', 'en'] as const) {
  const title =
    'on an iPhone nothing is kept before installing was explained, and the app signs in by ten digits'
  test(`${title} (${language})`, async ({ world }) => {
    const { url, setup } = world.server
    const w = iphone[language]
    const theme = language === 'fa' ? 'light' : 'dark'
    const look = { language, theme, phone: true, worker: true } as const
    const shot = (page: Page, name: string) =>
      page.screenshot({ path: `test-results/binary/apple-${name}-${language}.png` })
    const safari = await world.visitor({ ...look, apple: 'browser', from: setup })
    const dialog = safari.getByRole('dialog', { name: w.first })
    await expect(dialog).toBeVisible()
    // All of the app is here, and waits.
    await safari.waitForLoadState('networkidle')
    expect(await kept(safari)).toEqual(NOTHING)
    await shot(safari, 'first')
    await dialog.getByRole('button', { name: w.seen }).click()
    await expect(dialog).toBeHidden()
    await signUp(safari, 'Sara', 'sara_apple')

    // The installed app has nothing of that. Both are on one phone, which cannot scan itself.
    const app = await world.visitor({ ...look, apple: 'installed', from: `${url}/#/signin` })
    await app.clock.install()
    await app.getByRole('button', { name: w.byDevice }).click()
    const shown = app.getByRole('group', { name: w.shown }).locator('b')
    await expect(shown).toHaveText(/^\S{3} \S{3} \S{4}$/)
    await accessible(app)
    await shot(app, 'shown')
    // Its code is typed in the browser, while the app stands in the background.
    await app.clock.pauseAt(await app.evaluate(() => Date.now() + 60_000))
    const digits = await shown.innerText()
    await safari.goto(`${url}/#/settings/devices`)
    await safari.getByRole('button', { name: w.enter }).click()
    const sheet = safari.getByRole('dialog', { name: w.enter })
    await expect(sheet).toContainText(w.warning)
    const [zero = '', one = ''] = w.digits
    await sheet.getByRole('textbox').fill(digits.slice(0, -1) + (digits.endsWith(zero) ? one : zero))
    await sheet.getByRole('textbox').press('Enter')
    await expect(sheet).toContainText(w.wrong)
    await accessible(safari)
    await shot(safari, 'wrong')
    await sheet.getByRole('textbox').fill(digits)
    await sheet.getByRole('textbox').press('Enter')
    const asked = safari.getByRole('dialog', { name: w.asked })
    await expect(asked).toContainText(/iOS/)
    await shot(safari, 'asked')
    await asked.getByRole('button', { name: w.yes }).click()
    await expect(asked).toBeHidden()
    // It hears that it was let in also when its code is over by then, and says into whose account.
    await app.clock.fastForward('10:00')
    await expect(app.getByText('@sara_apple')).toBeVisible()
    await app.clock.resume()
    await expect(app.getByRole('searchbox')).toBeVisible()
  })
}
