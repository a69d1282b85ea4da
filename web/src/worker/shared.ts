// SPDX-License-Identifier: AGPL-3.0-or-later
import { GIVEN, type Given } from '../model/given'

/**
 * What another program shares comes as a form, and no page is there yet to read it: words go into the address
 * of the page, files into a cache of their own until that page takes them. Nothing of it reaches the server.
 */
export async function takeIn(request: Request): Promise<Response> {
  const address = new URLSearchParams()
  try {
    const form = await request.formData()
    for (const name of ['title', 'text', 'url']) {
      const word = form.get(name)
      if (typeof word === 'string' && word) address.set(name, word)
    }
    const files = form.getAll('files').filter((part) => part instanceof File)
    await caches.delete(GIVEN)
    if (files.length > 0) {
      const cache = await caches.open(GIVEN)
      await Promise.all(files.map((file, i) => cache.put(`/share/${i}`, kept(file))))
      address.set('files', String(files.length))
    }
  } catch {
    await caches.delete(GIVEN).catch(() => false)
    address.set('files', 'none')
  }
  return Response.redirect(`/share?${address}`, 303)
}

function kept(file: File): Response {
  const { name, type, lastModified } = file
  const given: Given = { name, type, lastModified }
  return new Response(file, { headers: { 'x-given': encodeURIComponent(JSON.stringify(given)) } })
}
