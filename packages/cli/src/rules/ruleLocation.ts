import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { configFile } from '../project'

/** The position of a rule in the configuration. */
export interface RuleLocation {
  /** Absolute path of the configuration. */
  file: string
  /** From 1. */
  line: number
}

/** Strings and comments, which may contain each other's delimiters: `'private/{openid}/**'`. */
const TOKENS = /(['"`])((?:\\.|(?!\1)[^\\])*)\1|\/\/.*|\/\*[\s\S]*?\*\//g

/**
 * Finds the line of an access rule in the configuration, by the pattern in a refusal.
 * @param file @default the project's `cos.config.ts` or `cos.config.js`
 * @returns undefined if the configuration does not contain the pattern as a property name
 */
export function ruleLocation(pattern: string, file = configFile()): RuleLocation | undefined {
  const found = ruleFields(file).find((field) => field.pattern === pattern)
  return found && { file, line: found.line }
}

/** All path patterns that are property names in the configuration, with their lines, from 1. */
export function ruleFields(file: string): { pattern: string; line: number }[] {
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

/** `cos.config.ts:12`, or an empty string if the line is unknown. */
export function ruleLine(pattern: string, file = configFile()): string {
  const location = ruleLocation(pattern, file)
  return location ? `${basename(location.file)}:${location.line}` : ''
}
