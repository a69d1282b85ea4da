// SPDX-License-Identifier: AGPL-3.0-or-later

/** Where the person is. Kept in the address after '#', so that the browser's back key works. */
export type Route =
  | { readonly at: 'list' }
  | { [N in Named]: { readonly at: N } }[Named]
  | { readonly at: 'new'; readonly what: 'menu' | 'group' | 'channel' }
  | { readonly at: 'settings'; readonly page: string }
  | { readonly at: 'chat'; readonly chat: number; readonly seq: number | null; readonly pane: ChatPane }
  | { readonly at: 'join'; readonly address: string }
  | { readonly at: 'auth'; readonly page: 'signIn' | 'signUp' | 'recover' | 'lost' }
  | { readonly at: 'person'; readonly address: string }
  | { readonly at: 'setup'; readonly token: string }
  | { readonly at: 'invite'; readonly secret: string }
  | { readonly at: 'visit'; readonly ticket: string; readonly username: string }
  | { readonly at: 'visitFailed'; readonly why: string }
  | { readonly at: 'reset'; readonly secret: string }
  | { readonly at: 'link'; readonly id: string }

/** Places that their name alone leads to. */
type Named = 'archive' | 'requests' | 'admin' | 'reports' | 'feedback' | 'contacts' | 'public' | 'scan'

export type ChatPane =
  | 'none'
  | 'info'
  | 'shared'
  | 'members'
  | 'links'
  | 'requests'
  | 'reports'
  | 'edit'
  | 'rights'
  | 'held'
  | 'deeds'

const panes: readonly ChatPane[] = [
  'info',
  'shared',
  'members',
  'links',
  'requests',
  'reports',
  'edit',
  'rights',
  'held',
  'deeds',
]

export function readRoute(hash: string): Route {
  // The link that the server prints on its terminal.
  const setup = /^#setup=([\w-]+)$/.exec(hash)
  if (setup?.[1]) return { at: 'setup', token: setup[1] }
  // The link that an operator's reset prints.
  const reset = /^#reset=([\w-]+)$/.exec(hash)
  if (reset?.[1]) return { at: 'reset', secret: reset[1] }
  // What a new device shows to be let in.
  const link = /^#link=([\w-]+)$/.exec(hash)
  if (link?.[1]) return { at: 'link', id: link[1] }
  // An invitation to sign up.
  const invite = /^#invite=([\w-]+)$/.exec(hash)
  if (invite?.[1]) return { at: 'invite', secret: invite[1] }
  const [head = '', a = '', b = ''] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent)
  switch (head) {
    case 'archive':
    case 'requests':
    case 'admin':
    case 'reports':
    case 'feedback':
    case 'contacts':
    case 'public':
    case 'scan':
      return { at: head }
    case 'new':
      return { at: 'new', what: a === 'group' || a === 'channel' ? a : 'menu' }
    case 'settings':
      return { at: 'settings', page: a }
    case 'c':
      return readChat(a, b)
    case 'join':
      return { at: 'join', address: a }
    case 'u':
      return { at: 'person', address: a }
    case 'signin':
      return { at: 'auth', page: 'signIn' }
    case 'signup':
      return { at: 'auth', page: 'signUp' }
    case 'recover':
      return { at: 'auth', page: 'recover' }
    case 'lost':
      return { at: 'auth', page: 'lost' }
    case 'setup':
      return { at: 'setup', token: a }
    case 'invite':
      return { at: 'invite', secret: a }
    case 'oidc':
      return { at: 'visit', ticket: a, username: b }
    case 'oidc-failed':
      return { at: 'visitFailed', why: a }
    default:
      return { at: 'list' }
  }
}

function readChat(chat: string, rest: string): Route {
  const id = Number(chat)
  if (!Number.isInteger(id) || id <= 0) return { at: 'list' }
  const pane = panes.find((p) => p === rest) ?? 'none'
  const seq = pane === 'none' && /^\d+$/.test(rest) ? Number(rest) : null
  return { at: 'chat', chat: id, seq, pane }
}

export function writeRoute(route: Route): string {
  switch (route.at) {
    case 'list':
      return '#/'
    case 'new':
      return route.what === 'menu' ? '#/new' : `#/new/${route.what}`
    case 'settings':
      return route.page ? `#/settings/${route.page}` : '#/settings'
    case 'chat':
      return `#/c/${route.chat}${route.pane !== 'none' ? `/${route.pane}` : route.seq ? `/${route.seq}` : ''}`
    case 'join':
      return `#/join/${encodeURIComponent(route.address)}`
    case 'person':
      return `#/u/${encodeURIComponent(route.address)}`
    case 'auth':
      return { signIn: '#/signin', signUp: '#/signup', recover: '#/recover', lost: '#/lost' }[route.page]
    case 'setup':
      return `#/setup/${encodeURIComponent(route.token)}`
    case 'invite':
      return `#/invite/${encodeURIComponent(route.secret)}`
    case 'visit':
      return `#/oidc/${encodeURIComponent(route.ticket)}/${encodeURIComponent(route.username)}`
    case 'visitFailed':
      return `#/oidc-failed/${encodeURIComponent(route.why)}`
    case 'reset':
      return `#reset=${route.secret}`
    case 'link':
      return `#link=${route.id}`
    default:
      return `#/${route.at}`
  }
}

/** How many entries of the browser's history before this one are ours. */
export function depth(): number {
  const state = history.state as { depth?: number } | null
  return state?.depth ?? 0
}

class Router {
  #route = $state.raw(readRoute(location.hash))

  constructor() {
    const read = () => {
      this.#route = readRoute(location.hash)
    }
    addEventListener('popstate', read)
    addEventListener('hashchange', read)
  }

  get now(): Route {
    return this.#route
  }

  /** Goes on; the back key returns here. */
  go(route: Route): void {
    if (writeRoute(route) !== location.hash) history.pushState({ depth: depth() + 1 }, '', writeRoute(route))
    this.#route = route
  }

  /** Goes on in place of the present entry of the history. */
  replace(route: Route): void {
    history.replaceState(history.state, '', writeRoute(route))
    this.#route = route
  }

  /** Back to where the person came from, or to `otherwise` when they came from outside. */
  back(otherwise: Route): void {
    if (depth() > 0) history.back()
    else this.replace(otherwise)
  }

  openChat(chat: number, seq: number | null = null): void {
    this.go({ at: 'chat', chat, seq, pane: 'none' })
  }
}

export const router = new Router()
