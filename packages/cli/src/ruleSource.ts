import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isBelow } from '@miniprogram-cos/protocol'
import type { RuleLocation } from '@miniprogram-cos/simulator/preview'
import { configFile } from './project'

/** Strings and comments, which may contain each other's delimiters: `'private/{openid}/**'`. */
const TOKENS = /(['"`])((?:\\.|(?!\1)[^\\])*)\1|\/\/.*|\/\*[\s\S]*?\*\//g

/** All path patterns that are property names in the configuration, with their lines, from 1. */
function ruleFields(file: string): { pattern: string; line: number }[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  const fields: { pattern: string; line: number }[] = []
  for (const match of text.matchAll(TOKENS)) {
    const [token, , pattern] = match
    const isField = /^\s*:/.test(text.slice(match.index + token.length))
    if (pattern === undefined || !isField) continue
    fields.push({ pattern, line: text.slice(0, match.index).split('\n').length })
  }
  return fields
}

/**
 * Finds the line of an access rule in the configuration, by the pattern in a refusal.
 * @returns `cos.config.ts:12`, or an empty string if the configuration does not contain the pattern as a property name
 */
export function ruleLine(pattern: string, file = configFile()): string {
  const found = ruleFields(file).find((field) => field.pattern === pattern)
  return found ? `${basename(file)}:${found.line}` : ''
}

/** Adds the line of the rule that a message names: `access["news/**"] has … (cos.config.ts:12)`. */
export function withRuleLine(message: string): string {
  const [, pattern] = /access\["([^"]+)"\]/.exec(message) ?? []
  const line = pattern === undefined ? '' : ruleLine(pattern)
  return line ? `${message}  (${line})` : message
}

const MAX_LINES = 10

/**
 * Finds the access rule whose path covers a key, and its position in the configuration. Reads the source, because a loaded
 * configuration has no line numbers.
 */
export function findRule(file: string, key: string): RuleLocation | undefined {
  const found = coveringField(file, key)
  if (!found) return undefined
  const { pattern: rule, line } = found
  const lines = readFileSync(file, 'utf8').split('\n')
  return { rule, file: basename(file), line, excerpt: excerptFrom(lines, line - 1) }
}

/** Describes the access rule of a path in one line, for refusals of the local COS. */
export function explainPath(path: string): string | undefined {
  const file = configFile()
  const found = path === '' ? undefined : coveringField(file, path)
  return found && `access["${found.pattern}"], ${basename(file)}:${found.line}`
}

const coveringField = (file: string, key: string) =>
  ruleFields(file).find(({ pattern }) => covers(pattern, key))

/** `{openid}` stands for any one segment. */
function covers(rule: string, key: string): boolean {
  return rule.endsWith('/**') && isBelow(rule.replace('{openid}', '*').slice(0, -'**'.length), key)
}

/** The rule's lines: up to the one that ends its object. */
function excerptFrom(lines: string[], start: number): string {
  const indentOf = (line: string) => /^\s*/.exec(line)?.[0].length ?? 0
  const indent = indentOf(lines[start] ?? '')
  const rest = lines.slice(start, start + MAX_LINES)
  const end = (rest[0] ?? '').trimEnd().endsWith('{')
    ? rest.findIndex((line, i) => i > 0 && indentOf(line) <= indent)
    : 0
  const shown = rest.slice(0, end < 0 ? rest.length : end + 1)
  return shown.map((line) => line.slice(indent)).join('\n')
}
