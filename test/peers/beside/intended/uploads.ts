import { stepOf } from '../../../support/bothClients'
import { givenHeaders, headersLike, lastGiven, merged } from '../givenHeaders'
import type { Call, Params, Sent } from '../stage'
import { call, fixedPath, type IntendedDifference, sign, without } from './difference'
import { COPY, UPLOAD } from './headers'

/** What a form carries of the headers as fields, besides metadata (document 436/14690). */
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

/** A form with all headers of its call in it; the type in the HTTP header is that of the form. */
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

/** What the source of a copy says of itself. */
const kept = ({ head = {} }: Call): [string, unknown][] =>
  Object.entries(head)
    .map(([name, value]): [string, unknown] => [
      OF_SOURCE.find((own) => own.toLowerCase() === name) ?? name,
      value,
    ])
    .filter(([name]) => OF_SOURCE.includes(name) || name.startsWith('x-cos-meta-'))

/** The headers with which a copy in parts begins: the call's own before the source's, then the defaults. */
function beginningOf(sent: Sent, given: Call): Params {
  const { Headers = {}, ...params } = given.params
  const own = (some: Params) =>
    givenHeaders({ ...given, params: some }).filter(
      // null says nothing here: what the source says stays.
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

export const UPLOADS: IntendedDifference[] = [
  {
    reason: 'a form that COS would not obey is not sent (document 436/14690)',
    example: call('postObject', { ...upload, ForbidOverwrite: 'true' }),
    concerns: ({ formData }, given) =>
      formData && Object.keys(headersLike(given, NOT_IN_FORMS)).length > 0,
    instead: () => undefined,
  },
  {
    reason:
      'a form has all headers of its call, and no type but its own in the HTTP header (defect 51)',
    example: call('postObject', { ...upload, Headers: { 'cache-control': 'no-store' } }),
    concerns: ({ formData }) => formData,
    instead: (sent, given) => sign(form(sent, given), given),
  },
  {
    reason: 'the path of a Domain is part of the address of a form, not of its key',
    example: call('postObject', upload, { Domain: 'a.example.com/base' }),
    concerns: ({ formData }, given) => formData && fixedPath(given) !== '',
    instead: (sent, given) => ({
      ...sent,
      url: sent.url.replace(/\/$/, `${fixedPath(given)}/`),
      formData: {
        ...sent.formData,
        key: `/${sent.formData?.key}`.slice(fixedPath(given).length + 1),
      },
    }),
  },
  {
    reason: 'a new upload is begun without asking for earlier ones (defect 49)',
    example: call('sliceUploadFile', upload),
    concerns: (sent, { method }) => UPLOAD.test(method) && isStep(sent, /^list uploads$/),
    instead: () => undefined,
  },
  {
    reason:
      'parts carry the headers that COS wants with each (defect 13), and no digest unless asked for',
    example: call('sliceUploadFile', { ...upload, TrafficLimit: 819200 }),
    concerns: (sent, { method }) => UPLOAD.test(method) && isStep(sent, /^part/),
    instead: (sent, given) => {
      const { Authorization, 'Content-MD5': digest } = sent.header
      const header = { ...headersLike(given, OF_PARTS), Authorization }
      const asked = given.options.UploadCheckContentMd5 ? { 'Content-MD5': digest } : {}
      return sign({ ...sent, header: { ...header, ...asked } }, given)
    },
  },
  {
    reason:
      'what may not replace an object may not when its parts become one either (document 436/7742)',
    example: call('sliceUploadFile', { ...upload, ForbidOverwrite: 'true' }),
    concerns: (sent, given) =>
      (UPLOAD.test(given.method) || given.method === COPY) &&
      isStep(sent, /^complete$/) &&
      Object.keys(headersLike(given, FORBID)).length > 0,
    instead: (sent, given) => {
      const header = { ...sent.header, ...headersLike(given, FORBID) }
      return sign({ ...sent, header }, given)
    },
  },
  {
    reason: 'the default of COS is not spelled out',
    example: { ...copy, head: { 'content-length': '5' } },
    concerns: ({ header }, given) =>
      given.method === COPY &&
      header['x-cos-metadata-directive'] === 'Copy' &&
      !lastGiven(given, 'x-cos-metadata-directive'),
    instead: (sent, given) => sign(without(sent, ['x-cos-metadata-directive']), given),
  },
  {
    reason: 'a copy in parts keeps what its source says of itself (defect 11)',
    example: copy,
    concerns: (sent, { method }) => method === COPY && isStep(sent, /^init$/),
    instead: (sent, given) => sign({ ...sent, header: beginningOf(sent, given) }, given),
  },
  {
    reason: 'parts of two contents never become one copy',
    example: copy,
    concerns: (sent, { method }) => method === COPY && isStep(sent, /^part/),
    instead: (sent, given) => {
      const header = { ...sent.header, 'x-cos-copy-source-If-Match': given.head?.ETag }
      return sign({ ...sent, header }, given)
    },
  },
]
