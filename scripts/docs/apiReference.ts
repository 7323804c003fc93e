import { execFileSync } from 'node:child_process'
import type { Language } from '../../packages/cli/src/text'
import { at } from '../build/root'
import { inLanguage } from './markdown'

/** Folders of the reference. Git ignores the Chinese one: it differs from the other only in headings, and is made anew. */
const FOLDERS: Record<Language, string> = { en: 'docs/api', zh: 'docs/api.zh-CN' }

/**
 * Writes the API reference of the client from its built declarations. Comments are English in both languages.
 * @param folder @default `docs/api`, or `docs/api.zh-CN`
 */
export function writeApiReference(language: Language, folder = at(FOLDERS[language])): void {
  const typedoc = at('scripts/node_modules/typedoc/bin/typedoc')
  const readme = inLanguage('apiIntroduction.md', language)
  const options = ['--lang', language, '--readme', readme, '--out', folder]
  execFileSync(process.execPath, [typedoc, '--logLevel', 'Warn', ...options], {
    cwd: at('scripts/docs'),
    stdio: 'inherit',
  })
}
