import { requestRefused } from './readRequest'

/** Headers of HTTP that may be signed; they describe content, or a condition. */
const PLAIN = new Set([
  'host',
  'content-length',
  'content-md5',
  'content-type',
  'content-disposition',
  'content-encoding',
  'cache-control',
  'expires',
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
])

/**
 * Headers of COS that may be signed. Not among them: grants (`x-cos-grant-*`), callbacks, tags, redirects,
 * and `Pic-Operations`, which writes further objects.
 */
const OWN =
  /^x-cos-(?:meta-[a-z0-9-]+|acl|storage-class|traffic-limit|mime-limit|forbid-overwrite|sdk-retry|server-side-encryption(?:-[a-z0-9-]+)?)$/
const OF_COPIES = /^x-cos-(?:copy-source(?:-range|-if-[a-z-]+)?|metadata-directive)$/

/** An object must not become public by a header. */
const ACLS = ['default', 'private']

/** @throws FunctionFault `KitRequestRefused` naming the header */
export function checkHeaders(
  headers: Record<string, string>,
  hosts: readonly string[],
  isCopy: boolean,
): void {
  for (const [name, value] of Object.entries(headers)) {
    const isKnown = PLAIN.has(name) || OWN.test(name) || (isCopy && OF_COPIES.test(name))
    if (!isKnown)
      throw requestRefused(`the header ${JSON.stringify(name.slice(0, 60))} is not signed`)
    if (name === 'x-cos-acl' && !ACLS.includes(value)) {
      throw requestRefused('objects stay private: x-cos-acl may be default or private')
    }
    if (name === 'host' && !hosts.includes(value)) {
      throw requestRefused('Host is not one of the bucket; other hosts stand in config.domains')
    }
  }
}

/** Hosts under which a bucket answers, and those its owner has added. */
export function hostsOf(bucket: string, region: string, domains: readonly string[]): string[] {
  return [
    `${bucket}.cos.${region}.myqcloud.com`,
    `${bucket}.cos.${region}.tencentcos.cn`,
    `${bucket}.cos.accelerate.myqcloud.com`,
    ...domains,
  ]
}
