import { asList, readXml, type XmlElement } from '@miniprogram-cos/protocol'
import { Fault } from '../answer/fault'
import type { CosRequest } from '../request/request'
import type { BucketRecord, ObjectRecord } from '../store/records'

const HEADER = 'x-cos-server-side-encryption'

/** Algorithms of SSE-KMS and of national cryptography: known to COS, not imitated here. */
const OTHER_ALGORITHMS = ['cos/kms', 'KMS', 'SM4']

/**
 * With which algorithm an upload is encrypted: that of its header, else the bucket's default
 * (documents 436/7728, 436/40137). The bytes are stored as they are; only the headers are imitated.
 * @throws Fault `SSEContentNotSupported`; `NotImplemented` for SSE-KMS
 */
export function encryptionOf(
  headers: CosRequest['headers'],
  bucket: BucketRecord,
): { encryption?: 'AES256' } {
  const algorithm = headers[HEADER] || defaultAlgorithm(bucket)
  if (algorithm === undefined) return {}
  if (algorithm === 'AES256') return { encryption: 'AES256' }
  if (!OTHER_ALGORITHMS.includes(algorithm)) throw new Fault('SSEContentNotSupported')
  throw new Fault('NotImplemented', `The local COS does not imitate encryption by ${algorithm}.`)
}

function defaultAlgorithm({ documents }: BucketRecord): string | undefined {
  if (!documents?.encryption) return undefined
  const { ServerSideEncryptionConfiguration } = readXml(documents.encryption)
  const [rule] = asList<XmlElement>((ServerSideEncryptionConfiguration as XmlElement).Rule)
  const applied = rule?.ApplyServerSideEncryptionByDefault ?? rule?.ApplySideEncryptionConfiguration
  return String((applied as XmlElement).SSEAlgorithm).trim()
}

/** The header by which answers tell of an object's encryption. */
export function encryptionHeader({
  encryption,
}: Pick<ObjectRecord, 'encryption'>): Record<string, string> {
  return encryption ? { [HEADER]: encryption } : {}
}

/** A reader cannot ask for SSE-COS (document 436/7728). @throws Fault `SSEHeaderNotAllowed` */
export function refuseEncryptionOfReader(headers: CosRequest['headers']): void {
  if (headers[HEADER] !== undefined) throw new Fault('SSEHeaderNotAllowed')
}
