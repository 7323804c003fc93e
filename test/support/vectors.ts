import vectorFile from '../protocol/vectors/cos-wx-sdk-v5-1.8.0.json'

/** One call recorded from cos-wx-sdk-v5 1.8.0, and what it sent. */
export interface RequestVector {
  id: string
  note: string
  api: string
  options?: Record<string, unknown>
  params?: Record<string, unknown>
  requests?: RecordedRequest[]
  result?: object
  rejected?: Record<string, unknown>
  callback?: { Url: string }
  authorization?: string
}

export interface RecordedRequest {
  via: string
  method?: string
  url: string
  header: Record<string, string | number>
  data?: unknown
  signing?: { httpString: string; signatureReproduced: boolean }
}

/** One HTTP response and the result of the call. */
export interface ResponseVector {
  id: string
  api: string
  params: Record<string, unknown>
  response: { statusCode: number; header: Record<string, string>; data: unknown }
  resolved?: Record<string, unknown>
  rejected?: Record<string, unknown>
  requestsSent: number
}

export const FROZEN_NOW = vectorFile.frozenDateNow
export const requestVectors = vectorFile.vectors as unknown as RequestVector[]
/** Recorded multipart uploads and copies, request by request. */
export const sequenceVectors = requestVectors.filter(({ api }) => /^slice/.test(api))
export const responseVectors = vectorFile.responses as unknown as ResponseVector[]

const { tempKey } = vectorFile

/** Turns the file's placeholders into what they stand for. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value === 'string' && value.startsWith('$function: ')) return reviveFunction(value)
  if (typeof value !== 'object' || value === null) return value
  const { $arrayBufferHex: hex } = value as { $arrayBufferHex?: string }
  if (hex !== undefined) {
    const bytes = Buffer.from(hex, 'hex')
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revive(inner)]))
}

/** Provider functions are recorded as their source; TMP is the recorded temporary key. */
function reviveFunction(text: string): unknown {
  const source = text.slice('$function: '.length)
  return new Function('TMP', `return (${source})`)(tempKey)
}

/** Operations whose answer must be a document. */
const ROOTS: Record<string, string> = {
  getService: 'ListAllMyBucketsResult',
  getBucket: 'ListBucketResult',
  listObjectVersions: 'ListVersionsResult',
  putObjectCopy: 'CopyObjectResult',
  uploadPartCopy: 'CopyPartResult',
  multipartInit: 'InitiateMultipartUploadResult',
  multipartComplete: 'CompleteMultipartUploadResult',
  multipartList: 'ListMultipartUploadsResult',
  multipartListPart: 'ListPartsResult',
  deleteMultipleObject: 'DeleteResult',
}

/** The smallest valid response of an operation. */
export function emptyDocument(api: string): string {
  const root = ROOTS[api]
  return root ? `<${root}></${root}>` : ''
}
