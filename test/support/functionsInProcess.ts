import {
  type AccessRules,
  type CosConfig,
  credentialsFunction,
  type FunctionServices,
  type Invocation,
  signatureFunction,
} from '@miniprogram-cos/server'
import type { FunctionAnswer } from './functionCalls'
import { BUCKET, REGION, startTestCloud, type TestCloud } from './testCloud'

/** A call as the platform hands it to a function, for one that runs in this process. */
export function invocationOf(
  openid: string,
  event: unknown = {},
  { unionid, appid = 'wx0000000000000000' }: { unionid?: string; appid?: string } = {},
): Invocation {
  const variables = {
    WX_OPENID: openid,
    WX_APPID: appid,
    ...(unionid === undefined ? {} : { WX_UNIONID: unionid }),
    TCB_SOURCE: 'wx_client',
  }
  return {
    event,
    context: { request_id: 'test-request', environment: JSON.stringify(variables) },
    wxContext: { OPENID: openid, APPID: appid, UNIONID: unionid },
  }
}

/** The environment of a function that asks a local cloud's STS. */
export function environmentOf(cloud: TestCloud): Record<string, string> {
  return {
    COS_STS_SECRET_ID: cloud.root.SecretId,
    COS_STS_SECRET_KEY: cloud.root.SecretKey,
    COS_STS_ENDPOINT: cloud.sts,
    COS_ENDPOINT: cloud.cos,
  }
}

/** The rule of pictures that their owner replaces and everyone sees. */
export const AVATARS = {
  owner: ['write'],
  everyone: ['read'],
  maxSize: '1 KB',
  types: ['image/*'],
} as const

type Ask = (openid: string, event?: unknown) => Promise<FunctionAnswer>

/** Both functions with the given access rules, running in this process, and their local cloud. */
interface FunctionsInProcess {
  config: CosConfig
  cloud: TestCloud
  /** Calls cos-credentials as a user. */
  credentials: Ask
  /** Calls cos-signature as a user. */
  signature: Ask
  /** Calls cos-credentials with any invocation. */
  invokeCredentials: (invocation: Invocation) => Promise<FunctionAnswer>
}

/** Starts them before the tests of the calling file, and closes them afterwards. The functions' log is silenced. */
export function functionsInProcess<Group extends string = never>(
  access: AccessRules<NoInfer<Group>>,
  groups: { readonly [Name in Group]?: readonly string[] } = {},
  services: FunctionServices = {},
): FunctionsInProcess {
  const config = { env: 'test', bucket: BUCKET, region: REGION, groups, access } as CosConfig
  let invokeSignature: (invocation: Invocation) => Promise<FunctionAnswer>
  const functions = {
    config,
    credentials: (openid, event = {}) => functions.invokeCredentials(invocationOf(openid, event)),
    signature: (openid, event = {}) => invokeSignature(invocationOf(openid, event)),
  } as FunctionsInProcess
  beforeAll(async () => {
    functions.cloud = await startTestCloud()
    functions.invokeCredentials = credentialsFunction(
      config,
      environmentOf(functions.cloud),
      services,
    )
    invokeSignature = signatureFunction(config, environmentOf(functions.cloud), services)
  })
  captureFunctionLog()
  afterAll(() => functions.cloud.end())
  return functions
}

/** The lines that functions in this process log during a test, which are not printed. */
export function captureFunctionLog(): string[] {
  const lines: string[] = []
  beforeEach(() => {
    lines.length = 0
    jest.spyOn(console, 'log').mockImplementation((line: string) => {
      lines.push(line)
    })
  })
  afterEach(() => jest.restoreAllMocks())
  return lines
}
