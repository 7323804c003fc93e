import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { generateCertificate, listen, stop } from '../../../packages/local-cloud/src/listen'
import { StsError } from '../../../packages/local-cloud/src/sts/call'
import type { TestCloud } from '../testCloud'
import { createConnectProxy } from './connectProxy'
import { callerOf, type PlaneKey } from './planeCalls'
import { PlaneFault } from './planeFault'
import { PlaneFunctions } from './planeFunctions'

const API_HOSTS = ['tcb', 'scf', 'sts'].map((name) => `${name}.tencentcloudapi.com`)
const CODE_HOST = 'function-code.myqcloud.com'

/** What goes wrong: the error code an action is answered with, or the connection cut. */
type PlaneTrouble = Record<string, string>

export interface ControlPlane {
  functions: PlaneFunctions
  /** Actions called so far, by name. */
  calls: string[]
  keys: PlaneKey[]
  trouble: PlaneTrouble
  /** Seconds by which the plane's clock is ahead. */
  clockOffset: number
  status: string
  /** What every function's code is said to be, when it is not what was uploaded. */
  staleCode: Buffer | undefined
  /** Whether something on the way changes what is read from COS. */
  isSpoilt: boolean
  /** What COS is to answer instead of what the local cloud would: status and code. */
  instead: (request: IncomingMessage) => [status: number, code: string] | undefined
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
    calls: [],
    keys,
    trouble: {},
    clockOffset: 0,
    status: 'NORMAL',
    staleCode: undefined,
    isSpoilt: false,
    instead: () => undefined,
  }

  async function answer(request: IncomingMessage, body: string): Promise<object> {
    const action = String(request.headers['x-tc-action'])
    plane.calls.push(action)
    const now = Math.floor(Date.now() / 1000) + plane.clockOffset
    const key = callerOf(plane.keys, request.headers, body, now)
    if (key.isLimited && action !== 'GetCallerIdentity') {
      throw new PlaneFault('UnauthorizedOperation', `${action} is not permitted`)
    }
    const trouble = plane.trouble[action]
    if (trouble) throw new PlaneFault(trouble, 'trouble on purpose')
    const params = JSON.parse(body)
    switch (action) {
      case 'GetCallerIdentity':
        return { AccountId: key.account, UserId: key.user, Type: 'CAMUser' }
      case 'DescribeEnvInfo':
        if (params.EnvId !== env)
          throw new PlaneFault('ResourceNotFound.EnvNotFound', 'no such env')
        return {
          EnvInfo: {
            EnvBaseInfo: { EnvId: env, Status: plane.status, Functions: [{ Namespace: env }] },
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
      case 'PutReservedConcurrencyConfig':
        return functions.reserve(params)
      default:
        throw new PlaneFault('InvalidAction', action)
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
    const isInTrouble = plane.trouble[String(headers['x-tc-action'])] !== undefined
    if (!API_HOSTS.includes(name) || (isKeyCall && !isInTrouble)) {
      const other = plane.instead(request) ?? refusedByRights(plane.keys, request)
      if (other) {
        request.resume()
        const [status, code] = other
        response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`)
        return
      }
      const target = isKeyCall ? cloud.sts : cloud.cos
      forward(request, response, target, { ...headers, host: name }, plane.isSpoilt)
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (plane.trouble[String(headers['x-tc-action'])] === 'cut') {
      plane.calls.push(String(headers['x-tc-action']))
      request.socket.destroy()
      return
    }
    const RequestId = randomUUID()
    const Response = await answer(request, Buffer.concat(chunks).toString('utf8')).then(
      (result) => ({ ...result, RequestId }),
      (error: unknown) => {
        if (!(error instanceof PlaneFault || error instanceof StsError)) throw error
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

/** The local COS knows no sub-accounts: a limited one, whose rights are for keys from STS, is refused here. */
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
  isSpoilt: boolean,
): void {
  const { method, url } = request
  const { hostname, port } = new URL(target)
  // As a path, not as an URL: that would fold `/./` away.
  const onward = httpRequest({ hostname, port, path: url, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    const isObject = method === 'GET' && answer.headers['content-type'] === 'image/png'
    if (isSpoilt && isObject) answer.pipe(spoiling()).pipe(response)
    else answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

/** As many bytes, and others. */
const spoiling = () =>
  new Transform({ transform: (chunk: Buffer, _, done) => done(null, Buffer.alloc(chunk.length)) })
