// SPDX-License-Identifier: AGPL-3.0-or-later
import { basename, extname } from 'node:path'
import ts from 'typescript'

/** The caps of CONTRIBUTING.md, which internal/lint holds Go to and this file TypeScript. */
export const caps = { function: 80, params: 5, interface: 8 }

/** Words of docs/glossary.md that may be part of no name, with the word to say instead. */
export type Glossary = ReadonlyMap<string, string>

export function glossary(text: string): Glossary {
  const rows = text.matchAll(/^\| *\*\*([^|]+)\*\* *\|.*\| *not: ([^|]+)\|$/gm)
  return new Map(
    [...rows].flatMap(([, say = '', not = '']) =>
      not.split(',').map((bad): [string, string] => [bad.trim().toLowerCase(), say.replace(/\*/g, '')]),
    ),
  )
}

/** What a file breaks, one line each: sizes over their caps, and names with words that are not ours. */
export function faults(path: string, text: string, words: Glossary): string[] {
  const file = ts.createSourceFile(path, scripts(path, text), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const say = (node: ts.Node, what: string) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
    found.push(`${path}:${line + 1}: ${what}`)
  }
  const visit = (node: ts.Node) => {
    for (const { what, name, size, cap } of sizes(file, node))
      if (size > cap) say(node, `${what} ${name} is ${size}, the cap is ${cap}`)
    for (const name of declared(node)) {
      const bad = forbidden(words, name.text)
      if (bad) say(name, `${name.text}: say ${words.get(bad)}, not ${bad}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  const stem = basename(path, extname(path))
  const bad = forbidden(words, stem)
  if (bad) found.push(`${path}: ${stem}: say ${words.get(bad)}, not ${bad}`)
  return found
}

/** The scripts of a component on their own lines, with nothing around them; of another file all of it. */
function scripts(path: string, text: string): string {
  if (!path.endsWith('.svelte')) return text
  let out = ''
  let end = 0
  const blank = (part: string) => part.replace(/[^\n]/g, '')
  for (const m of text.matchAll(/(<script[^>]*>)([\s\S]*?)<\/script>/g)) {
    out += blank(text.slice(end, m.index) + m[1]) + m[2]
    end = m.index + m[0].length
  }
  return out
}

interface Size {
  readonly what: 'function' | 'params' | 'interface'
  readonly name: string
  readonly size: number
  readonly cap: number
}

/** Like Go's literals, a function without a name is part of the one around it: only its parameters count. */
function sizes(file: ts.SourceFile, node: ts.Node): Size[] {
  const out: Size[] = []
  if (ts.isFunctionLike(node)) {
    const name = nameOf(node)
    out.push({
      what: 'params',
      name: name ?? 'without a name',
      size: node.parameters.length,
      cap: caps.params,
    })
    const from = file.getLineAndCharacterOfPosition(node.getStart(file)).line
    const to = file.getLineAndCharacterOfPosition(node.end).line
    // A catalogue is sentences people read, one to a line however many.
    const words = file.fileName.includes('/catalogue/')
    if (name && !words) out.push({ what: 'function', name, size: to - from + 1, cap: caps.function })
  }
  if (ts.isInterfaceDeclaration(node)) {
    const above = (node.heritageClauses ?? []).flatMap((clause) => clause.types)
    const size = above.length + node.members.filter(ts.isMethodSignature).length
    out.push({ what: 'interface', name: node.name.text, size, cap: caps.interface })
  }
  return out
}

/** The name of a function, or of the variable or property that it is the value of. */
function nameOf(node: ts.SignatureDeclaration): string | undefined {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  if (node.name) return node.name.getText()
  const holder = node.parent
  const holds =
    ts.isVariableDeclaration(holder) || ts.isPropertyAssignment(holder) || ts.isPropertyDeclaration(holder)
  return holds ? holder.name.getText() : undefined
}

/** The names that a node introduces. */
function declared(node: ts.Node): ts.Identifier[] {
  const introduces =
    ts.isFunctionLike(node) ||
    ts.isClassLike(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isEnumMember(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node)
  return introduces && node.name && ts.isIdentifier(node.name) ? [node.name] : []
}

/** The first word of a name that the glossary says no to; a plural counts as its word. */
function forbidden(words: Glossary, name: string): string | undefined {
  const parts = name
    .split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u)
    .map((part) => part.toLowerCase())
  return [...parts, parts.join('')]
    .flatMap((part) => [part, part.replace(/s$/, '')])
    .find((w) => words.has(w))
}
