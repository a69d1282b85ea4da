// SPDX-License-Identifier: AGPL-3.0-or-later
import type { CDPSession, Page } from '@playwright/test'
import { accessible, expect, password, signIn, speak, test, type World } from './fixtures'
import { atProvider, buildProvider, Provider } from './provider'

test.beforeAll(buildProvider)

/** Keeps a picture where one is asked for; nothing depends on it. */
async function look(page: Page, name: string): Promise<void> {
  const dir = process.env['ZOLAL_SHOTS']
  if (dir) await page.screenshot({ path: `${dir}/${name}.png`, animations: 'disabled' })
}

/** What an authenticator holds, as the browser's protocol tells it. */
interface Credential {
  credentialId: string
  isResidentCredential: boolean
  privateKey: string
  signCount: number
  rpId?: string
  userHandle?: string
}

/** The authenticator of a browser, as Chromium plays one. */
class Authenticator {
  readonly #cdp: CDPSession
  readonly #id: string

  private constructor(cdp: CDPSession, id: string) {
    this.#cdp = cdp
    this.#id = id
  }

  static async in(page: Page): Promise<Authenticator> {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    return new Authenticator(cdp, authenticatorId)
  }

  /** What it holds goes to another one too, as a password manager does it. */
  async copyTo(other: Authenticator): Promise<void> {
    const { credentials } = await this.#cdp.send('WebAuthn.getCredentials', { authenticatorId: this.#id })
    for (const credential of credentials) await other.take(credential)
  }

  private async take(credential: Credential): Promise<void> {
    await this.#cdp.send('WebAuthn.addCredential', { authenticatorId: this.#id, credential })
  }
}

/** A person with a passkey, and the authenticator that holds it. */
async function withPasskey(world: World, language: 'fa' | 'en', phone: boolean) {
  world.server.host = 'localhost'
  const words = {
    fa: { add: 'افزودن کلید عبور', password: 'گذرواژهٔ کنونی', next: 'ادامه', kept: 'نگهشان داشتم' },
    en: { add: 'Add a passkey', password: 'Current password', next: 'Next', kept: 'I have kept them' },
  }[language]
  const page = await world.person('سارا', 'sara_m', { language, phone })
  const keys = await Authenticator.in(page)
  await page.goto(`${world.server.url}/#/settings/security`)
  await page.getByRole('button', { name: words.add }).click()
  const dialog = page.getByRole('dialog', { name: words.add })
  await dialog.getByLabel(words.password, { exact: true }).fill(password)
  await look(page, `passkey-add-${language}`)
  await dialog.getByRole('button', { name: words.next }).click()
  const codes = page.getByRole('list', { name: /^(کدهای پشتیبان|Backup codes)$/ }).locator('li')
  await expect(codes).toHaveCount(10)
  await look(page, `passkey-codes-${language}`)
  const backup = (await codes.allTextContents()).map((code) => code.trim())
  await page.getByRole('button', { name: words.kept }).click()
  return { page, keys, backup }
}

/** Takes another username, or none. */
async function rename(page: Page, username: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/settings/profile`)
  await page.getByLabel('نام کاربری').fill(username)
  await page.getByRole('button', { name: 'ذخیره' }).click()
  await expect(page.getByText('ذخیره شد').last()).toBeVisible()
}

test('a passkey is added, signs in by itself and as the second step, and is renamed and removed', async ({
  world,
}) => {
  const { page: sara, keys, backup } = await withPasskey(world, 'fa', false)
  const { server } = world
  const list = sara.getByRole('list', { name: 'کلیدهای عبور' })
  await expect(list.getByText(/Chrome/)).toBeVisible()
  await expect(list.getByText('هنوز به کار نرفته است')).toBeVisible()
  await sara.getByText('کلیدهای عبور').first().scrollIntoViewIfNeeded()
  await look(sara, 'passkey-list-fa')
  await accessible(sara)

  // Deleting the account asks for it too, in the place of a code.
  server.run('user', 'add', 'second_op', '--operator')
  await sara.goto(`${server.url}/#/settings/leaving`)
  await sara.getByLabel('گذرواژهٔ کنونی').fill(password)
  await expect(sara.getByText('کلید عبورتان خواسته می‌شود')).toBeVisible()
  await look(sara, 'passkey-leaving-fa')
  await sara.getByRole('button', { name: 'حذف حساب' }).last().click()
  await sara.getByRole('dialog').getByRole('button', { name: 'بله، حذف شود' }).click()
  const pending = sara.getByRole('status').filter({ hasText: /حساب شما در .* حذف می‌شود/ })
  await pending.getByRole('button', { name: 'نگه داشتن حساب' }).click()
  await expect(pending).toBeHidden()
  // The question is put to a name: without one a code confirms.
  await rename(sara, '')
  await sara.goto(`${server.url}/#/settings/leaving`)
  await sara.getByLabel('گذرواژهٔ کنونی').fill(password)
  await sara.getByRole('button', { name: 'حذف حساب' }).last().click()
  await sara.getByRole('dialog').getByRole('button', { name: 'بله، حذف شود' }).click()
  await expect(sara.getByLabel('کد گام دوم، یا کد پشتیبان')).toBeVisible()
  await rename(sara, 'sara_m')
  await sara.goto(`${server.url}/#/settings/security`)

  const phone = await world.visitor({ language: 'fa', phone: true, from: `${server.url}/#/signin` })
  const held = await Authenticator.in(phone)
  await keys.copyTo(held)
  await look(phone, 'passkey-signin-fa-phone')
  await phone.getByRole('button', { name: 'ورود با کلید عبور' }).click()
  await expect(phone.getByRole('searchbox')).toBeVisible()
  await expect(list.getByText(/آخرین استفاده/)).toBeVisible() // told by the notice of the sign-in

  const other = await world.visitor({ language: 'en', theme: 'dark', from: `${server.url}/#/signin` })
  const copy = await Authenticator.in(other)
  await other.getByLabel('Username').fill('sara_m')
  await other.getByLabel('Password', { exact: true }).fill(password)
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(other.getByRole('button', { name: 'Use the passkey' })).toBeFocused()
  await look(other, 'passkey-second-en-dark')
  await accessible(other)
  await other.getByRole('button', { name: 'Use the passkey' }).click()
  await expect(other.getByText('No passkey was used.')).toBeVisible()
  await held.copyTo(copy)
  await other.getByRole('button', { name: 'Use the passkey' }).click()
  await expect(other.getByRole('searchbox')).toBeVisible()

  // A browser without it: a backup code.
  const third = await world.visitor({ language: 'en', phone: true, from: `${server.url}/#/signin` })
  await third.getByLabel('Username').fill('sara_m')
  await third.getByLabel('Password', { exact: true }).fill(password)
  await third.getByRole('button', { name: 'Sign in', exact: true }).click()
  await third.getByRole('button', { name: 'Use a code instead' }).click()
  await third.getByLabel('Code', { exact: true }).fill(backup[4] ?? '')
  await look(third, 'passkey-code-en-phone')
  await third.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(third.getByRole('searchbox')).toBeVisible()

  await sara.getByRole('button', { name: /^تغییر نام/ }).click()
  await sara.getByRole('textbox', { name: 'نام کلید عبور' }).fill('گوشی سفر')
  await sara.getByRole('dialog').getByRole('button', { name: 'ذخیره' }).click()
  await expect(list.getByText('گوشی سفر')).toBeVisible()
  await expect(list.getByText(/آخرین استفاده/)).toBeVisible()
  await sara.getByRole('button', { name: /^حذف .*گوشی سفر/ }).click()
  const dialog = sara.getByRole('dialog')
  await expect(dialog).toContainText('کدهای پشتیبان هم')
  await look(sara, 'passkey-remove-fa')
  await dialog.getByLabel('گذرواژهٔ کنونی').fill(password)
  await dialog.getByRole('button', { name: 'حذف', exact: true }).click()
  await expect(sara.getByText('هنوز کلید عبوری ندارید.')).toBeVisible()
  await sara.goto(`${server.url}/#/settings/devices`)
  await expect(sara.getByText(/کلید عبوری حذف شد/)).toBeVisible()

  const late = await world.visitor({ language: 'fa', from: `${server.url}/#/signin` })
  await copy.copyTo(await Authenticator.in(late))
  await late.getByRole('button', { name: 'ورود با کلید عبور' }).click()
  await expect(late.getByText(/اینجا حسابی را باز نمی‌کند/)).toBeVisible()
  await look(late, 'passkey-wrong-fa')
  await signIn(late, 'sara_m') // the password alone is enough again
})

test('after a reset a passkey stands beside the link, and opens by itself again', async ({ world }) => {
  const { page: sara, keys } = await withPasskey(world, 'en', true)
  await look(sara, 'passkey-list-en-phone')
  const { server } = world
  const { link } = server.run('user', 'reset', 'sara_m') as { link: string }
  const other = await world.visitor({ language: 'en', from: `${server.url}/#/signin` })
  const held = await Authenticator.in(other)
  await keys.copyTo(held)
  await other.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await expect(other.getByText(/The password was changed or reset/)).toBeVisible()

  await other.goto(link.replace('127.0.0.1', 'localhost'))
  await other.getByLabel('New password').fill('clear water and a tall mountain')
  await other.getByRole('button', { name: 'Set the new password' }).click()
  await expect(other.getByRole('button', { name: 'Use the passkey' })).toBeVisible()
  await look(other, 'passkey-reset-en')
  await other.getByRole('button', { name: 'Use the passkey' }).click()
  await expect(other.getByRole('searchbox')).toBeVisible()

  const again = await world.visitor({ language: 'en', phone: true, from: `${server.url}/#/signin` })
  await held.copyTo(await Authenticator.in(again))
  await again.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await expect(again.getByRole('searchbox')).toBeVisible()

  await other.goto(`${server.url}/#/settings/security`)
  await other.getByRole('button', { name: /^Rename/ }).click()
  await other.getByRole('textbox', { name: 'Name of the passkey' }).fill('Travel phone')
  await other.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await other.getByRole('button', { name: /^Remove .*Travel phone/ }).click()
  const dialog = other.getByRole('dialog')
  await dialog.getByLabel('Current password').fill('clear water and a tall mountain')
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(other.getByText('No passkey yet.')).toBeVisible()
})

const organised = {
  fa: {
    button: /^ورود با .*دانشگاه نمونه/,
    link: 'اینجا حساب دارم',
    linkDo: 'وصل کردن و ورود',
    user: /^نام کاربری/,
    word: /^گذرواژه$/,
    alone: 'ورود با کلید عبور',
    because: /آزار، تهدید یا توهین/,
    use: 'استفاده از کلید عبور',
    none: 'کلید عبوری به کار نرفت.',
    signIn: 'ورود',
    appeal: 'اعتراض',
    reasons: 'دلیل‌های شما',
    send: 'فرستادن اعتراض',
    waits: 'اعتراض شما در انتظار پاسخ است',
  },
  en: {
    button: /^Sign in with .*دانشگاه نمونه/,
    link: 'I already have an account here',
    linkDo: 'Connect and sign in',
    user: /^Username/,
    word: /^Password$/,
    alone: 'Sign in with a passkey',
    because: /harassment, threats or insults/i,
    use: 'Use the passkey',
    none: 'No passkey was used.',
    signIn: 'Sign in',
    appeal: 'Appeal',
    reasons: 'Your reasons',
    send: 'Send the appeal',
    waits: 'Your appeal waits for an answer',
  },
} as const

/** Goes to the organisation's provider and comes back: to the name of this machine, which passkeys want. */
async function byProvider(page: Page, button: RegExp): Promise<void> {
  await page.getByRole('button', { name: button }).click()
  const back = page.waitForRequest(/\/oidc\/callback\?/)
  await atProvider(page)
  const { host, href } = new URL((await back).url())
  await expect(page).toHaveURL(new RegExp(`${host}/#/oidc-failed/`)) // there nobody knows who began
  await page.goto(href.replace('127.0.0.1', 'localhost'))
}

for (const { language, theme, phone } of [
  { language: 'fa', theme: 'light', phone: true },
  { language: 'en', theme: 'dark', phone: false },
] as const) {
  test(`after the sign-in of an organisation the passkey is the second step (${language})`, async ({
    world,
  }) => {
    const { server } = world
    const t = organised[language]
    const provider = await Provider.start('staff')
    try {
      await provider.serves(server)
      const { keys } = await withPasskey(world, language, phone)
      const visit = { language, theme, phone, from: `${server.url}/#/signin`, leaves: true }

      // Beside the password that connects the account.
      const page = await world.visitor(visit)
      const held = await Authenticator.in(page)
      await byProvider(page, t.button)
      await page.getByRole('button', { name: t.link }).click()
      await page.getByLabel(t.user).fill('sara_m')
      await page.getByLabel(t.word).fill(password)
      await page.getByRole('button', { name: t.linkDo }).click()
      await expect(page.getByRole('button', { name: t.use })).toBeFocused()
      await page.getByRole('button', { name: t.use }).click()
      await expect(page.getByText(t.none)).toBeVisible()
      await keys.copyTo(held)
      await page.getByRole('button', { name: t.use }).click()
      await expect(page.getByRole('searchbox')).toBeVisible()

      // And where the provider alone says who it is.
      const other = await world.visitor(visit)
      await held.copyTo(await Authenticator.in(other))
      await byProvider(other, t.button)
      await expect(other.getByRole('button', { name: t.use })).toBeFocused()
      await look(other, `passkey-provider-${language}`)
      await accessible(other)
      await other.getByRole('button', { name: t.use }).click()
      await expect(other.getByRole('searchbox')).toBeVisible()

      // Where the account is suspended, it answers at the appeal too.
      server.run('user', 'suspend', 'sara_m', '--reason', 'spam')
      await other.getByLabel(t.user).fill('sara_m')
      await other.getByLabel(t.word).fill(password)
      await other.getByRole('button', { name: t.signIn, exact: true }).click()
      await other.getByRole('button', { name: t.appeal, exact: true }).click()
      const dialog = other.getByRole('dialog')
      await dialog.getByLabel(t.reasons).fill('It was not me.')
      await dialog.getByRole('button', { name: t.send }).click()
      await expect(dialog.getByRole('button', { name: t.use })).toBeFocused()
      await look(other, `passkey-appeal-${language}`)
      await dialog.getByRole('button', { name: t.use }).click()
      await expect(other.getByText(t.waits)).toBeVisible()

      // And who has nothing but the passkey reads why, and appeals by it.
      server.run('user', 'suspend', 'sara_m', '--lift')
      server.run('user', 'suspend', 'sara_m', '--reason', 'abuse')
      await other.reload()
      await other.getByRole('button', { name: t.alone }).click()
      const alert = other.getByRole('alert').filter({ hasText: /تعلیق|suspended/ })
      await look(other, `passkey-suspended-${language}`)
      await alert.getByRole('button', { name: t.use }).click()
      await expect(alert.getByText(t.because)).toBeVisible()
      await alert.getByRole('button', { name: t.appeal, exact: true }).click()
      await expect(dialog.getByRole('button', { name: t.use })).toBeDisabled()
      await dialog.getByLabel(t.reasons).fill('It was not me.')
      await look(other, `passkey-alone-appeal-${language}`)
      await dialog.getByRole('button', { name: t.use }).click()
      await expect(alert.getByText(t.waits)).toBeVisible()
    } finally {
      await provider.stop()
    }
  })
}

test('where passkeys cannot work the app does not offer them', async ({ world }) => {
  const { server } = world // at 127.0.0.1, an address that no passkey is made for
  const sara = await world.person('Sara', 'sara_m', { language: 'en' })
  await sara.goto(`${server.url}/#/settings/security`)
  await expect(sara.getByText(/Passkeys are made and used at the address .?localhost.? only/)).toBeVisible()
  await expect(sara.getByRole('button', { name: 'Add a passkey' })).toBeHidden()
  await speak(sara, 'fa')
  await expect(sara.getByText(/کلید عبور فقط در نشانی .?localhost.? ساخته می‌شود/)).toBeVisible()
  await expect(sara.getByRole('button', { name: 'افزودن کلید عبور' })).toBeHidden()
  const other = await world.visitor({ language: 'en', from: `${server.url}/#/signin` })
  await expect(other.getByRole('button', { name: 'Sign in with another device' })).toBeVisible()
  await expect(other.getByRole('button', { name: 'Sign in with a passkey' })).toBeHidden()
})
