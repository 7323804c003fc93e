import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { createServer, parseJsonObject, readBody, type Server } from '../http'
import type { KeyPair } from '../sts/keys'
import { CLOCK_TOLERANCE, tc3Signature } from '../sts/signatures'
import type { DatabaseActions, Params } from './database'
import { CloudBaseError, notImplemented } from './errors'
import { type MediaCheck, type OpenApiCall, openApiResponse, readOpenApiForm } from './openApi'
import { type CloudStorage, FILES_PATH } from './storage'

/** Enough for a document of 16 MB as EJSON. */
const MAX_BODY_BYTES = 40 * 1024 * 1024

/** Path of the API, as on the real host. */
const API_PATH = '/admin'

/** The services behind the CloudBase API. */
interface CloudBaseServices {
  database: () => Promise<DatabaseActions>
  storage: CloudStorage
  /** @default without it, `cloud.openapi.security.mediaCheckAsync` is `NotImplemented` */
  mediaCheck: MediaCheck | undefined
  /** Key pairs that may call the API: the root key and that of the functions. */
  keys: readonly KeyPair[]
  /** Unix milliseconds. */
  clock: () => number
}

/** Creates a key for the calls of functions. On CloudBase, it is a temporary key of their role. */
export function newFunctionsKey(): KeyPair {
  return {
    SecretId: `AKID${randomBytes(24).toString('base64url')}`,
    SecretKey: randomBytes(24).toString('base64url'),
  }
}

/**
 * The environment variables with which wx-server-sdk and @cloudbase/node-sdk call this server.
 * @param address the address of the server
 */
export function cloudBaseVariables(
  address: string,
  { SecretId, SecretKey }: KeyPair,
): Record<string, string> {
  return {
    TENCENTCLOUD_SECRETID: SecretId,
    TENCENTCLOUD_SECRETKEY: SecretKey,
    TENCENTCLOUD_SESSIONTOKEN: 'local-cloud',
    TCB_CONTEXT_CNFG: JSON.stringify({ URL: `${address}${API_PATH}` }),
  }
}

/**
 * The API of a CloudBase environment, which wx-server-sdk calls: `POST /admin` with the action and its
 * parameters in a JSON body. All environment names stand for the same environment.
 */
export function createCloudBaseServer(services: CloudBaseServices): Server {
  return createServer((request, response) => {
    if (request.url?.startsWith(FILES_PATH)) {
      services.storage.transfer(request, response).catch(() => response.destroy())
      return
    }
    const requestId = randomUUID()
    void respond(services, request)
      .catch((error: unknown) => {
        if (error instanceof CloudBaseError) return { code: error.code, message: error.message }
        console.error(error)
        return { code: 'SYS_ERR', message: 'internal error' }
      })
      .then((answer) => {
        if (Buffer.isBuffer(answer)) {
          response.writeHead(200, { 'Content-Type': 'application/octet-stream' })
          response.end(answer)
          return
        }
        const body = JSON.stringify({ ...answer, requestId })
        response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' })
        response.end(body)
      })
  })
}

async function respond(
  { database, storage, mediaCheck, keys, clock }: CloudBaseServices,
  request: IncomingMessage,
): Promise<Record<string, unknown> | Buffer> {
  const { method, headers, url = '' } = request
  if (method !== 'POST' || url.split('?')[0] !== API_PATH) {
    throw notImplemented(`${method} ${url.split('?')[0]} of the CloudBase API`)
  }
  const { params, call } = await readParams(request)
  verifyCloudBaseSignature(
    { url, headers, params },
    (SecretId) => keys.find((key) => key.SecretId === SecretId),
    clock() / 1000,
  )
  if (call?.apiName === 'security.mediaCheckAsync' && mediaCheck) {
    return openApiResponse(mediaCheck.submit(call.params))
  }
  if (call) throw notImplemented(`cloud.openapi (${call.apiName})`)
  const action = String(params.action)
  if (action.startsWith('database.')) return (await database()).run(action, params)
  if (action.startsWith('storage.')) return storage.run(action, params, `http://${headers.host}`)
  throw notImplemented(`the action ${action}`)
}

async function readParams(
  request: IncomingMessage,
): Promise<{ params: Params; call?: OpenApiCall }> {
  const tooLarge = () => new CloudBaseError('INVALID_PARAM', 'the body is too large')
  const body = await readBody(request, MAX_BODY_BYTES, tooLarge)
  const { 'content-type': contentType = '' } = request.headers
  if (contentType.startsWith('multipart/form-data')) {
    const { fields, call } = await readOpenApiForm(body, contentType)
    return { params: fields, call }
  }
  const params = parseJsonObject(body.toString('utf8'))
  if (params) return { params }
  throw new CloudBaseError('INVALID_PARAM', 'the body is not a JSON object')
}

/** A request to the CloudBase API. */
interface CloudBaseRequest {
  /** The path and query of the request line. */
  url: string
  headers: IncomingHttpHeaders
  params: Record<string, unknown>
}

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{4}-\d{2}-\d{2})\/tcb\/tc3_request, SignedParams=([^,\s]*), SignedHeaders=([^,\s]+), Signature=([0-9a-f]{64})$/

/**
 * Verifies the signature of a request: TC3-HMAC-SHA256 as @cloudbase/signature-nodejs computes it, over
 * the signed parameters of the JSON body instead of its bytes.
 * @param keyOf returns the key pair of a SecretId; undefined if it is unknown
 * @param now Unix seconds
 * @throws CloudBaseError `SIGN_PARAM_INVALID`
 */
function verifyCloudBaseSignature(
  { url, headers, params }: CloudBaseRequest,
  keyOf: (SecretId: string) => KeyPair | undefined,
  now: number,
): void {
  const match = AUTHORIZATION.exec(headers.authorization ?? '')
  const [, SecretId = '', date = '', signedParams = '', signedHeaders = '', signature = ''] =
    match ?? []
  const key = match ? keyOf(SecretId) : undefined
  const timestamp = Number(headers['x-timestamp'])
  if (!key) throw invalid(match ? 'unknown SecretId' : 'the request is not signed')
  if (!(Math.abs(now - timestamp) <= CLOCK_TOLERANCE)) throw invalid('the signature has expired')
  const [path = '', query = ''] = url.split('?')
  const values = new Map(
    Object.entries(params).map(([name, value]) => [
      name.toLowerCase(),
      Buffer.isBuffer(value)
        ? value
        : (typeof value === 'string' ? value : JSON.stringify(value)).trim(),
    ]),
  )
  const payload = createHash('sha256')
  for (const name of signedParams.split(';')) {
    payload.update(`&${name}=`)
    payload.update(values.get(name) ?? 'undefined')
    payload.update('\r\n')
  }
  const headerLines = signedHeaders.split(';').map((name) => {
    const text = String(headers[name] ?? '').trim()
    // The signature does not cover the boundary of a form, which is not known when the SDK signs.
    return `${name}:${name === 'content-type' ? text.replace(/^(multipart\/form-data);.*/, '$1') : text.toLowerCase()}`
  })
  const canonical = [
    'post',
    `//${headers.host}${path}`,
    query,
    `${headerLines.join('\n')}\n`,
    signedHeaders,
    payload.digest('hex'),
  ].join('\n')
  const inputs = { secretKey: key.SecretKey, date, service: 'tcb', timestamp }
  const expected = tc3Signature(canonical, inputs)
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw invalid('the signature does not match')
  }
  checkAllSigned(values, signedParams)
}

/** Refuses unsigned parameters, which anyone could have added. The SDK does not sign empty ones. */
function checkAllSigned(values: ReadonlyMap<string, string | Buffer>, signedParams: string): void {
  const signed = new Set(signedParams.split(';'))
  for (const [name, value] of values) {
    if (value.length > 0 && !signed.has(name)) throw invalid(`the parameter ${name} is not signed`)
  }
}

function invalid(reason: string): CloudBaseError {
  return new CloudBaseError('SIGN_PARAM_INVALID', `SIGN_PARAM_INVALID: ${reason}`)
}
