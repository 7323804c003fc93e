import { FunctionFault } from '../functionFault'

/** Where STS is, how it is asked, and the key that asks. */
export interface StsAccess {
  SecretId: string
  SecretKey: string
  /** Of a key that is itself temporary: only AssumeRole takes one. */
  token?: string
  region: string
  /** Asks by AssumeRole for this role; by GetFederationToken without it. */
  roleArn?: string
  /** `http://127.0.0.1:…` of a local cloud; the real STS without it. */
  localEndpoint?: string
}

export type Environment = Record<string, string | undefined>

/**
 * What the function's environment variables say about STS: `COS_STS_SECRET_ID` and `COS_STS_SECRET_KEY`
 * of a sub-account; with `COS_STS_MODE=assume-role` also `COS_STS_ROLE_ARN`, and then the function's own
 * role will do instead of a key.
 * @throws FunctionFault `KitMisconfigured` naming the variable
 */
export function stsAccess(region: string, environment: Environment): StsAccess {
  const { COS_STS_MODE: mode = 'federation', COS_STS_ENDPOINT: localEndpoint } = environment
  const shared = { region, ...(localEndpoint ? { localEndpoint } : {}) }
  if (mode === 'federation') return { ...subAccountKey(environment), ...shared }
  if (mode !== 'assume-role') {
    throw misconfigured('COS_STS_MODE must be "federation" or "assume-role"')
  }
  const { COS_STS_ROLE_ARN: roleArn, COS_STS_SECRET_ID: SecretId } = environment
  if (!roleArn || !/^qcs::cam::uin\/\d+:role(Name)?\/.+$/.test(roleArn)) {
    throw misconfigured('COS_STS_ROLE_ARN must be qcs::cam::uin/<uin>:roleName/<name>')
  }
  const key = SecretId ? subAccountKey(environment) : ownRoleKey(environment)
  return { ...key, ...shared, roleArn }
}

function subAccountKey(environment: Environment): { SecretId: string; SecretKey: string } {
  const { COS_STS_SECRET_ID: SecretId, COS_STS_SECRET_KEY: SecretKey } = environment
  if (SecretId && SecretKey) return { SecretId, SecretKey }
  throw misconfigured(
    'the environment variables COS_STS_SECRET_ID and COS_STS_SECRET_KEY of this function are not set',
  )
}

/** The platform gives a function that runs with a role a temporary key of it. */
function ownRoleKey(environment: Environment): Pick<StsAccess, 'SecretId' | 'SecretKey' | 'token'> {
  const {
    TENCENTCLOUD_SECRETID: SecretId,
    TENCENTCLOUD_SECRETKEY: SecretKey,
    TENCENTCLOUD_SESSIONTOKEN: token,
  } = environment
  if (SecretId && SecretKey && token) return { SecretId, SecretKey, token }
  throw misconfigured('this function has neither COS_STS_SECRET_ID nor a role of its own')
}

export function misconfigured(why: string): FunctionFault {
  return new FunctionFault('KitMisconfigured', why)
}
