import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { parseEnvFile, type Settings } from '../cloud/settings'
import { at, configFile } from '../project'
import { type Answers, KEY_QUESTIONS } from './answers'

/** Replaces values in `cos.config.ts`, keeping everything else. @throws Error if a field is not found */
function configText(text: string, answers: Answers): string {
  let changed = text
  for (const name of ['env', 'bucket', 'region'] as const) {
    const field = new RegExp(`^(\\s*${name}:\\s*)(['"]).*?\\2`, 'm')
    if (!field.test(changed)) throw new Error(`cos.config.ts has no line "${name}: '…'" to fill in`)
    changed = changed.replace(field, (_, start: string) => `${start}'${answers[name]}'`)
  }
  const appid = /^(\s*appid:\s*)(['"]).*?\2/m
  if (appid.test(changed)) {
    return changed.replace(appid, (_, start: string) => `${start}'${answers.appid}'`)
  }
  return changed.replace(/^(\s*)region:.*$/m, (line, indent: string) =>
    [line, `${indent}appid: '${answers.appid}',`].join('\n'),
  )
}

/** Sets the keys in `.env`, keeping all other lines. */
function envText(text: string, keys: Settings): string {
  const present = parseEnvFile(text)
  const names = [...KEY_QUESTIONS.map(({ name }) => name), 'TENCENTCLOUD_TOKEN']
  return names.reduce((changed, name) => {
    const value = keys[name]
    if (value === undefined || present[name] === value) return changed
    const line = new RegExp(`^${name}=.*$`, 'm')
    if (line.test(changed)) return changed.replace(line, () => `${name}=${value}`)
    return `${changed}${changed === '' || changed.endsWith('\n') ? '' : '\n'}${name}=${value}\n`
  }, text)
}

/** The file in which DevTools stores settings of one developer. */
function privateConfigText(text: string | undefined, { appid }: Pick<Answers, 'appid'>) {
  const present: object = text === undefined ? {} : JSON.parse(text)
  return `${JSON.stringify({ ...present, appid }, null, 2)}\n`
}

const readIfPresent = (file: string) => readFile(file, 'utf8').catch(() => undefined)

/** Writes all three files, after computing all contents. @returns their names */
export async function writeAnswers(answers: Answers, keys: Settings): Promise<string[]> {
  const [config, env, own] = [configFile(), at('.env'), at('project.private.config.json')]
  const files: [file: string, text: string, mode?: number][] = [
    [config, configText(await readFile(config, 'utf8'), answers)],
    [env, envText((await readIfPresent(env)) ?? '', keys), 0o600],
    [own, privateConfigText(await readIfPresent(own), answers)],
  ]
  for (const [file, text, mode] of files) {
    const whole = `${file}.new`
    await writeFile(whole, text, mode === undefined ? {} : { mode })
    if (mode !== undefined) await chmod(whole, mode)
    await rename(whole, file)
  }
  return files.map(([file]) => file)
}
