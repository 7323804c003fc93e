import { createHash } from 'node:crypto'
import { stepOf } from '../../support/bothClients'
import { EXTENSIONS } from '../arbitraries/values'
import {
  type Call,
  givenHeaders,
  headersLike,
  lastGiven,
  merged,
  type Params,
  type Sent,
  unsaid,
} from '../harness'
import { signedParams, signsHostOf } from '../resign'
import { call, type Deviation, sign, without } from './deviation'

export const UPLOAD = /^(uploadFiles?|sliceUploadFile)$/
export const COPY = 'sliceCopyFile'
const BYTES = /^bytes:(\d+):(.*)$/
const DEFAULTS = ['Content-Type', 'Cache-Control']

/** Whether the request creates an object or starts a multipart upload: only these get default headers. */
const isContent = (sent: Sent, { method }: Call) =>
  /^(putObject|multipartInit)$/.test(method) ||
  (UPLOAD.test(method) && /^(put|init)$/.test(stepOf(sent as never))) ||
  (method === COPY && stepOf(sent as never) === 'init')

/** Whether the request carries the headers of its call unchanged (at least the metadata). */
const carriesHeaders = (sent: Sent, { method }: Call) => {
  const step = stepOf(sent as never)
  return !sent.formData && !step.startsWith('part') && (method !== COPY || step === 'put')
}

/** Whether the request body is an XML or JSON document, whose type and digest the client sets. */
const isDocument = (sent: Sent, { method }: Call) =>
  (/^(put(Bucket|Object)[A-Z]\w+|deleteMultipleObject|restoreObject)$/.test(method) &&
    method !== 'putObjectCopy' &&
    sent.data) ||
  stepOf(sent as never) === 'complete'

/** Header names that lose to another spelling of the same header. */
function outspelled(sent: Sent, given: Call): string[] {
  // Handled in uploads.ts.
  if (given.method === COPY && stepOf(sent as never) === 'init') return []
  const names = givenHeaders(given).map(([name]) => name)
  if (isDocument(sent, given)) names.push('Content-Type', 'Content-MD5')
  if (isContent(sent, given)) {
    names.push(...DEFAULTS.filter((name) => !lastGiven(given, name.toLowerCase())))
  }
  const last = new Map(names.map((name) => [name.toLowerCase(), name]))
  return Object.keys(sent.header).filter((name) => (last.get(name.toLowerCase()) ?? name) !== name)
}

/** Whether Content-Type follows from the key. */
const hasDefaultType = (sent: Sent, given: Call) =>
  isContent(sent, given) &&
  !lastGiven(given, 'content-type') &&
  // A copy keeps the type of its source.
  !(given.head?.['content-type'] && given.params.ContentType === undefined)
const typeOf = (key: string) =>
  EXTENSIONS[/\.\w+$/.exec(key)?.[0].toLowerCase() ?? ''] ?? 'application/octet-stream'
/** Keys for which cos-wx-sdk-v5 finds another extension: line breaks, dot files, names without a dot. */
const isOddlyTyped = (key: string) => /[\n\r\u2028\u2029]|[/\\]\.\w+$|^\/?[^./\\]+$/.test(key)

/** Digest headers that the options ask for and the official request lacks. */
function digests({ method, data, header }: Sent, given: Call): Params {
  const { options, params } = given
  const isOurs = /^(putObject|putBucket|multipartUpload|request)$|[uU]ploadFile/.test(given.method)
  if (method !== 'PUT' || !data || !isOurs) return {}
  const bytes = BYTES.exec(String(data))?.[2]
  const md5 = bytes ?? createHash('md5').update(String(data)).digest('base64')
  const isGiven = Object.keys(header).some(
    (name) => name.toLowerCase() === 'content-md5' && header[name] !== '',
  )
  const isMeta = params.UploadAddMetaMd5 ?? options.UploadAddMetaMd5
  return {
    ...(options.UploadCheckContentMd5 && !isGiven ? { 'Content-MD5': md5 } : {}),
    ...(isMeta && given.method === 'putObject'
      ? { 'x-cos-meta-md5': Buffer.from(md5, 'base64').toString('hex') }
      : {}),
  }
}

export const HEADERS: Deviation[] = [
  {
    reason: 'a header given in two spellings is sent once; the later param wins',
    example: call('headObject', { Key: 'k', IfMatch: 'a', Headers: { 'if-match': 'b' } }),
    appliesTo: (sent, given) => outspelled(sent, given).length > 0,
    toOurs: (sent, given) => {
      const { header } = without(sent, outspelled(sent, given))
      if (hasDefaultType(sent, given)) header['Content-Type'] = typeOf(given.params.Key)
      // An empty last value falls back to the default, which is empty too.
      if (isContent(sent, given) && !lastGiven(given, 'cache-control')) header['Cache-Control'] = ''
      return sign({ ...sent, header }, given)
    },
  },
  {
    reason: 'an explicit undefined is ignored and does not remove a header given in Headers',
    example: call('headObject', {
      Key: 'k',
      'x-cos-meta-a': undefined,
      Headers: { 'x-cos-meta-a': 'b' },
    }),
    appliesTo: (sent, given) =>
      carriesHeaders(sent, given) &&
      Object.keys(unsaid(given)).some((name) => !(name in sent.header)),
    toOurs: (sent, given) => sign({ ...sent, header: { ...sent.header, ...unsaid(given) } }, given),
  },
  {
    reason: 'getBucketAccelerate sends Headers, as every other method does',
    example: call('getBucketAccelerate', { Headers: { 'x-cos-a': 'b' } }),
    appliesTo: (_, given) =>
      /BucketAccelerate$/.test(given.method) && Object.keys(headersLike(given, /./)).length > 0,
    toOurs: (sent, given) => {
      const header = merged([...givenHeaders(given), ...Object.entries(sent.header)])
      return sign({ ...sent, header }, given)
    },
  },
  {
    reason: 'getService signs the host (defect 18)',
    example: call('getService'),
    appliesTo: (sent, { method, options }) =>
      method === 'getService' && !signsHostOf(sent) && options.ForceSignHost !== false,
    toOurs: (sent, given) => sign(sent, given, { signsHost: true }),
  },
  {
    reason: 'parameters are signed in the order of q-url-param-list (defect 26)',
    example: call('getObject', { Key: 'k', Query: { é: '1', x: '2' } }),
    appliesTo: (sent) => {
      const names = signedParams(sent).map(decodeURIComponent)
      return names.some((name, i) => i > 0 && name < (names[i - 1] as string))
    },
    toOurs: sign,
  },
  {
    reason: 'Content-Length is left to WeChat, also when it is 0',
    example: call('putObject', { Key: 'k', Body: new ArrayBuffer(0) }),
    appliesTo: ({ header }) => header['Content-Length'] === 0,
    toOurs: (sent, given) =>
      sign(without(sent, ['Content-Length']), given, {
        signsLength: BYTES.test(String(sent.data)),
      }),
  },
  {
    reason: 'content-length of binary bodies is always signed, as in official uploads',
    example: call('appendObject', { Key: 'k', Position: 0, Body: new ArrayBuffer(2) }),
    appliesTo: ({ data }, { method, params }) =>
      /^(appendObject|multipartUpload)$/.test(method) &&
      BYTES.test(String(data)) &&
      params.ContentLength === undefined,
    toOurs: (sent, given) => sign(sent, given, { signsLength: true }),
  },
  {
    reason: 'Content-Type follows from the text after the last dot of the key',
    example: call('putObject', { Key: 'a\u2028/b.txt', Body: '' }),
    appliesTo: (sent, given) => hasDefaultType(sent, given) && isOddlyTyped(given.params.Key),
    toOurs: (sent, { params: { Key } }) => ({
      ...sent,
      header: { ...sent.header, 'Content-Type': typeOf(Key) },
    }),
  },
  {
    reason: 'an empty part is sent with an empty body',
    example: call('multipartUpload', { Key: 'k', UploadId: 'u', PartNumber: 1, Body: '' }),
    appliesTo: (_, { method, params }) => method === 'multipartUpload' && params.Body === '',
    toOurs: (sent) => ({ ...sent, data: '' }),
  },
  {
    reason: 'UploadCheckContentMd5 and UploadAddMetaMd5 take effect (defect 1)',
    example: call('putObject', { Key: 'k', Body: 'b', UploadAddMetaMd5: true }),
    appliesTo: (sent, given) => Object.keys(digests(sent, given)).length > 0,
    toOurs: (sent, given) => {
      const added = Object.entries(digests(sent, given))
      return sign({ ...sent, header: merged([...Object.entries(sent.header), ...added]) }, given)
    },
  },
]
