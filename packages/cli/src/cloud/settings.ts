import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { at } from '../project'
import { CloudError } from './errors'

/** A key pair, with its token if it is temporary. */
export interface CloudKey {
  SecretId: string
  SecretKey: string
  token?: string
}

/** Variables of the environment and of `.env`; the environment takes precedence. */
export type Settings = Record<string, string | undefined>

/** The environment variables that are passed to a function. */
export const FUNCTION_VARIABLES = [
  'COS_STS_SECRET_ID',
  'COS_STS_SECRET_KEY',
  'COS_STS_MODE',
  'COS_STS_ROLE_ARN',
] as const

export function readSettings(file = at('.env')): Settings {
  const written = existsSync(file) ? parseEnvFile(readFileSync(file, 'utf8')) : {}
  const present = Object.entries(process.env).filter(([, value]) => value !== '')
  return { ...written, ...Object.fromEntries(present) }
}

/** The values that are never printed. */
export function secretsOf(settings: Settings): (string | undefined)[] {
  const { TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN, COS_STS_SECRET_KEY } = settings
  return [TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN, COS_STS_SECRET_KEY]
}

/** Parses `NAME=value` lines as Node does. Empty values count as not set. */
export function parseEnvFile(text: string): Record<string, string> {
  const pairs = Object.entries(parseEnv(text)).filter(([, value]) => value !== '')
  return Object.fromEntries(pairs) as Record<string, string>
}

/** @throws CloudError `DeployKeyMissing`, `KeyMalformed` */
export function deployKey(settings: Settings): CloudKey {
  const { TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN: token } = settings
  if (!TENCENTCLOUD_SECRET_ID || !TENCENTCLOUD_SECRET_KEY) throw new CloudError('DeployKeyMissing')
  const key = checkForm('TENCENTCLOUD', TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY)
  return token ? { ...key, token } : key
}

/** The key of the functions. @throws CloudError `FunctionKeyMissing`, `KeyMalformed` */
export function functionKey({ COS_STS_SECRET_ID, COS_STS_SECRET_KEY }: Settings): CloudKey {
  if (!COS_STS_SECRET_ID || !COS_STS_SECRET_KEY) throw new CloudError('FunctionKeyMissing')
  return checkForm('COS_STS', COS_STS_SECRET_ID, COS_STS_SECRET_KEY)
}

/** Whether a value has the format of its variable: the id or the secret of a key. */
export function isKeyForm(variable: string, text: string): boolean {
  return (variable.endsWith('_ID') ? /^AKID[\w-]{8,}$/ : /^[\w-]{16,}$/).test(text)
}

function checkForm(prefix: string, SecretId: string, SecretKey: string): CloudKey {
  for (const [variable, text] of [
    [`${prefix}_SECRET_ID`, SecretId],
    [`${prefix}_SECRET_KEY`, SecretKey],
  ] as const) {
    if (!isKeyForm(variable, text)) throw new CloudError('KeyMalformed', variable)
  }
  return { SecretId, SecretKey }
}
