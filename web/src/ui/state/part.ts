// SPDX-License-Identifier: AGPL-3.0-or-later

const coming = new Map<string, Promise<void>>()

/** Loads a part of the app together with its styles. Rejects when either cannot be fetched; asked again, it
 *  fetches again. `styles` are addresses without the leading slash. */
export async function part<T>(load: () => Promise<T>, styles: readonly string[] = []): Promise<T> {
  const [code] = await Promise.all([load(), ...styles.map(styled)])
  return code
}

function styled(path: string): Promise<void> {
  const href = `/${path}`
  let here = coming.get(href)
  if (here || document.querySelector(`link[rel=stylesheet][href="${href}"]`)) return here ?? Promise.resolve()
  here = new Promise<void>((resolve, reject) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.crossOrigin = ''
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      coming.delete(href)
      reject(new Error(href))
    }
    link.href = href
    document.head.append(link)
  })
  coming.set(href, here)
  return here
}
