import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { generateCertificate, listen, stop } from '../../packages/local-cloud/src/http'
import { parseTc3, StsError, verifyTc3 } from '../../packages/local-cloud/src/sts/signatures'
import { ApiError, PlaneFunctions } from './controlPlaneFunctions'
import type { TestCloud } from './testCloud'

const API_HOSTS = ['tcb', 'scf', 'sts'].map((name) => `${name}.tencentcloudapi.com`)
const CODE_HOST = 'function-code.myqcloud.com'

/** Failures by action: the error code of the answer, or `cut` for a broken connection. */
type ApiFailures = Record<string, string>

export interface ControlPlane {
  functions: PlaneFunctions
  /** Collections of the database, and their permissions. */
  collections: Map<string, string>
  /** Actions called so far, by name. */
  calls: string[]
  keys: PlaneKey[]
  failures: ApiFailures
  /** Seconds by which the plane's clock is ahead. */
  clockOffset: number
  status: string
  /** The code that is downloaded for every function, if not the uploaded one. */
  staleCode: Buffer | undefined
  /** Whether content read from COS is changed on the way. */
  corruptsContent: boolean
  /** An answer of COS in place of the local cloud's: status and code. */
  override: (request: IncomingMessage) => [status: number, code: string] | undefined
  /** What a command needs in its environment to reach this plane. */
  variables: Record<string, string>
  close: () => Promise<void>
}

/**
 * Tencent Cloud as deployment sees it: the APIs of CloudBase, SCF and STS over TLS, signatures verified, behind a
 * CONNECT proxy; COS and the issuing of keys are those of the local cloud.
 */
export async function startControlPlane(
  cloud: TestCloud,
  { env, hosts, keys }: { env: string; hosts: string[]; keys: PlaneKey[] },
): Promise<ControlPlane> {
  const certificate = await generateCertificate([...API_HOSTS, CODE_HOST, ...hosts])
  const ca = join(cloud.folder, 'plane-ca.pem')
  writeFileSync(ca, certificate.cert)
  const functions = new PlaneFunctions(cloud.folder, env, { COS_STS_ENDPOINT: cloud.sts })
  const plane: Omit<ControlPlane, 'variables' | 'close'> = {
    functions,
    collections: new Map(),
    calls: [],
    keys,
    failures: {},
    clockOffset: 0,
    status: 'NORMAL',
    staleCode: undefined,
    corruptsContent: false,
    override: () => undefined,
  }

  /** @throws ApiError for a collection that does not exist */
  function permissionOf(name: string): string {
    const permission = plane.collections.get(name)
    if (!permission) throw new ApiError('ResourceNotFound', `no collection ${name}`)
    return permission
  }

  async function answer(request: IncomingMessage, body: string): Promise<object> {
    const action = String(request.headers['x-tc-action'])
    plane.calls.push(action)
    const now = Math.floor(Date.now() / 1000) + plane.clockOffset
    const key = callerOf(plane.keys, request.headers, body, now)
    if (key.isLimited && action !== 'GetCallerIdentity') {
      throw new ApiError('UnauthorizedOperation', `${action} is not permitted`)
    }
    const failure = plane.failures[action]
    if (failure) throw new ApiError(failure, 'simulated failure')
    const params = JSON.parse(body)
    switch (action) {
      case 'GetCallerIdentity':
        return { AccountId: key.account, UserId: key.user, Type: 'CAMUser' }
      case 'DescribeEnvInfo':
        if (params.EnvId !== env) throw new ApiError('ResourceNotFound.EnvNotFound', 'no such env')
        return {
          EnvInfo: {
            EnvBaseInfo: {
              EnvId: env,
              Status: plane.status,
              Functions: [{ Namespace: env }],
              Databases: [{ InstanceId: 'tnt-1a2b3c' }],
            },
          },
        }
      case 'CreateFunction':
        return functions.create(params)
      case 'UpdateFunctionCode':
        return functions.updateCode(params)
      case 'UpdateFunctionConfiguration':
        return functions.updateConfiguration(params)
      case 'GetFunction':
        return functions.describe(params)
      case 'DeleteFunction':
        return functions.delete(params)
      case 'GetFunctionAddress':
        return functions.address(params, `https://${CODE_HOST}`)
      case 'Invoke':
        return functions.invoke(params)
      case 'BatchCreateTrigger':
        return {}
      case 'CreateTable':
        plane.collections.set(params.TableName, 'PRIVATE')
        return {}
      case 'DescribeTable':
        permissionOf(params.TableName)
        return { Indexes: [], IndexNum: 0 }
      case 'DescribeDatabaseACL':
        return { AclTag: permissionOf(params.CollectionName) }
      case 'ModifyDatabaseACL':
        permissionOf(params.CollectionName)
        plane.collections.set(params.CollectionName, params.AclTag)
        return {}
      case 'PutReservedConcurrencyConfig':
        return functions.reserve(params)
      default:
        throw new ApiError('InvalidAction', action)
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '', ...headers } = request.headers
    const name = host.replace(/:\d+$/, '')
    if (name === CODE_HOST) {
      const one = functions.all.get((request.url ?? '').slice(1, -4))
      response.writeHead(one ? 200 : 404).end(plane.staleCode ?? one?.zip)
      return
    }
    const isKeyCall = name.startsWith('sts.') && headers['x-tc-action'] !== 'GetCallerIdentity'
    const isFailing = plane.failures[String(headers['x-tc-action'])] !== undefined
    if (!API_HOSTS.includes(name) || (isKeyCall && !isFailing)) {
      const other = plane.override(request) ?? refusedByRights(plane.keys, request)
      if (other) {
        request.resume()
        const [status, code] = other
        response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`)
        return
      }
      const target = isKeyCall ? cloud.sts : cloud.cos
      forward(request, response, target, { ...headers, host: name }, plane.corruptsContent)
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (plane.failures[String(headers['x-tc-action'])] === 'cut') {
      plane.calls.push(String(headers['x-tc-action']))
      request.socket.destroy()
      return
    }
    const RequestId = randomUUID()
    const Response = await answer(request, Buffer.concat(chunks).toString('utf8')).then(
      (result) => ({ ...result, RequestId }),
      (error: unknown) => {
        if (!(error instanceof ApiError || error instanceof StsError)) throw error
        return { Error: { Code: error.code, Message: error.message }, RequestId }
      },
    )
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ Response }))
  }

  const api = createServer(certificate, (request, response) => {
    serve(request, response).catch((error) => {
      console.error(error)
      response.writeHead(500).end()
    })
  })
  await listen(api, 0, '127.0.0.1')
  const { port } = api.address() as AddressInfo
  const known = [...API_HOSTS, CODE_HOST, ...hosts]
  const proxy = createConnectProxy(port, (host) => known.includes(host))
  const proxyAddress = await listen(proxy.server, 0, '127.0.0.1')
  return Object.assign(plane, {
    variables: { http_proxy: proxyAddress, NODE_EXTRA_CA_CERTS: ca },
    async close() {
      proxy.cut()
      await Promise.all([stop(proxy.server), stop(api)])
    },
  })
}

/** The local COS has no sub-accounts: requests with the key of a limited one are refused here. */
function refusedByRights(
  keys: PlaneKey[],
  { headers }: IncomingMessage,
): [status: number, code: string] | undefined {
  const [, id] = /q-ak=([^&]+)/.exec(headers.authorization ?? '') ?? []
  const isRefused = keys.some(({ SecretId, isLimited }) => isLimited && SecretId === id)
  return isRefused ? [403, 'AccessDenied'] : undefined
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  headers: NodeJS.Dict<string | string[]>,
  corruptsContent: boolean,
): void {
  const { method, url } = request
  const { hostname, port } = new URL(target)
  // As a path, not as an URL: that would fold `/./` away.
  const onward = httpRequest({ hostname, port, path: url, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    const isObject = method === 'GET' && answer.headers['content-type'] === 'image/png'
    if (corruptsContent && isObject) answer.pipe(corrupting()).pipe(response)
    else answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

/** The same number of other bytes. */
const corrupting = () =>
  new Transform({ transform: (chunk: Buffer, _, done) => done(null, Buffer.alloc(chunk.length)) })

/** A key of the control plane, and its account. */
export interface PlaneKey {
  SecretId: string
  SecretKey: string
  token?: string
  account: string
  user: string
  /** A sub-account that has the policy of `npm run policy` and no other right. */
  isLimited?: boolean
}

/** Who signed a call. @throws ApiError, StsError as the real API answers */
function callerOf(
  keys: PlaneKey[],
  headers: IncomingHttpHeaders,
  body: string,
  now: number,
): PlaneKey {
  const auth = parseTc3(headers.authorization)
  const key = keys.find(({ SecretId }) => SecretId === auth.SecretId)
  if (!key) throw new StsError('AuthFailure.SecretIdNotFound', 'The SecretId is not found.')
  verifyTc3({ method: 'POST', query: '', headers, body }, auth, key.SecretKey, now)
  if (auth.service !== headers.host?.split('.')[0]) {
    throw new ApiError('AuthFailure.SignatureFailure', 'signed for another service')
  }
  if (key.token !== headers['x-tc-token']) {
    throw new ApiError('AuthFailure.TokenFailure', 'The token is wrong.')
  }
  return key
}

/** A server, and a function that ends its tunnels, which are no longer HTTP connections. */
export interface ConnectProxy {
  server: Server
  cut: () => void
}

/** An HTTP proxy for CONNECT only, which connects every known host to one port of this computer. */
function createConnectProxy(port: number, isKnown: (host: string) => boolean): ConnectProxy {
  const tunnels = new Set<Socket>()
  const proxy = createHttpServer((_, response) => response.writeHead(405).end())
  proxy.on('connect', (request, socket: Socket, head: Buffer) => {
    const host = (request.url ?? '').split(':')[0] ?? ''
    if (!isKnown(host)) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    tunnels.add(socket)
    const end = () => {
      tunnels.delete(socket)
      upstream.destroy()
      socket.destroy()
    }
    upstream.on('error', end)
    socket.on('error', end)
    socket.on('close', end)
  })
  return {
    server: proxy,
    cut() {
      for (const socket of tunnels) socket.destroy()
    },
  }
}
