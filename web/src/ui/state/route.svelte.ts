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

/** What an entry of the browser's history keeps beside its address. */
interface Entry {
  /** How many entries before this one are ours. */
  readonly depth: number
  /** What the first column shows, and the second. */
  readonly left: Left
  readonly right: Right | null
}

type LeftName = 'list' | 'archive' | 'requests' | 'new' | 'settings' | 'contacts' | 'public'
export type Left = Extract<Route, { at: LeftName }>
const OUTSIDE: Entry = { depth: 0, left: { at: 'list' }, right: null }

export type Right = Extract<Route, { at: 'chat' | 'admin' | 'reports' | 'feedback' }>

const isDesk = (r: Route): r is Right => ['admin', 'reports', 'feedback'].includes(r.at)
export const isRight = (r: Route): r is Right => r.at === 'chat' || isDesk(r)
const isLeft = (r: Route): r is Left =>
  ['archive', 'requests', 'new', 'settings', 'contacts', 'public'].includes(r.at)
/** They stand over both columns, which stay as they are. */
const isOver = (r: Route) => ['join', 'person', 'link', 'scan'].includes(r.at)

/** The entry for a route that is come to from another one. */
function entered(route: Route, { depth, left, right }: Entry): Entry {
  if (isLeft(route)) return { depth, left: route, right }
  if (isDesk(route)) return { depth, left: { at: 'settings', page: '' }, right: route }
  if (isRight(route)) {
    return { depth, left: left.at === 'new' || left.at === 'contacts' ? { at: 'list' } : left, right: route }
  }
  return isOver(route) ? { depth, left, right } : { depth, left: { at: 'list' }, right: null }
}

class Router {
  #route = $state.raw<Route>({ at: 'list' })
  #entry = $state.raw(OUTSIDE)

  constructor() {
    const read = () => {
      this.#route = readRoute(location.hash)
      // An entry that is not ours, as by an address that was typed, keeps nothing.
      this.#entry = entered(this.#route, { ...OUTSIDE, ...(history.state as Entry | null) })
    }
    read()
    addEventListener('popstate', read)
    addEventListener('hashchange', read)
  }

  get now(): Route {
    return this.#route
  }

  /** The first column: it stays as it is while a chat is opened beside it. */
  get left(): Left {
    return this.#entry.left
  }

  /** The second column: it stays as it is while something is opened in the first. */
  get right(): Right | null {
    return this.#entry.right
  }

  /** Goes on; the back key returns here. */
  go(route: Route): void {
    const entry = entered(route, this.#entry)
    if (writeRoute(route) === location.hash) this.#keep(route, entry)
    else this.#keep(route, { ...entry, depth: entry.depth + 1 }, 'pushState')
  }

  /** Goes on in place of the present entry of the history: a chat that is left so is closed. */
  replace(route: Route): void {
    const right = isRight(this.#route) ? null : this.right
    this.#keep(route, entered(route, { ...this.#entry, right }))
  }

  #keep(route: Route, entry: Entry, how: 'pushState' | 'replaceState' = 'replaceState'): void {
    history[how](entry, '', writeRoute(route))
    this.#route = route
    this.#entry = entry
  }

  /** Back to where the person came from, or to `otherwise` when they came from outside. */
  back(otherwise: Route): void {
    if (this.#entry.depth > 0) history.back()
    else this.replace(otherwise)
  }

  /** Back in the first column: what the other shows stays. */
  backLeft(otherwise: Left): void {
    const { now } = this
    if (now.at === 'chat') this.#keep(now, { ...this.#entry, left: otherwise })
    else this.back(otherwise)
  }

  openChat(chat: number, seq: number | null = null): void {
    this.go({ at: 'chat', chat, seq, pane: 'none' })
  }
}

export const router = new Router()
