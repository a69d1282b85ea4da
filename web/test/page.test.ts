// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, test } from 'vitest'
import { browserNet, renewed } from '../src/wire'

const page = (entry: string) =>
  `<!doctype html><script data-ahead="{}" src="/boot.js"></script><script type="module" src="${entry}"></script>`

const answers = (text: string, status = 200) =>
  renewed({ ...browserNet, fetch: async () => new Response(text, { status }) }, '', '/assets/first-aaaaaa.js')

describe('the page on the server', () => {
  test('is of another version where it begins with another script', async () => {
    expect(await answers(page('/assets/first-aaaaaa.js'))).toBe(false)
    expect(await answers(page('/assets/first-bbbbbb.js'))).toBe(true)
  })

  test('is not what somebody else answers in its place', async () => {
    expect(await answers('<!doctype html><title>Sign in to this network</title>')).toBe(false)
    expect(await answers(page('/assets/first-bbbbbb.js'), 503)).toBe(false)
    const silent = { ...browserNet, fetch: () => Promise.reject(new TypeError('no network')) }
    await expect(renewed(silent, '', '/assets/first-aaaaaa.js')).rejects.toThrow('no network')
  })
})
