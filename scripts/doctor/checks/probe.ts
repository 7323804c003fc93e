import { createHash, randomBytes } from 'node:crypto'
import {
  checkConfig,
  compilePolicy,
  fetchTemporaryKey,
  grantsOf,
  homeOf,
  type Verb,
} from '@miniprogram-cos/server'
import { anonymousStatus } from '../../bucket/anonymousStatus'
import { bucketFault } from '../../bucket/bucketFault'
import { cosOf } from '../../bucket/cosOf'
import { CloudFault } from '../../cloud/cloudFault'
import { functionKey } from '../../cloud/settings'
import type { Check, Patient } from '../check'
import { ONE, OTHER } from '../probeUsers'

/**
 * What a phone will do, with a key of a user who does not exist: write, read and delete in that user's folder,
 * and be refused in another's. Without a key the object cannot be read. Nothing stays.
 */
export const probe: Check = {
  name: {
    en: "a user's key: own folder open, another's closed",
    zh: '用户密钥：仅能访问自己的目录',
  },
  async run({ settings, config }) {
    const { rules } = checkConfig(config)
    const cos = cosOf(await keyOf({ settings, config }))
    const place = { Bucket: config.bucket, Region: config.region }
    const home = homeOf(rules, ONE)
    const grants = grantsOf(rules, { openid: ONE, groups: [] }).filter(({ path }) => path === home)
    const verbs = grants.map(({ verb }) => verb)
    // What everyone may do in this folder is not refused.
    const common = rules.find((rule) => homeOf([rule], ONE) === home)?.everyone ?? []
    const refusedUnless = async (verb: Verb, work: () => Promise<unknown>) => {
      if (!common.includes(verb)) await refused(work)
    }
    const Key = `${home}doctor-${randomBytes(6).toString('hex')}.png`
    const foreign = Key.replace(ONE, OTHER)
    const own = async (work: () => Promise<unknown>) =>
      work().catch((error) => {
        const fault = bucketFault(error, Key)
        throw fault.code === 'BucketForbidden'
          ? new CloudFault('ProbeRefused', fault.detail)
          : fault
      })
    const Body = randomBytes(64)
    if (verbs.includes('write')) {
      await own(() => cos.putObject({ ...place, Key, Body, ContentType: 'image/png' }))
      await refusedUnless('write', () =>
        cos.putObject({ ...place, Key: foreign, Body, ContentType: 'image/png' }),
      )
    }
    if (verbs.includes('read') && verbs.includes('write')) {
      let read: Buffer = Buffer.alloc(0)
      await own(async () => {
        read = (await cos.getObject({ ...place, Key })).Body
      })
      if (digest(read) !== digest(Body)) throw new CloudFault('ProbeDiffers', Key)
      const url = `https://${config.bucket}.cos.${config.region}.myqcloud.com/${Key}`
      if ((await anonymousStatus(url)) !== 403) throw new CloudFault('BucketPublic', Key)
    }
    // COS tells whether an object exists only to those who may read it: 404 is an open folder too.
    await refusedUnless('read', () => cos.getObject({ ...place, Key: foreign }))
    await refusedUnless('read', () => cos.headObject({ ...place, Key: foreign }))
    await refusedUnless('list', () =>
      cos.getBucket({ ...place, Prefix: home.replace(ONE, OTHER), MaxKeys: 1 }),
    )
    await refused(() => cos.getBucket({ ...place, MaxKeys: 1 }))
    if (verbs.includes('delete')) await own(() => cos.deleteObject({ ...place, Key }))
    return verbs.join(', ')
  },
}

/** A key as the function would issue it, made here with the key the function holds. */
async function keyOf({ settings, config }: Pick<Patient, 'settings' | 'config'>) {
  const { rules, bucket, region } = checkConfig(config)
  const policy = compilePolicy(grantsOf(rules, { openid: ONE, groups: [] }), { bucket, region })
  try {
    const key = await fetchTemporaryKey(
      { ...functionKey(settings), region },
      'doctor',
      JSON.stringify(policy),
      900,
    )
    return { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey, token: key.sessionToken }
  } catch (error) {
    throw new CloudFault('StsRefused', (error as Error).message)
  }
}

/** @throws CloudFault `FolderOpen` unless COS says no */
async function refused(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string }
    if (statusCode === 404 && code !== 'NoSuchBucket') throw new CloudFault('FolderOpen')
    const fault = bucketFault(error, "another user's folder")
    if (fault.code === 'BucketForbidden') return
    throw fault
  }
  throw new CloudFault('FolderOpen')
}

const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex')
