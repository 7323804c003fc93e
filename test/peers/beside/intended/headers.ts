import { createHash } from 'node:crypto'
import { stepOf } from '../../../support/bothClients'
import { givenHeaders, headersLike, lastGiven, merged, unsaid } from '../givenHeaders'
import { signedParams, signsHostOf } from '../signAnew'
import type { Call, Params, Sent } from '../stage'
import { EXTENSIONS } from '../texts'
import { call, type IntendedDifference, sign, without } from './difference'

export const UPLOAD = /^(uploadFiles?|sliceUploadFile)$/
export const COPY = 'sliceCopyFile'
const BYTES = /^bytes:(\d+):(.*)$/
const DEFAULTS = ['Content-Type', 'Cache-Control']

/** Whether a request makes an object, or begins one: then its headers have defaults. */
const isContent = (sent: Sent, { method }: Call) =>
  /^(putObject|multipartInit)$/.test(method) ||
  (UPLOAD.test(method) && /^(put|init)$/.test(stepOf(sent as never))) ||
  (method === COPY && stepOf(sent as never) === 'init')

/** Whether a request takes over the headers of its call as they are, metadata at least. */
const carriesHeaders = (sent: Sent, { method }: Call) => {
  const step = stepOf(sent as never)
  return !sent.formData && !step.startsWith('part') && (method !== COPY || step === 'put')
}

/** Whether a request carries a document, whose type and digest are not the caller's. */
const isDocument = (sent: Sent, { method }: Call) =>
  (/^(put(Bucket|Object)[A-Z]\w+|deleteMultipleObject|restoreObject)$/.test(method) &&
    method !== 'putObjectCopy' &&
    sent.data) ||
  stepOf(sent as never) === 'complete'

/** The names of a request's headers that give way to another spelling. */
function outspelled(sent: Sent, given: Call): string[] {
  // The table of uploads says what these begin with.
  if (given.method === COPY && stepOf(sent as never) === 'init') return []
  const names = givenHeaders(given).map(([name]) => name)
  if (isDocument(sent, given)) names.push('Content-Type', 'Content-MD5')
  if (isContent(sent, given)) {
    names.push(...DEFAULTS.filter((name) => !lastGiven(given, name.toLowerCase())))
  }
  const last = new Map(names.map((name) => [name.toLowerCase(), name]))
  return Object.keys(sent.header).filter((name) => (last.get(name.toLowerCase()) ?? name) !== name)
}

/** Whether the type of a content follows from its key. */
const hasDefaultType = (sent: Sent, given: Call) =>
  isContent(sent, given) &&
  !lastGiven(given, 'content-type') &&
  // What a copy takes over from its source.
  !(given.head?.['content-type'] && given.params.ContentType === undefined)
const typeOf = (key: string) =>
  EXTENSIONS[/\.\w+$/.exec(key)?.[0].toLowerCase() ?? ''] ?? 'application/octet-stream'
/** Line breaks stop the search for the extension; a name without a dot is one, a name that is one is not. */
const isOddlyTyped = (key: string) => /[\n\r\u2028\u2029]|[/\\]\.\w+$|^\/?[^./\\]+$/.test(key)

/** The digests that a request shall have and has not. */
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

export const HEADERS: IntendedDifference[] = [
  {
    reason: 'a header in two spellings is sent once: what wins among params wins here',
    example: call('headObject', { Key: 'k', IfMatch: 'a', Headers: { 'if-match': 'b' } }),
    concerns: (sent, given) => outspelled(sent, given).length > 0,
    instead: (sent, given) => {
      const { header } = without(sent, outspelled(sent, given))
      if (hasDefaultType(sent, given)) header['Content-Type'] = typeOf(given.params.Key)
      // Said last as nothing: then the default counts, which is nothing too.
      if (isContent(sent, given) && !lastGiven(given, 'cache-control')) header['Cache-Control'] = ''
      return sign({ ...sent, header }, given)
    },
  },
  {
    reason: 'an explicit undefined says nothing, also of a header that Headers gives',
    example: call('headObject', {
      Key: 'k',
      'x-cos-meta-a': undefined,
      Headers: { 'x-cos-meta-a': 'b' },
    }),
    concerns: (sent, given) =>
      carriesHeaders(sent, given) &&
      Object.keys(unsaid(given)).some((name) => !(name in sent.header)),
    instead: (sent, given) =>
      sign({ ...sent, header: { ...sent.header, ...unsaid(given) } }, given),
  },
  {
    reason: 'the acceleration setting passes headers on, as all others do',
    example: call('getBucketAccelerate', { Headers: { 'x-cos-a': 'b' } }),
    concerns: (_, given) =>
      /BucketAccelerate$/.test(given.method) && Object.keys(headersLike(given, /./)).length > 0,
    instead: (sent, given) => {
      const header = merged([...givenHeaders(given), ...Object.entries(sent.header)])
      return sign({ ...sent, header }, given)
    },
  },
  {
    reason: 'getService signs the host too (defect 18)',
    example: call('getService'),
    concerns: (sent, { method, options }) =>
      method === 'getService' && !signsHostOf(sent) && options.ForceSignHost !== false,
    instead: (sent, given) => sign(sent, given, { signsHost: true }),
  },
  {
    reason: 'parameters are signed in the order in which they are listed (defect 26)',
    example: call('getObject', { Key: 'k', Query: { é: '1', x: '2' } }),
    concerns: (sent) => {
      const names = signedParams(sent).map(decodeURIComponent)
      return names.some((name, i) => i > 0 && name < (names[i - 1] as string))
    },
    instead: sign,
  },
  {
    reason: 'the length of a body is left to WeChat to say, also when it is 0',
    example: call('putObject', { Key: 'k', Body: new ArrayBuffer(0) }),
    concerns: ({ header }) => header['Content-Length'] === 0,
    instead: (sent, given) =>
      sign(without(sent, ['Content-Length']), given, {
        signsLength: BYTES.test(String(sent.data)),
      }),
  },
  {
    reason: 'the length of bytes is signed wherever they are sent, as in official uploads',
    example: call('appendObject', { Key: 'k', Position: 0, Body: new ArrayBuffer(2) }),
    concerns: ({ data }, { method, params }) =>
      /^(appendObject|multipartUpload)$/.test(method) &&
      BYTES.test(String(data)) &&
      params.ContentLength === undefined,
    instead: (sent, given) => sign(sent, given, { signsLength: true }),
  },
  {
    reason:
      'a content’s type is that of what stands after the last dot of its key, and of nothing else',
    example: call('putObject', { Key: 'a\u2028/b.txt', Body: '' }),
    concerns: (sent, given) => hasDefaultType(sent, given) && isOddlyTyped(given.params.Key),
    instead: (sent, { params: { Key } }) => ({
      ...sent,
      header: { ...sent.header, 'Content-Type': typeOf(Key) },
    }),
  },
  {
    reason: 'an empty part has an empty body, instead of none',
    example: call('multipartUpload', { Key: 'k', UploadId: 'u', PartNumber: 1, Body: '' }),
    concerns: (_, { method, params }) => method === 'multipartUpload' && params.Body === '',
    instead: (sent) => ({ ...sent, data: '' }),
  },
  {
    reason: 'UploadCheckContentMd5 and UploadAddMetaMd5 do something (defect 1)',
    example: call('putObject', { Key: 'k', Body: 'b', UploadAddMetaMd5: true }),
    concerns: (sent, given) => Object.keys(digests(sent, given)).length > 0,
    instead: (sent, given) => {
      const added = Object.entries(digests(sent, given))
      return sign({ ...sent, header: merged([...Object.entries(sent.header), ...added]) }, given)
    },
  },
]
