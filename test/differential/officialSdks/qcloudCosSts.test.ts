import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { accountPolicy, checkConfig, compilePolicy, grantsOf } from '@miniprogram-cos/server'
import { config } from '../../../cos.config'
import { type CosRequest, sendWithKey } from '../../support/functionCalls'
import { ALICE, BOB, BUCKET, REGION, ROOT_KEY, useTestCloud } from '../../support/testCloud'

/**
 * Tencent's key server library with the local STS, over TLS because it supports nothing else, with its own
 * policies and with ours.
 */
const cloud = useTestCloud({ tls: true })
beforeAll(async () => {
  writeFileSync(join(cloud.folder, 'ca.pem'), cloud.tls?.certificate ?? '')
})

interface Answer {
  credentials: { tmpSecretId: string; tmpSecretKey: string; sessionToken: string }
  startTime: number
  expiredTime: number
}

/** Runs the library in a process of its own, which trusts the local certificate. */
async function ask(
  method: 'getCredential' | 'getRoleCredential',
  options: object,
): Promise<Answer> {
  const program = `
    const STS = require('qcloud-cos-sts')
    const { method, options, scope } = JSON.parse(process.argv[1])
    if (scope) options.policy = STS.getPolicy(scope)
    STS[method](options).then(
      (answer) => console.log(JSON.stringify(answer)),
      (error) => { console.error(JSON.stringify(error)); process.exit(1) },
    )`
  const endpoint = new URL(cloud.tls?.sts ?? '').host
  const { scope, ...rest } = options as { scope?: object[] }
  const key = { secretId: ROOT_KEY.SecretId, secretKey: ROOT_KEY.SecretKey, region: REGION }
  const call = { method, scope, options: { ...key, endpoint, ...rest } }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-e', program, JSON.stringify(call)],
    { env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: join(cloud.folder, 'ca.pem') } },
  )
  return JSON.parse(stdout)
}

const mine = (name: string) => `private/${ALICE}/${name}`
const status = async (answer: Answer, request: CosRequest) =>
  (await sendWithKey(cloud, answer, request)).status
const put = (key: string): CosRequest => ({ method: 'PUT', key, body: 'x' })

const { rules } = checkConfig(config)
const place = { bucket: BUCKET, region: REGION }
const ours = compilePolicy(grantsOf(rules, { openid: ALICE, groups: [] }), place)

test('gets a key for our compiled policy, with the same permissions', async () => {
  const key = await ask('getCredential', { policy: ours, durationSeconds: 1800 })
  expect(key.expiredTime - key.startTime).toBe(1800)
  expect(await status(key, put(mine('x')))).toBe(200)
  expect(await status(key, { key: mine('x') })).toBe(200)
  expect(await status(key, put(`private/${BOB}/x`))).toBe(403)
})

test('gets a key for a policy of its own, from a scope', async () => {
  const scope = [
    { action: 'name/cos:PutObject', bucket: BUCKET, region: REGION, prefix: mine('one') },
  ]
  const key = await ask('getCredential', { scope })
  expect(await status(key, put(mine('one')))).toBe(200)
  expect(await status(key, put(mine('two')))).toBe(403)
  expect(await status(key, { key: mine('one') })).toBe(403)
})

test('gets a key of a role', async () => {
  const roleArn = 'qcs::cam::uin/100000000001:roleName/local'
  const key = await ask('getRoleCredential', { policy: ours, roleArn })
  expect(await status(key, put(mine('role')))).toBe(200)
  expect(await status(key, put('elsewhere'))).toBe(403)
})

test('receives the error codes of STS', async () => {
  const wrong = { policy: ours, secretKey: 'wrong' }
  await expect(ask('getCredential', wrong)).rejects.toMatchObject({
    stderr: expect.stringContaining('AuthFailure.SignatureFailure'),
  })
  const tooLong = accountPolicy(rules, place)
  for (let i = 0; i < 6; i++) tooLong.statement.push(...ours.statement)
  await expect(ask('getCredential', { policy: tooLong })).rejects.toMatchObject({
    stderr: expect.stringContaining('InvalidParameter.PolicyTooLong'),
  })
})
