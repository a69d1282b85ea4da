// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Page } from '@playwright/test'
import { expect, field, password } from './fixtures'

/** A private group of the first, whom the second joined by a link; both look at it. */
export async function together(owner: Page, member: Page, title: string): Promise<void> {
  const root = new URL(owner.url()).origin
  await owner.goto(`${root}/#/new/group`)
  await owner.getByLabel(/^(نام گروه|Name of the group)$/).fill(title)
  await owner.getByRole('button', { name: /^(ساختن|Create)$/ }).click()
  await owner
    .getByRole('dialog')
    .getByRole('button', { name: /^(بعداً|Later)$/ })
    .click()
  await expect(field(owner)).toBeVisible()
  const chat = owner.url()
  await open(owner, chat, 'links')
  await owner.getByRole('button', { name: /^(پیوند تازه|New link)$/ }).click()
  await owner
    .getByRole('dialog')
    .getByRole('button', { name: /^(ساختن|Create)$/ })
    .click()
  const link = owner.getByRole('dialog').getByText(/^http:\/\/127\.0\.0\.1:\d+\/#\/join\//)
  await member.goto((await link.textContent()) ?? '')
  await member.getByRole('button', { name: /^(پیوستن به گروه|Join the group)$/ }).click()
  await expect(field(member)).toBeVisible()
  await owner.goto(chat)
}

/** A pane of the chat's details. */
export async function open(page: Page, chat: string, pane: string): Promise<void> {
  await page.goto(`${chat.replace(/\/$/, '')}/${pane}`)
}

/** What the owner of a chat does to a member in the list of members, which is open. */
export function withMember(owner: Page, name: string) {
  const row = owner.getByRole('listitem').getByRole('button', { name: new RegExp(name) })
  const dialog = owner.getByRole('dialog')
  const choose = async (item: RegExp) => {
    await row.click()
    await owner.getByRole('menuitem', { name: item }).click()
  }
  return {
    row,
    choose,
    promote: async () => {
      await choose(/^(مدیر کردن|Make admin)$/)
      await dialog.getByRole('button', { name: /^(ذخیره|Save)$/ }).click()
      await expect(row).toContainText(/مدیر|Admin/)
    },
    offer: async () => {
      await choose(/^(واگذاری مالکیت|Hand over ownership)$/)
      await dialog.getByLabel(/^(گذرواژهٔ شما|Your password)$/).fill(password)
      await dialog.getByRole('button', { name: /^(پیشنهاد|Offer)$/ }).click()
      await expect(row).toContainText(/مالکیت پیشنهاد شده|Ownership offered/)
    },
  }
}
