import { join } from 'node:path'
import type { DeployedFunction } from '@miniprogram-cos/local-cloud'
import { signPostPolicy } from '@miniprogram-cos/protocol'
import { build } from 'esbuild'
import { nodeHash } from '../../packages/local-cloud/src/cos/authenticate'
import { pathOf, type RawResponse, send, signByOfficialSdk } from './cosRequests'
import { at } from './root'
import { BUCKET, REGION, type TestCloud } from './testCloud'

/** What the two functions may answer. */
export interface FunctionAnswer {
  formData?: Record<string, string>
  credentials?: { tmpSecretId: string; tmpSecretKey: string; sessionToken: string }
  startTime?: number
  expiredTime?: number
  requestId?: string
  bucket?: string
  region?: string
  prefix?: string
  scopeLimit?: true
  key?: string
  authorization?: string
  sessionToken?: string
  url?: string
  confirms?: string[]
  confirm?: unknown
  trashes?: string[]
  trash?: { Key: string; TrashId: string; Size: number; Deleted: string; Expires: string }[]
  NextMarker?: string
  used?: number
  files?: number
  error?: {
    code: string
    message: string
    retryable: boolean
    retryAfter?: number
    rule?: string
    usage?: { path: string; used: number; quota?: number; files: number; maxFiles?: number }
  }
}

export interface TestCaller {
  openid?: string
  unionid?: string
  source?: string
}

/** Calls a built function over HTTP as the local cloud offers it. */
export async function callFunction(
  cloud: TestCloud,
  name: string,
  { openid, unionid, source = 'wx_client' }: TestCaller,
  event: unknown = {},
): Promise<FunctionAnswer> {
  const response = await fetch(`${cloud.functions}/${name}`, {
    method: 'POST',
    headers: {
      'x-wx-source': source,
      'x-wx-appid': 'wx0000000000000000',
      ...(openid === undefined ? {} : { 'x-wx-openid': openid }),
      ...(unionid === undefined ? {} : { 'x-wx-unionid': unionid }),
    },
    body: JSON.stringify(event),
  })
  return (await response.json()) as FunctionAnswer
}

/** One request to COS, its key unencoded. */
export interface CosRequest {
  method?: string
  key?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: string
}

/** Sends a request signed with an issued key, by Tencent's own Node SDK. */
export function sendWithKey(
  cloud: TestCloud,
  { credentials }: FunctionAnswer,
  request: CosRequest,
): Promise<RawResponse> {
  if (!credentials) throw new Error('no key was issued')
  const { tmpSecretId: SecretId, tmpSecretKey: SecretKey, sessionToken } = credentials
  const authorization = signByOfficialSdk({ ...request, SecretId, SecretKey })
  return sendSigned(cloud, request, authorization, sessionToken)
}

/** Sends a request with a signature that the function made; the answer of another request is no use. */
export function sendWithSignature(
  cloud: TestCloud,
  answer: FunctionAnswer,
  request: CosRequest,
): Promise<RawResponse> {
  const { authorization, sessionToken = '' } = answer
  if (!authorization) throw new Error(`no signature was issued: ${JSON.stringify(answer)}`)
  return sendSigned(cloud, request, authorization, sessionToken)
}

function sendSigned(
  cloud: TestCloud,
  { method = 'GET', key, query, headers, body }: CosRequest,
  Authorization: string,
  token: string,
): Promise<RawResponse> {
  return send(cloud.cos, {
    method,
    path: pathOf({ key, query }),
    headers: { ...headers, Authorization, 'x-cos-security-token': token },
    ...(body === undefined ? {} : { body }),
  })
}

/** The fields of a form that the holder of a temporary key signs with as wide a policy as COS accepts. */
export function formSignedWithKey(
  { credentials }: FunctionAnswer,
  fields: Record<string, string>,
): Record<string, string> {
  if (!credentials) throw new Error('no key was issued')
  const { tmpSecretId, tmpSecretKey, sessionToken } = credentials
  const now = Math.floor(Date.now() / 1000)
  const keyTime = `${now - 60};${now + 600}`
  const signer = { 'q-sign-algorithm': 'sha1', 'q-ak': tmpSecretId, 'q-sign-time': keyTime }
  const conditions = Object.entries(signer).map(([name, value]) => ({ [name]: value }))
  const expiration = new Date((now + 600) * 1000).toISOString()
  const policy = JSON.stringify({ expiration, conditions })
  const encoded = Buffer.from(policy).toString('base64')
  const key = { SecretId: tmpSecretId, SecretKey: tmpSecretKey, keyTime }
  const signature = signPostPolicy(policy, encoded, key, nodeHash)
  return { ...fields, ...signature, 'x-cos-security-token': sessionToken }
}

/** A cloud function of the repository, built into a folder around other access rules than those of its user. */
export function functionWithRules(
  name: string,
  access: object,
  folder: string,
  groups: object = {},
): Promise<DeployedFunction> {
  const config = { env: 'test', bucket: BUCKET, region: REGION, groups, access }
  return functionWithConfig(name, folder, {
    contents: `import { defineConfig } from '@miniprogram-cos/server'
      export const config = defineConfig(${JSON.stringify(config)})`,
    resolveDir: at('.'),
  })
}

/** A cloud function of the repository, built into a folder around another configuration, which may have hooks. */
export async function functionWithConfig(
  name: string,
  folder: string,
  config: { contents: string; resolveDir: string },
): Promise<DeployedFunction> {
  const file = join(folder, `${name}.js`)
  await build({
    entryPoints: [at('cloudfunctions', name, 'src/index.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
    plugins: [
      {
        name: 'config',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/cos\.config$/ }, () => ({
            path: 'cos.config',
            namespace: 'config',
          }))
          onLoad({ filter: /.*/, namespace: 'config' }, () => ({ ...config, loader: 'ts' }))
        },
      },
    ],
  })
  return { name, file }
}

/** Both functions with another configuration. */
export const functionsWithConfig = (
  folder: string,
  config: Parameters<typeof functionWithConfig>[2],
): Promise<DeployedFunction[]> =>
  Promise.all(
    ['cos-credentials', 'cos-signature'].map((name) => functionWithConfig(name, folder, config)),
  )
