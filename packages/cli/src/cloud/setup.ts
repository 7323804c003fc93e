import { existsSync, readFileSync } from 'node:fs'
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { parseBucket } from '@miniprogram-cos/protocol'
import type { CosConfig } from '@miniprogram-cos/server'
import { at, configFile, SAMPLE } from '../project'
import { localizedError, type Text, t } from '../text'
import { deployKey, isKeyForm, parseEnvFile, type Settings } from './settings'

export type AnswerName = 'appid' | 'env' | 'bucket' | 'region'

export type Answers = Record<AnswerName, string>

/** The questions of `setup`. */
export const QUESTIONS: { name: AnswerName; question: Text }[] = [
  {
    name: 'appid',
    question: { en: 'AppID of the mini program (wx…)', zh: '小程序 AppID（wx…）' },
  },
  { name: 'env', question: { en: 'CloudBase environment id', zh: '云开发环境 ID' } },
  {
    name: 'bucket',
    question: {
      en: 'Bucket, with its APPID (name-1250000000)',
      zh: '存储桶，含 APPID（name-1250000000）',
    },
  },
  {
    name: 'region',
    question: {
      en: 'Region of the bucket (ap-guangzhou …)',
      zh: '存储桶所在地域（ap-guangzhou …）',
    },
  },
]

/** The questions for keys, which have no options, because the shell's history would contain them. */
const KEY_QUESTIONS: { name: string; question: Text }[] = [
  {
    name: 'TENCENTCLOUD_SECRET_ID',
    question: { en: 'SecretId of the sub-account that deploys', zh: '部署子账号的 SecretId' },
  },
  {
    name: 'TENCENTCLOUD_SECRET_KEY',
    question: { en: 'its SecretKey', zh: '该子账号的 SecretKey' },
  },
  {
    name: 'COS_STS_SECRET_ID',
    question: {
      en: 'SecretId of the sub-account whose key the functions hold',
      zh: '云函数子账号的 SecretId',
    },
  },
  { name: 'COS_STS_SECRET_KEY', question: { en: 'its SecretKey', zh: '该子账号的 SecretKey' } },
]

/** The answers in the existing configuration, except the region of a sample bucket. */
export function presentAnswers(config: CosConfig): Partial<Answers> {
  const { appid, env, bucket, region } = config
  return {
    ...(appid === undefined ? {} : { appid }),
    ...(env === SAMPLE.env ? {} : { env }),
    ...(bucket === SAMPLE.bucket ? {} : { bucket, region }),
  }
}

const FORMATS: Record<AnswerName, (text: string) => boolean> = {
  appid: (text) => /^wx[0-9a-f]{16}$/.test(text),
  env: (text) => /^[A-Za-z0-9][\w-]{0,63}$/.test(text) && text !== SAMPLE.env,
  bucket: (text) => parseBucket(text) !== undefined,
  region: (text) => /^[a-z]+-[a-z]+(-\d|-[a-z]+)*$/.test(text),
}

/** Whether an answer has the right format. */
const isValidAnswer = (name: AnswerName, text: string) => FORMATS[name](text)

/**
 * @returns the complete answers
 * @throws Error in one line that names all missing and malformed answers, including keys if answers are missing
 */
export function checkAnswers(given: Partial<Answers>, settings: Settings): Answers {
  const problems = QUESTIONS.flatMap(({ name, question }) => {
    const value = given[name]
    const expected = t(question.en, question.zh)
    if (value === undefined) {
      return [t(`--${name} is missing: ${expected}`, `缺少 --${name}：${expected}`)]
    }
    if (isValidAnswer(name, value)) return []
    return [
      t(
        `--${name} "${value}" is not valid: ${expected}`,
        `--${name} "${value}" 格式不正确：${expected}`,
      ),
    ]
  })
  if (problems.length === 0) return given as Answers
  const keys = KEY_QUESTIONS.map(({ name }) => name).filter((name) => !settings[name])
  if (keys.length > 0) {
    problems.push(
      t(
        `${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} missing in .env and the environment`,
        `.env 与环境变量中缺少 ${keys.join('、')}`,
      ),
    )
  }
  throw new Error(problems.join(t('; ', '；')))
}

/** The AppID in the files of DevTools: in the developer's own file, or in the project's. */
export function knownAppid(): Partial<Answers> {
  for (const name of ['project.private.config.json', 'project.config.json']) {
    const file = at(name)
    if (!existsSync(file)) continue
    const { appid } = JSON.parse(readFileSync(file, 'utf8')) as { appid?: unknown }
    if (typeof appid === 'string' && isValidAnswer('appid', appid)) return { appid }
  }
  return {}
}

/** Looks up the region of the bucket, if the deploying key may list the account's buckets. */
export async function lookUpRegion(
  { bucket }: Partial<Answers>,
  settings: Settings,
): Promise<Partial<Answers>> {
  if (bucket === undefined || !settings.TENCENTCLOUD_SECRET_ID) return {}
  // Tencent's libraries are loaded when they are needed, so that the first question appears at once.
  const [{ findRegion }, { cosClient }] = await Promise.all([
    import('./bucketChecks'),
    import('./bucketSettings'),
  ])
  const region = await findRegion(cosClient(deployKey(settings)), bucket)
  return region === undefined ? {} : { region }
}

/** Checks with Tencent Cloud that keys, bucket and environment exist and belong to the same account. @throws CloudError */
export async function checkOnline(answers: Answers, settings: Settings): Promise<void> {
  const [{ CloudApi, preflight }, { checkRegion }, { cosClient }] = await Promise.all([
    import('./account'),
    import('./bucketChecks'),
    import('./bucketSettings'),
  ])
  const key = deployKey(settings)
  await preflight(new CloudApi(key, answers.env), key, settings)
  await checkRegion(cosClient(key), { Bucket: answers.bucket, Region: answers.region })
}

/** Replaces values in `cos.config.ts`, keeping everything else. @throws Error if a field is not found */
function configText(text: string, answers: Answers): string {
  let changed = text
  for (const name of ['env', 'bucket', 'region'] as const) {
    const field = new RegExp(`^(\\s*${name}:\\s*)(['"]).*?\\2`, 'm')
    if (!field.test(changed)) {
      throw localizedError(
        `cos.config.ts has no line "${name}: '…'" to fill in`,
        `cos.config.ts 中没有可填写的“${name}: '…'”一行`,
      )
    }
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

/** One question, repeated until the answer is valid. */
interface Question {
  message: string
  /** Whether to hide the answer. */
  isHidden: boolean
  isValid: (answer: string) => boolean
}

/** Asks questions. */
export interface Asker {
  /** @throws Error if the input ends */
  ask: (question: Question) => Promise<string>
  close: () => void
}

const noMoreAnswers = () =>
  localizedError('there were no more answers; nothing was changed', '没有更多输入，未做任何更改')

/** Asks on a terminal. */
export function terminalAsker(streams: { input?: Readable; output?: Writable } = {}): Asker {
  return {
    async ask({ message, isHidden, isValid }) {
      const validate = (answer = '') =>
        isValid(answer.trim()) ? undefined : t('The format is not right.', '格式不正确。')
      const { isCancel, password, text } = await import('@clack/prompts')
      const answer = await (isHidden ? password : text)({ message, validate, ...streams })
      if (isCancel(answer)) throw noMoreAnswers()
      return answer.trim()
    },
    close() {},
  }
}

/** Reads answers line by line from stdin if it is not a terminal. */
export function lineAsker(): Asker {
  const lines = createInterface({ input: process.stdin })
  // Buffers lines that arrive before a question.
  const answers = lines[Symbol.asyncIterator]()
  return {
    async ask({ message, isHidden, isValid }) {
      for (;;) {
        process.stdout.write(`${message}: `)
        const { value, done } = await answers.next()
        if (done) throw noMoreAnswers()
        const answer = String(value).trim()
        process.stdout.write(isHidden ? '\n' : `${answer}\n`)
        if (isValid(answer)) return answer
        const wrong = t('is not valid.', '格式不正确。')
        console.log(isHidden ? t('The value is not valid.', wrong) : `"${answer}" ${wrong}`)
      }
    },
    close: () => lines.close(),
  }
}

/**
 * Asks for all missing answers.
 * @param lookUp looks up the region of the bucket once the keys are known, so that it need not be asked for
 * @throws Error if the input ends
 */
export async function askMissing(
  asker: Asker,
  given: Partial<Answers>,
  settings: Settings,
  lookUp: () => Promise<Partial<Answers>>,
): Promise<void> {
  const askAll = async (questions: typeof QUESTIONS) => {
    for (const { name, question } of questions) {
      given[name] ??= await asker.ask({
        message: t(question.en, question.zh),
        isHidden: false,
        isValid: (answer) => isValidAnswer(name, answer),
      })
    }
  }
  await askAll(QUESTIONS.filter(({ name }) => name !== 'region'))
  for (const { name, question } of KEY_QUESTIONS) {
    if (settings[name]) continue
    settings[name] = await asker.ask({
      message: t(question.en, question.zh),
      isHidden: name.endsWith('KEY'),
      isValid: (answer) => isKeyForm(name, answer),
    })
  }
  if (given.region === undefined) Object.assign(given, await lookUp())
  await askAll(QUESTIONS)
}
