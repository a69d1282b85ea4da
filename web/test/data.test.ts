// SPDX-License-Identifier: AGPL-3.0-or-later
import { expect, test, vi } from 'vitest'

const connection = { type: 'cellular', saveData: false }
vi.stubGlobal('navigator', { connection })
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
const { data, SMALL } = await import('../src/ui/media/data.svelte')

test('what costs no more than being asked about it loads by itself, and nothing while data is saved', () => {
  expect(data.may('photos', SMALL)).toBe(true)
  expect(data.may('photos', SMALL + 1)).toBe(false)
  expect(data.may('photos')).toBe(false)
  expect(data.may('videos', 1000)).toBe(false)
  connection.saveData = true
  expect(data.may('photos', 1000)).toBe(false)
  data.change('photos', 'mobile', true)
  expect(data.may('photos')).toBe(false)
  connection.saveData = false
  expect(data.may('photos')).toBe(true)
})
