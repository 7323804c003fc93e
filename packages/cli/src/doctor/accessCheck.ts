import { createHash, randomBytes } from 'node:crypto'
import {
  checkConfig,
  compilePolicy,
  fetchTemporaryKey,
  grantsOf,
  ownPrefix,
  type Verb,
} from '@miniprogram-cos/server'
import { anonymousStatus } from '../cloud/bucketChecks'
import { bucketParams, cosClient } from '../cloud/bucketSettings'
import { bucketError, CloudError } from '../cloud/errors'
import { functionKey } from '../cloud/settings'
import { bucketHost } from '../project'
import type { Check, DoctorContext } from './checks'

/** Two users that cannot exist, because OPENIDs start with `o`. */
export const PROBE_USER = `probe-${'1'.repeat(22)}`
export const OTHER_USER = `probe-${'2'.repeat(22)}`

/**
 * Writes, reads and deletes in the folder of a user who does not exist, with that user's key, as a phone does. The same
 * in another user's folder must be refused, and so must reading without a key. The object is always removed.
 */
export const accessCheck: Check = {
  name: {
    en: "a user's key: own folder open, another's closed",
    zh: '用户密钥：仅能访问自己的目录',
  },
  async run({ settings, config }) {
    const { rules } = checkConfig(config)
    const cos = cosClient(await issueKey({ settings, config }))
    const bucket = bucketParams(config)
    const prefix = ownPrefix(rules, PROBE_USER)
    const grants = grantsOf(rules, { openid: PROBE_USER, groups: [] }).filter(
      ({ path }) => path === prefix,
    )
    const verbs = grants.map(({ verb }) => verb)
    // Verbs that the rules grant to everyone are not refused.
    const common = rules.find((rule) => ownPrefix([rule], PROBE_USER) === prefix)?.everyone ?? []
    const refusedUnless = async (verb: Verb, work: () => Promise<unknown>) => {
      if (!common.includes(verb)) await refused(work)
    }
    const Key = `${prefix}doctor-${randomBytes(6).toString('hex')}.png`
    const foreign = Key.replace(PROBE_USER, OTHER_USER)
    const own = async (work: () => Promise<unknown>) =>
      work().catch((error) => {
        const mapped = bucketError(error, Key)
        throw mapped.code === 'BucketForbidden'
          ? new CloudError('ProbeRefused', mapped.detail)
          : mapped
      })
    const Body = randomBytes(64)
    const put = (at: string) =>
      cos.putObject({ ...bucket, Key: at, Body, ContentType: 'image/png' })
    /** Remaining objects, by user. */
    const written = new Map<string, string>()
    try {
      if (verbs.includes('write')) {
        written.set(PROBE_USER, Key)
        await own(() => put(Key))
        await refusedUnless('write', async () => {
          await put(foreign)
          written.set(OTHER_USER, foreign)
        })
      }
      if (verbs.includes('read') && verbs.includes('write')) {
        let read: Buffer = Buffer.alloc(0)
        await own(async () => {
          read = (await cos.getObject({ ...bucket, Key })).Body
        })
        if (digest(read) !== digest(Body)) throw new CloudError('ProbeDiffers', Key)
        const url = `https://${bucketHost(config)}/${Key}`
        if ((await anonymousStatus(url)) !== 403) throw new CloudError('BucketPublic', Key)
      }
      // COS returns 404 only to callers who may read, so 404 also means that the folder is open.
      await refusedUnless('read', () => cos.getObject({ ...bucket, Key: foreign }))
      await refusedUnless('read', () => cos.headObject({ ...bucket, Key: foreign }))
      await refusedUnless('list', () =>
        cos.getBucket({ ...bucket, Prefix: prefix.replace(PROBE_USER, OTHER_USER), MaxKeys: 1 }),
      )
      await refused(() => cos.getBucket({ ...bucket, MaxKeys: 1 }))
      if (verbs.includes('delete')) {
        await own(() => cos.deleteObject({ ...bucket, Key }))
        written.delete(PROBE_USER)
      }
    } finally {
      for (const [user, one] of written) await remove({ settings, config }, user, one)
    }
    return verbs.join(', ')
  },
}

/** Removes a user's object with that user's key. Never rejects, so that an error of the probe is not hidden. */
async function remove(
  context: Pick<DoctorContext, 'settings' | 'config'>,
  user: string,
  Key: string,
): Promise<void> {
  const { bucket: Bucket, region: Region } = context.config
  try {
    await cosClient(await issueKey(context, user)).deleteObject({ Bucket, Region, Key })
  } catch {
    // The access rules may permit nobody to delete.
  }
}

/** Requests the key that the function would issue, with the function's own key. */
async function issueKey(
  { settings, config }: Pick<DoctorContext, 'settings' | 'config'>,
  openid = PROBE_USER,
) {
  const { rules, bucket, region } = checkConfig(config)
  const policy = compilePolicy(grantsOf(rules, { openid, groups: [] }), {
    bucket,
    region,
  })
  try {
    const key = await fetchTemporaryKey(
      { ...functionKey(settings), region },
      'doctor',
      JSON.stringify(policy),
      900,
    )
    return { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey, token: key.sessionToken }
  } catch (error) {
    throw new CloudError('StsRefused', (error as Error).message)
  }
}

/** @throws CloudError `FolderOpen` unless COS refuses */
async function refused(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string }
    if (statusCode === 404 && code !== 'NoSuchBucket') throw new CloudError('FolderOpen')
    const mapped = bucketError(error, "another user's folder")
    if (mapped.code === 'BucketForbidden') return
    throw mapped
  }
  throw new CloudError('FolderOpen')
}

const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex')
