import type COS from 'cos-nodejs-sdk-v5'

/** Where the account has a bucket of that name; undefined when it has none, or the key may not ask. */
export async function regionOf(cos: COS, name: string): Promise<string | undefined> {
  const list = await cos.getService().catch(() => undefined)
  return list?.Buckets.find((one) => one.Name === name)?.Location
}
