// SPDX-License-Identifier: AGPL-3.0-or-later
import type { CSSOptions } from 'vite'

type Plugin = NonNullable<Exclude<NonNullable<CSSOptions['postcss']>, string>['plugins']>[number]

const hovers = (selector: string) => selector.replace(/:not\([^)]*\)/g, '').includes(':hover')
const FENCE = '(hover: hover)'

/**
 * What a style says of ':hover' holds where something can hover. On a screen that is touched it would begin
 * with a touch and stay until the next one: what was left by it, or what lies there since, would look chosen.
 */
export function hoverFence(): Plugin {
  return {
    postcssPlugin: 'hover-fence',
    OnceExit(root, { AtRule }) {
      root.walkRules(/:hover/, (rule) => {
        const { parent } = rule
        if (parent?.type === 'atrule' && 'params' in parent && String(parent.params).includes(FENCE)) return
        const fenced = rule.selectors.filter(hovers)
        if (fenced.length === 0) return
        const others = rule.selectors.filter((selector) => !hovers(selector))
        const fence = new AtRule({ name: 'media', params: FENCE })
        fence.append(rule.clone({ selectors: fenced }))
        if (others.length > 0) rule.before(rule.clone({ selectors: others }))
        rule.replaceWith(fence)
      })
    },
  }
}
