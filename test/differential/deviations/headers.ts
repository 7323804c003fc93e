import { createHash } from 'node:crypto'
import { stepOf } from '../../support/fakePhone'
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
import { call, type Deviation, fixedPath, sign, without } from './deviation'

const UPLOAD = /^(uploadFiles?|sliceUploadFile)$/
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

/** Headers that a form carries as fields, besides metadata (document 436/14690). */
const FIELDS = [
  'Cache-Control',
  'Content-Type',
  'Content-Disposition',
  'Content-Encoding',
  'Expires',
  'x-cos-storage-class',
]
export const NOT_IN_FORMS =
  /^(pic-operations|x-cos-(forbid-overwrite|traffic-limit|mime-limit|grant-.*|server-side-encryption.*))$/i
const OF_PARTS = /^x-cos-(traffic-limit|mime-limit|server-side-encryption-customer-.*)$/i
const FORBID = /^x-cos-forbid-overwrite$/i
const OF_SOURCE = [...FIELDS]

const isStep = (sent: Sent, step: RegExp) => step.test(stepOf(sent as never))

/** A form with every header of its call as a field; the HTTP Content-Type is that of the form. */
function form({ method: _, header: theirs, formData, ...sent }: Sent, given: Call): Sent {
  const header = merged(givenHeaders(given))
  const fields: Params = {
    key: formData?.key,
    success_action_status: 200,
    Signature: formData?.Signature,
    'Content-Type': '',
  }
  for (const [name, value] of Object.entries(header)) {
    const field = FIELDS.find((own) => own.toLowerCase() === name.toLowerCase())
    if (field) fields[field] = value
    if (/^x-cos-meta-/i.test(name)) fields[name] = value
    if (/^x-cos-acl$/i.test(name)) fields.acl = value
    if (/^(content-type|cache-control)$/i.test(name)) delete header[name]
  }
  for (const name of ['x-cos-security-token', 'token', 'clientIP', 'clientUA']) {
    if (theirs[name]) header[name] = theirs[name]
  }
  const token = theirs['x-cos-security-token']
  return {
    ...sent,
    header,
    formData: { ...fields, ...(token ? { 'x-cos-security-token': token } : {}) },
  }
}

/** Headers and metadata of the copy source. */
const kept = ({ head = {} }: Call): [string, unknown][] =>
  Object.entries(head)
    .map(([name, value]): [string, unknown] => [
      OF_SOURCE.find((own) => own.toLowerCase() === name) ?? name,
      value,
    ])
    .filter(([name]) => OF_SOURCE.includes(name) || name.startsWith('x-cos-meta-'))

/** Headers of the multipart init of a copy: the call's own win over the source's, then the defaults. */
function beginningOf(sent: Sent, given: Call): Params {
  const { Headers = {}, ...params } = given.params
  const own = (some: Params) =>
    givenHeaders({ ...given, params: some }).filter(
      // null is ignored: the source's value is kept.
      ([name, value]) => value !== null && !/^x-cos-(copy-source|metadata-directive)/.test(name),
    )
  const isReplaced = lastGiven(given, 'x-cos-metadata-directive') === 'Replaced'
  const header = [...own({ Headers }), ...(isReplaced ? [] : kept(given)), ...own(params)]
  const isSaid = (name: string) =>
    Object.entries(merged(header)).some(
      ([said, value]) => said.toLowerCase() === name.toLowerCase() && value !== '',
    )
  return merged([...header, ...Object.entries(sent.header).filter(([name]) => !isSaid(name))])
}

const upload = { Key: 'k', FilePath: 'wxfile://f' }
const copy: Call = {
  ...call(COPY, {
    Key: 'k',
    CopySource: 'src-1250000000.cos.ap-guangzhou.myqcloud.com/a',
    CopySliceSize: 10,
  }),
  head: { 'content-length': '20', 'content-type': 'a/b', ETag: '"e"' },
}

export const UPLOADS: Deviation[] = [
  {
    reason: 'a form with headers that COS ignores in forms is not sent (document 436/14690)',
    example: call('postObject', { ...upload, ForbidOverwrite: 'true' }),
    appliesTo: ({ formData }, given) =>
      formData && Object.keys(headersLike(given, NOT_IN_FORMS)).length > 0,
    toOurs: () => undefined,
  },
  {
    reason:
      'a form carries all headers of its call as fields; the HTTP Content-Type is that of the form (defect 51)',
    example: call('postObject', { ...upload, Headers: { 'cache-control': 'no-store' } }),
    appliesTo: ({ formData }) => formData,
    toOurs: (sent, given) => sign(form(sent, given), given),
  },
  {
    reason: 'the path of a Domain option is part of the form URL, not of its key',
    example: call('postObject', upload, { Domain: 'a.example.com/base' }),
    appliesTo: ({ formData }, given) => formData && fixedPath(given) !== '',
    toOurs: (sent, given) => ({
      ...sent,
      url: sent.url.replace(/\/$/, `${fixedPath(given)}/`),
      formData: {
        ...sent.formData,
        key: `/${sent.formData?.key}`.slice(fixedPath(given).length + 1),
      },
    }),
  },
  {
    reason: 'a new upload starts without listing earlier ones (defect 49)',
    example: call('sliceUploadFile', upload),
    appliesTo: (sent, { method }) => UPLOAD.test(method) && isStep(sent, /^list uploads$/),
    toOurs: () => undefined,
  },
  {
    reason:
      'parts carry the headers that COS requires on each part (defect 13), and a digest only on request',
    example: call('sliceUploadFile', { ...upload, TrafficLimit: 819200 }),
    appliesTo: (sent, { method }) => UPLOAD.test(method) && isStep(sent, /^part/),
    toOurs: (sent, given) => {
      const { Authorization, 'Content-MD5': digest } = sent.header
      const header = { ...headersLike(given, OF_PARTS), Authorization }
      const asked = given.options.UploadCheckContentMd5 ? { 'Content-MD5': digest } : {}
      return sign({ ...sent, header: { ...header, ...asked } }, given)
    },
  },
  {
    reason: 'x-cos-forbid-overwrite is sent on completion as well (document 436/7742)',
    example: call('sliceUploadFile', { ...upload, ForbidOverwrite: 'true' }),
    appliesTo: (sent, given) =>
      (UPLOAD.test(given.method) || given.method === COPY) &&
      isStep(sent, /^complete$/) &&
      Object.keys(headersLike(given, FORBID)).length > 0,
    toOurs: (sent, given) => {
      const header = { ...sent.header, ...headersLike(given, FORBID) }
      return sign({ ...sent, header }, given)
    },
  },
  {
    reason: 'the default metadata directive is not sent',
    example: { ...copy, head: { 'content-length': '5' } },
    appliesTo: ({ header }, given) =>
      given.method === COPY &&
      header['x-cos-metadata-directive'] === 'Copy' &&
      !lastGiven(given, 'x-cos-metadata-directive'),
    toOurs: (sent, given) => sign(without(sent, ['x-cos-metadata-directive']), given),
  },
  {
    reason: 'a multipart copy keeps the headers and metadata of its source (defect 11)',
    example: copy,
    appliesTo: (sent, { method }) => method === COPY && isStep(sent, /^init$/),
    toOurs: (sent, given) => sign({ ...sent, header: beginningOf(sent, given) }, given),
  },
  {
    reason: 'a multipart copy requires the ETag of its source on every part',
    example: copy,
    appliesTo: (sent, { method }) => method === COPY && isStep(sent, /^part/),
    toOurs: (sent, given) => {
      const header = { ...sent.header, 'x-cos-copy-source-If-Match': given.head?.ETag }
      return sign({ ...sent, header }, given)
    },
  },
]
