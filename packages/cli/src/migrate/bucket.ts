import { createReadStream } from 'node:fs'
import type COS from 'cos-nodejs-sdk-v5'
import type { BucketPlace } from '../cloud/bucketRules'
import type { TargetBucket } from './places'

/** A COS bucket through Tencent's own SDK. */
export function targetBucket(cos: COS, place: BucketPlace): TargetBucket {
  return {
    async find(Key) {
      try {
        const { headers } = await cos.headObject({ ...place, Key })
        const md5 = md5Of(String(headers?.etag))
        return { size: Number(headers?.['content-length']), ...(md5 ? { md5 } : {}) }
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return undefined
        throw error
      }
    },
    async put(Key, file, { size, md5, contentType }) {
      const result: COS.PutObjectResult = await cos.putObject({
        ...place,
        Key,
        Body: createReadStream(file),
        ContentLength: size,
        ContentType: contentType,
        Headers: { 'Content-MD5': Buffer.from(md5, 'hex').toString('base64') },
      })
      return md5Of(result.ETag) ?? result.ETag
    },
    async delete(Key) {
      await cos.deleteObject({ ...place, Key })
    },
  }
}

function md5Of(etag: string): string | undefined {
  return /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1]
}
