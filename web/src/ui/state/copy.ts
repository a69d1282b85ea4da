// SPDX-License-Identifier: AGPL-3.0-or-later
import type { FormattedText } from '../../model'
import { htmlOf } from '../../model/html'
import { writeMarkup } from '../../model/markup'
import { t } from '../i18n/i18n.svelte'
import { copyText, markupKind } from './tell'
import { toasts } from './toast.svelte'

/** Copies a message with its formatting: as text, for other programs, and as the composer takes it. Nothing
 *  is loaded in between: a browser lets a page copy only shortly after the press. */
export async function copyFormatted(body: FormattedText): Promise<void> {
  let copied = false
  const put = (event: ClipboardEvent) => {
    event.preventDefault()
    event.stopImmediatePropagation()
    event.clipboardData?.setData('text/plain', body.text)
    event.clipboardData?.setData('text/html', htmlOf(body))
    event.clipboardData?.setData(markupKind, writeMarkup(body))
    copied = event.clipboardData !== null
  }
  document.addEventListener('copy', put, { capture: true, once: true })
  const asked = document.execCommand('copy')
  document.removeEventListener('copy', put, { capture: true })
  if (asked && copied) toasts.say(t().app.copied)
  else await copyText(body.text)
}
