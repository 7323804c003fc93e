import {
  type AccessRules,
  type CosConfig,
  credentialsFunction,
  type FunctionServices,
  type Invocation,
  signatureFunction,
} from '@miniprogram-cos/server'
import { environmentOf, type FunctionAnswer, invocationOf } from './functionCalls'
import { captureFunctionLog } from './functionLog'
import { BUCKET, REGION, startTestCloud, type TestCloud } from './testCloud'

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
