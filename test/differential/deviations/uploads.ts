import { stepOf } from '../../support/bothClients'
import {
  type Call,
  givenHeaders,
  headersLike,
  lastGiven,
  merged,
  type Params,
  type Sent,
} from '../harness'
import { call, type Deviation, fixedPath, sign, without } from './deviation'
import { COPY, UPLOAD } from './headers'

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
