import { bucketAddress } from '@miniprogram-cos/protocol'
import type { AddressStyle, CosConfig } from '@miniprogram-cos/server'

/** WeChat's domain lists that apply to COS. COS has no sockets, and calls of cloud functions need no list. */
export const LISTS = ['request', 'uploadFile', 'downloadFile'] as const

export type List = (typeof LISTS)[number]

/** The server domains of a mini program, as its console takes them: `https://host`. */
export type DomainLists = Record<List, string[]>

const OPTIONS: Record<AddressStyle, object> = {
  standard: {},
  accelerate: { UseAccelerate: true },
  pathStyle: { ForcePathStyle: true },
}

/** Every host that the app sends requests to. Each is on all three lists: WeChat checks by API, not by method. */
export function domainLists(config: CosConfig): DomainLists {
  const { bucket, region, domains = [], addresses = ['standard'], otherBuckets = [] } = config
  const buckets = [{ bucket, region }, ...otherBuckets]
  const own = buckets.flatMap((one) =>
    addresses.map((style) => bucketAddress(one.bucket, one.region, OPTIONS[style]).host),
  )
  const hosts = [...new Set([...own, ...domains])].map((host) => `https://${host}`)
  return { request: [...hosts], uploadFile: [...hosts], downloadFile: [...hosts] }
}
