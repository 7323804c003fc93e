import COS from 'cos-nodejs-sdk-v5'
import type { CloudKey } from '../cloud/settings'

/** Tencent's own COS SDK with a key; goes through `http_proxy` as the CloudBase library does. */
export function cosOf({ SecretId, SecretKey, token }: CloudKey): COS {
  const proxy = process.env.http_proxy
  return new COS({
    SecretId,
    SecretKey,
    ...(token ? { SecurityToken: token } : {}),
    ...(proxy ? { Proxy: proxy } : {}),
    Timeout: 30_000,
  })
}

/** A bucket to talk about. */
export interface BucketPlace {
  Bucket: string
  Region: string
}
