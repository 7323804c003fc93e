import { randomBytes } from 'node:crypto'
import { request } from 'node:https'
import { checkConfig, grantsOf, ownPrefix, resourceOf } from '@miniprogram-cos/server'
import COS from 'cos-nodejs-sdk-v5'
import { sts } from 'tencentcloud-sdk-nodejs-sts'
import { type CloudKey, functionKey } from '../../cloud/settings'
import { bucketHost } from '../../project'
import type { Text } from '../../text'
import { OTHER_USER, PROBE_USER } from '../accessCheck'
import type { DoctorContext } from '../checks'

/** A policy statement, possibly one that STS refuses. */
export interface PolicyStatement {
  effect: 'allow' | 'deny'
  action: string[]
  resource: string[]
  condition?: object
  principal?: object
}

/** Skips a probe that the account's permissions or the access rules do not permit. */
export class SkippedProbe extends Error {}

/** One observation: the expected and the actual behaviour. */
interface Observation {
  what: string
  expected: string
  seen: string
}

/** An assumption about Tencent's or WeChat's services that no document settles, and how to check it. */
export interface Probe {
  /** A stable id, by which reports are compared. */
  id: string
  /** The English text is in CONTRIBUTING.md. */
  assumed: Text
  /** Checks it from a computer. @throws SkippedProbe if this account does not permit it */
  run?: (live: LiveCloud) => Promise<Observation[]>
  /** A setting of the bucket that the probe changes, after asking, and restores. */
  mayChange?: Text
  /** How a person can check it, on a phone or in a console. */
  byHand?: Text
}

export type ProbeResult = 'confirmed' | 'different' | 'not probed' | 'by hand'

/** The result of a probe. In English, so that reports can be compared. */
export interface Finding {
  id: string
  assumed: string
  byHand?: string
  result: ProbeResult
  /** Named so in reports. */
  looks?: Observation[]
  why?: string
}

/** All that a request sends. */
export interface LiveRequest {
  method?: string
  /** Relative to the probe's folder. */
  name?: string
  /** The raw path, instead of a name. */
  path?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  /** Added after signing. */
  unsignedHeaders?: Record<string, string>
  body?: string | Buffer
  key?: CloudKey
  /** `start;end` in Unix seconds. */
  keyTime?: string
  host?: string
  isUnsigned?: boolean
}

export interface LiveAnswer {
  status: number
  /** The code in the error document, or ''. */
  code: string
  headers: Record<string, string | undefined>
  body: string
}

/** Sends requests to the real COS and STS, including invalid ones. Writes only to one folder. */
export class LiveCloud {
  readonly context: DoctorContext
  readonly host: string
  /** The folder that is written to, with a trailing slash. Its user does not exist. */
  readonly folder: string
  /** An access rule that limits writes to the folder: a refusal then proves nothing about COS. */
  readonly limitingRule: string | undefined
  /** The folders of both probe users, which contain no other objects. */
  readonly prefixes: string[]
  /** Called with every secret that STS returns. */
  readonly onSecret: (secret: string) => void
  #own: Promise<CloudKey> | undefined

  constructor(context: DoctorContext, onSecret: (secret: string) => void) {
    const { bucket, region } = context.config
    const { rules } = checkConfig(context.config)
    const prefix = ownPrefix(rules, PROBE_USER)
    const needed = ['read', 'write', 'delete', 'list']
    const grants = grantsOf(rules, { openid: PROBE_USER, groups: [] }).filter(
      ({ path }) => path === prefix,
    )
    const verbs = grants.map(({ verb }) => verb as string)
    const missing = needed.filter((verb) => !verbs.includes(verb))
    if (missing.length > 0)
      throw new SkippedProbe(`the rules let nobody ${missing.join(', ')} in ${prefix}`)
    const limited = grants.find(({ rule }) => rule.types || rule.maxBytes !== undefined)
    this.limitingRule = limited?.rule.pattern
    this.context = context
    this.onSecret = onSecret
    this.host = bucketHost({ bucket, region })
    this.folder = `${prefix}doctor-live-${randomBytes(6).toString('hex')}/`
    this.prefixes = [prefix, ownPrefix(rules, OTHER_USER)]
  }

  get bucketParams() {
    const { bucket: Bucket, region: Region } = this.context.config
    return { Bucket, Region }
  }

  /** `qcs::cos:…` of a path of the bucket. */
  resource(path: string): string {
    return resourceOf(this.context.config, path)
  }

  /** An allowing statement on the probe's folder. */
  allow(actions: string[], path = `${this.folder}*`): PolicyStatement {
    return {
      effect: 'allow',
      action: actions.map((action) => `name/cos:${action}`),
      resource: [this.resource(path)],
    }
  }

  /** Calls GetFederationToken. @returns the key, or the code of the refusal @throws Error if STS cannot be reached */
  async requestKey(
    statement: PolicyStatement[],
    { Name = 'doctor', more = {} }: { Name?: string; more?: object } = {},
  ): Promise<{ key?: CloudKey; code: string }> {
    const { settings, config } = this.context
    const { SecretId: secretId, SecretKey: secretKey } = functionKey(settings)
    const client = new sts.v20180813.Client({
      credential: { secretId, secretKey },
      region: config.region,
      profile: { httpProfile: { reqTimeout: 10 } },
    })
    const Policy = encodeURIComponent(JSON.stringify({ version: '2.0', statement, ...more }))
    try {
      const { Credentials } = await client.GetFederationToken({
        Name,
        Policy,
        DurationSeconds: 1800,
      })
      const { TmpSecretId: SecretId, TmpSecretKey: SecretKey, Token: token } = Credentials ?? {}
      if (!SecretId || !SecretKey || !token) return { code: 'no key' }
      this.onSecret(SecretKey)
      this.onSecret(token)
      return { key: { SecretId, SecretKey, token }, code: 'a key' }
    } catch (error) {
      const { code } = error as { code?: string }
      // Codes of the API have upper and lower case letters, those of sockets only upper case.
      if (code && /[a-z]/.test(code)) return { code }
      throw error
    }
  }

  /** Requests a key with these permissions. @throws SkippedProbe if STS refuses */
  async keyFor(...statement: PolicyStatement[]): Promise<CloudKey> {
    const { key, code } = await this.requestKey(statement)
    if (!key) throw new SkippedProbe(`STS refused the key for it: ${code}`)
    return key
  }

  /** Requests a key with the permissions of both probe users. */
  ownKey(): Promise<CloudKey> {
    this.#own ??= this.keyFor(
      ...this.prefixes.map((prefix) => this.allow(USER_ACTIONS, `${prefix}*`)),
    )
    return this.#own
  }

  /** Begins an upload in parts. @returns its UploadId */
  async beginUpload(name: string): Promise<string> {
    const { body } = await this.send({ method: 'POST', name, query: { uploads: '' } })
    return elements(body, 'UploadId')[0] ?? ''
  }

  async send(options: LiveRequest): Promise<LiveAnswer> {
    const { method = 'GET', name, query = {}, headers = {}, body, isUnsigned } = options
    const host = options.host ?? this.host
    const path = options.path ?? `/${name === undefined ? '' : this.folder + name}`
    const search = Object.entries(query)
      .map(([key, value]) => (value === '' ? key : `${key}=${encodeURIComponent(value)}`))
      .join('&')
    const sent: Record<string, string> = { Host: host, ...headers }
    if (!isUnsigned) {
      const key = options.key ?? (await this.ownKey())
      if (key.token) sent['x-cos-security-token'] = key.token
      sent.Authorization = COS.getAuthorization({
        SecretId: key.SecretId,
        SecretKey: key.SecretKey,
        Method: method as 'GET',
        Pathname: decodeURIComponent(path),
        Query: query,
        Headers: sent,
        ...(options.keyTime ? { KeyTime: options.keyTime } : {}),
      } as Parameters<typeof COS.getAuthorization>[0])
    }
    Object.assign(sent, options.unsignedHeaders)
    if (body !== undefined) sent['Content-Length'] = String(Buffer.byteLength(body))
    const answer = await send({
      host,
      method,
      path: path + (search && `?${search}`),
      headers: sent,
      body,
    })
    // A temporary failure proves nothing about the assumption.
    if (answer.status >= 500) throw new SkippedProbe(`COS answered ${describeAnswer(answer)}`)
    return answer
  }
}

/** Everything that users may do in their folder. */
const USER_ACTIONS = [
  'GetObject',
  'HeadObject',
  'PutObject',
  'PostObject',
  'InitiateMultipartUpload',
  'UploadPart',
  'ListParts',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListMultipartUploads',
  'DeleteObject',
  'GetBucket',
]

/** The texts of all elements of a name. */
export const elements = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text)

/** The status and error code of a response. */
const describeAnswer = ({ status, code }: LiveAnswer) => [status, code].filter(Boolean).join(' ')

/** Observes a response by its status and error code, or another result by its text. */
export async function observe(
  what: string,
  expected: string,
  result: Promise<LiveAnswer | string>,
): Promise<Observation> {
  const seen = await result
  return { what, expected, seen: typeof seen === 'string' ? seen : describeAnswer(seen) }
}

function send({
  body,
  ...options
}: {
  host: string
  method: string
  path: string
  headers: Record<string, string>
  body: string | Buffer | undefined
}): Promise<LiveAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const [code = ''] = response.statusCode === 200 ? [] : elements(text, 'Code')
        const headers = response.headers as LiveAnswer['headers']
        resolve({ status: response.statusCode ?? 0, code, headers, body: text })
      })
    })
    sent.on('timeout', () => sent.destroy(new Error('COS did not answer in 30 s')))
    sent.on('error', reject)
    sent.end(body)
  })
}
