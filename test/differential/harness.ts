import { createHash } from 'node:crypto'
import { PromiseWithoutUnhandledRejections } from '../support/bothClients'
import { createFakePhone } from '../support/fakePhone'
import { loadOfficialClient } from '../support/phones'
import { COS, createRecordingWx, type RecordedRequest, setWx } from '../support/recordingWx'
import { emptyDocument } from '../support/vectors'
import { PARAM_HEADERS } from './arbitraries/values'

/** One call, given to both clients. */
export interface Call {
  options: Params
  method: string
  params: Params
  /** Local files by path. */
  files?: Record<string, Uint8Array>
  /** Headers of the HEAD response. */
  head?: Record<string, string>
  /** Credential provider, if the options contain no key. */
  provider?: { name: 'getAuthorization' | 'getSTS'; answer: unknown }
}

// biome-ignore lint/suspicious/noExplicitAny: two clients, one of them without types
export type Params = Record<string, any>

/** Options passed to wx.request or wx.uploadFile, or a URL with the headers it was signed for. */
export interface Sent {
  via: RecordedRequest['via'] | 'url'
  url: string
  method?: string
  header: Record<string, unknown>
  data?: unknown
  formData?: Record<string, unknown>
  [field: string]: unknown
}

export interface Outcome {
  sent: Sent[]
  /** What the provider received. */
  authorizationInputs: unknown[]
  ends: 'resolved' | 'rejected' | 'pending'
  /** The result or the error. */
  value?: unknown
}

/** A phone connected to a simulated COS. */
export interface Phone {
  wx: object
  requests: RecordedRequest[]
}
export type Client = new (options: object) => Params

const ours = COS as unknown as Client
let official: Client

/** The `wx` of the current call; both clients are loaded once and read it through a proxy. */
let current: Params = {}
const lasting = (of: () => Params): Params =>
  new Proxy({}, { get: (_, name) => of()[name as string], has: (_, name) => name in of() })
const fileSystem = lasting(() => current.getFileSystemManager())

const ALWAYS = {
  canIUse: () => true,
  getAppBaseInfo: () => ({ SDKVersion: '3.8.0' }),
  getDeviceInfo: () => ({}),
  getNetworkType() {},
  getStorageSync: () => '',
  setStorageSync() {},
}

/** Loads both clients under one simulated `wx`. */
export function setup(): void {
  const wx = lasting(() => ({ ...ALWAYS, ...current, getFileSystemManager: () => fileSystem }))
  setWx(wx)
  current = createRecordingWx(() => ({ statusCode: 200 })).wx
  official = loadOfficialClient<Client>(wx, { Promise: PromiseWithoutUnhandledRejections })
}

export function teardown(): void {
  setWx()
}

/** The class of either client. */
export const classOf = (who: 'ours' | 'official'): Client & Params =>
  (who === 'ours' ? ours : official) as Client & Params

/** Runs a call with one of the clients and returns the requests it sent. */
export async function run(who: 'ours' | 'official', call: Call, phone: Phone): Promise<Outcome> {
  current = phone.wx
  const authorizationInputs: unknown[] = []
  const { provider } = call
  const options = copyOf(call.options)
  if (provider) {
    options[provider.name] = (request: object, callback: (answer: unknown) => void) => {
      authorizationInputs.push(copyOf(request))
      callback(copyOf(provider.answer))
    }
  }
  const ends = await ending(async () => {
    const cos = new (classOf(who))(options)
    const params = copyOf(call.params)
    if (call.method !== 'getObjectUrl') return cos[call.method](params)
    return new Promise((resolve, reject) => {
      cos.getObjectUrl(params, (error: unknown, data: unknown) =>
        error ? reject(error) : resolve(data),
      )
    })
  })
  const sent = phone.requests.map(
    ({ isAborted: _, data, ...request }) => ({ ...request, data: readable(data) }) as Sent,
  )
  const { params } = call
  if (call.method === 'getObjectUrl' && ends.ends === 'resolved') {
    const { Url } = ends.value as { Url: string }
    sent.push({
      via: 'url',
      url: Url,
      method: params.Method ?? 'get',
      header: params.Headers ?? {},
    })
  }
  return { sent, authorizationInputs, ...ends }
}

/** Turns of the event loop after which a call that has not settled never will: every answer is immediate here. */
const ROUNDS = 100
/** After this many turns, cos-wx-sdk-v5 may be waiting for a zero-length timer. */
const QUICK_ROUNDS = 50

/** How a call ends; cos-wx-sdk-v5 loses some (defects 7, 8 and 50). */
async function ending(run: () => Promise<unknown>): Promise<Pick<Outcome, 'ends' | 'value'>> {
  let outcome: Pick<Outcome, 'ends' | 'value'> = { ends: 'pending' }
  run().then(
    (value) => {
      outcome = { ends: 'resolved', value }
    },
    (value) => {
      outcome = { ends: 'rejected', value }
    },
  )
  for (let round = 0; round < ROUNDS && outcome.ends === 'pending'; round++) {
    await new Promise((resolve) => {
      if (round < QUICK_ROUNDS) setImmediate(resolve)
      else setTimeout(resolve)
    })
  }
  return outcome
}

/** Bytes as a short text so that a diff is readable; null and undefined mean no body. */
function readable(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data ?? undefined
  const bytes = Buffer.from(data as ArrayBuffer)
  return `bytes:${bytes.length}:${createHash('md5').update(bytes).digest('base64')}`
}

/** Each client gets params of its own: cos-wx-sdk-v5 writes into them (defect 15). */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T
  if (Object.prototype.toString.call(value) !== '[object Object]') return value
  return Object.fromEntries(
    Object.entries(value as object).map(([name, inner]) => [name, copyOf(inner)]),
  ) as T
}

/** Answers without which cos-wx-sdk-v5 never ends a call (defect 36), and root elements of another name. */
const DOCUMENTS: Record<string, string> = {
  getBucketAcl:
    '<AccessControlPolicy><AccessControlList></AccessControlList></AccessControlPolicy>',
  getObjectAcl:
    '<AccessControlPolicy><AccessControlList></AccessControlList></AccessControlPolicy>',
  getBucketCors: '<CORSConfiguration></CORSConfiguration>',
  getBucketInventory: '<InventoryConfiguration><Id>1</Id></InventoryConfiguration>',
  getBucketLocation: '<LocationConstraint>ap-guangzhou</LocationConstraint>',
  getBucketLogging: '<BucketLoggingStatus><A>1</A></BucketLoggingStatus>',
  getBucketPolicy: '{}',
  getBucketTagging: '<Tagging></Tagging>',
  getObjectTagging: '<Tagging></Tagging>',
  listBucketInventory:
    '<ListInventoryConfigurationResult><A>1</A></ListInventoryConfigurationResult>',
}

function documentOf(method: string): string {
  const setting = /^getBucket(\w+)$/.exec(method)?.[1]
  const root = `${setting}Configuration`
  return DOCUMENTS[method] ?? (setting ? `<${root}></${root}>` : emptyDocument(method))
}

/** A phone whose requests all succeed. */
export function answeringPhone({ method, files }: Call): Phone {
  const answer = { statusCode: 200, header: { ETag: '"e"' }, data: documentOf(method) }
  return createRecordingWx(() => answer, files)
}

/** A phone connected to a simulated COS that supports multipart uploads and copies. */
export const uploadingPhone = ({ files = {}, head }: Call): Phone =>
  createFakePhone({
    files,
    answer(step, _, { header }) {
      if (step === 'head' && head) return { statusCode: 200, header: head }
      const isCopy = 'x-cos-copy-source' in (header as object)
      if (!isCopy) return undefined
      const root = step === 'put' ? 'CopyObjectResult' : 'CopyPartResult'
      return { statusCode: 200, data: `<${root}><ETag>"${step}"</ETag></${root}>` }
    },
  })

/** The headers of a call; later ones win, null removes a header. */
export function givenHeaders({ params }: Call): [name: string, value: unknown][] {
  const named = Object.entries(PARAM_HEADERS).map(([param, header]) => [header, params[param]])
  return [
    ...Object.entries(params.Headers ?? {}),
    ...Object.entries(params).filter(([name]) => name.includes('x-cos-')),
    ...(named as [string, unknown][]),
  ].filter(([, value]) => value !== undefined)
}

/** One header of each name, the last one. */
export function merged(given: [string, unknown][]): Record<string, unknown> {
  const header: Record<string, unknown> = {}
  for (const [name, value] of given) {
    for (const own of Object.keys(header)) {
      if (own.toLowerCase() === name.toLowerCase()) delete header[own]
    }
    if (value !== null) header[name] = value
  }
  return header
}

/** The headers of a call whose names match. */
export const headersLike = (call: Call, pattern: RegExp): Params =>
  merged(givenHeaders(call).filter(([name]) => pattern.test(name)))

/** The last value of a header in a call, in any case of its name. */
export const lastGiven = (call: Call, header: string): unknown =>
  givenHeaders(call)
    .filter(([name]) => name.toLowerCase() === header)
    .pop()?.[1]

/** Headers whose param of the same name is undefined. */
export function unsaid({ params }: Call): Params {
  return Object.fromEntries(
    Object.entries(params.Headers ?? {}).filter(
      ([name, value]) =>
        name.includes('x-cos-') &&
        name in params &&
        params[name] === undefined &&
        value !== undefined &&
        value !== null,
    ),
  )
}
