import { randomBytes } from 'node:crypto'
import { request } from 'node:https'
import { checkConfig, grantsOf, homeOf, resourceOf } from '@miniprogram-cos/server'
import COS from 'cos-nodejs-sdk-v5'
import { type CloudKey, functionKey } from '../../cloud/settings'
import type { Patient } from '../check'
import { ONE, OTHER } from '../probeUsers'
import { askSts, type PolicyStatement } from './askSts'
import { NotProbed } from './assumption'

/** A request, exactly as it goes to the wire. */
export interface LiveRequest {
  method?: string
  /** Below the probe's folder. */
  name?: string
  /** Instead of a name: the path as it is sent. */
  path?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: string | Buffer
  key?: CloudKey
  /** `start;end` in Unix seconds. */
  keyTime?: string
  host?: string
  isUnsigned?: boolean
}

export interface LiveAnswer {
  status: number
  /** Of the error document, or ''. */
  code: string
  headers: Record<string, string | undefined>
  body: string
}

/** The real COS and STS, asked in ways that no client asks them. All it writes lies in one folder. */
export class LiveCloud {
  readonly patient: Patient
  readonly host: string
  /** Where everything is written, with its last slash; of a user that no WeChat account can be. */
  readonly folder: string
  /** The rule that limits what may be written there: then a refusal says nothing about COS. */
  readonly limitingRule: string | undefined
  /** Homes of both probe users, in which nothing else lies. */
  readonly #homes: string[]
  /** Told every secret that STS gives. */
  readonly onSecret: (secret: string) => void
  #own: Promise<CloudKey> | undefined

  constructor(patient: Patient, onSecret: (secret: string) => void) {
    const { bucket, region } = patient.config
    const { rules } = checkConfig(patient.config)
    const home = homeOf(rules, ONE)
    const needed = ['read', 'write', 'delete', 'list']
    const grants = grantsOf(rules, { openid: ONE, groups: [] }).filter(({ path }) => path === home)
    const verbs = grants.map(({ verb }) => verb as string)
    const missing = needed.filter((verb) => !verbs.includes(verb))
    if (missing.length > 0)
      throw new NotProbed(`the rules let nobody ${missing.join(', ')} in ${home}`)
    const limited = grants.find(({ rule }) => rule.types || rule.maxBytes !== undefined)
    this.limitingRule = limited?.rule.pattern
    this.patient = patient
    this.onSecret = onSecret
    this.host = `${bucket}.cos.${region}.myqcloud.com`
    this.folder = `${home}doctor-live-${randomBytes(6).toString('hex')}/`
    this.#homes = [home, homeOf(rules, OTHER)]
  }

  get place() {
    const { bucket: Bucket, region: Region } = this.patient.config
    return { Bucket, Region }
  }

  /** `qcs::cos:…` of a path of the bucket. */
  resource(path: string): string {
    return resourceOf(this.patient.config, path)
  }

  /** An allowing statement on the probe's folder. */
  allow(actions: string[], path = `${this.folder}*`): PolicyStatement {
    return {
      effect: 'allow',
      action: actions.map((action) => `name/cos:${action}`),
      resource: [this.resource(path)],
    }
  }

  /** Asks STS. @returns the key, or the code of the refusal */
  async ask(
    statement: PolicyStatement[],
    { Name = 'doctor', more = {} }: { Name?: string; more?: object } = {},
  ): Promise<{ key?: CloudKey; code: string }> {
    const { settings, config } = this.patient
    const Policy = JSON.stringify({ version: '2.0', statement, ...more })
    const answer = await askSts(functionKey(settings), config.region, Name, Policy)
    if (answer.key) {
      this.onSecret(answer.key.SecretKey)
      this.onSecret(answer.key.token ?? '')
    }
    return answer
  }

  /** A key that permits so much. @throws NotProbed when STS refuses */
  async keyFor(...statement: PolicyStatement[]): Promise<CloudKey> {
    const { key, code } = await this.ask(statement)
    if (!key) throw new NotProbed(`STS refused the key for it: ${code}`)
    return key
  }

  /** A key that may do in both homes what their users may. */
  ownKey(): Promise<CloudKey> {
    this.#own ??= this.keyFor(...this.#homes.map((home) => this.allow(EVERYTHING, `${home}*`)))
    return this.#own
  }

  async send(asked: LiveRequest): Promise<LiveAnswer> {
    const { method = 'GET', name, query = {}, headers = {}, body, isUnsigned } = asked
    const host = asked.host ?? this.host
    const path = asked.path ?? `/${name === undefined ? '' : this.folder + name}`
    const search = Object.entries(query)
      .map(([key, value]) => (value === '' ? key : `${key}=${encodeURIComponent(value)}`))
      .join('&')
    const sent: Record<string, string> = { Host: host, ...headers }
    if (!isUnsigned) {
      const key = asked.key ?? (await this.ownKey())
      if (key.token) sent['x-cos-security-token'] = key.token
      sent.Authorization = COS.getAuthorization({
        SecretId: key.SecretId,
        SecretKey: key.SecretKey,
        Method: method as 'GET',
        Pathname: decodeURIComponent(path),
        Query: query,
        Headers: sent,
        ...(asked.keyTime ? { KeyTime: asked.keyTime } : {}),
      } as Parameters<typeof COS.getAuthorization>[0])
    }
    if (body !== undefined) sent['Content-Length'] = String(Buffer.byteLength(body))
    const answer = await send({
      host,
      method,
      path: path + (search && `?${search}`),
      headers: sent,
      body,
    })
    // Trouble of the day says nothing about how COS is.
    if (answer.status >= 500) throw new NotProbed(`COS answered ${told(answer)}`)
    return answer
  }

  /** Takes away whatever a run has left, this one or one before it. */
  async cleanUp(): Promise<void> {
    for (const home of this.#homes) {
      const query = { prefix: home, 'max-keys': '1000' }
      const { body } = await this.send({ query })
      for (const Key of elements(body, 'Key'))
        await this.send({ method: 'DELETE', path: `/${Key}` })
      const uploads = await this.send({ query: { uploads: '', prefix: home } })
      const ids = elements(uploads.body, 'UploadId')
      for (const [i, Key] of elements(uploads.body, 'Key').entries()) {
        await this.send({ method: 'DELETE', path: `/${Key}`, query: { uploadId: ids[i] ?? '' } })
      }
    }
  }
}

/** What users may do at home, as the policy of the functions' account has it. */
const EVERYTHING = [
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

/** Texts of all elements of that name. */
const elements = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text)

/** Status and code, as findings tell them. */
export const told = ({ status, code }: LiveAnswer) => [status, code].filter(Boolean).join(' ')

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
