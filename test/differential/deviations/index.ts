import { AT, MIB } from '../../support/fakePhone'
import { type Call, headersLike, type Params, type Sent } from '../harness'
import { headersToSign } from '../resign'
import { ADDRESSES } from './addresses'
import { call, type Deviation, type InputDeviation, isRejectedKey } from './deviation'
import { HEADERS, NOT_IN_FORMS, UPLOADS } from './headers'

export { FILES, KEY_PAIR } from './deviation'

/** Every intended deviation, in the order in which they are applied. */
export const DEVIATIONS: Deviation[] = [...ADDRESSES, ...UPLOADS, ...HEADERS]

/** The call in the form that cos-wx-sdk-v5 accepts. */
export const officialInput = (call: Call): Call =>
  INPUT_DEVIATIONS.reduce(
    (given, { appliesTo, toOfficial }) => (appliesTo(given) ? toOfficial(given) : given),
    call,
  )

/** The call for the one file of uploadFiles that this request belongs to. */
function ownCall({ url }: Sent, call: Call): Call {
  if (call.method !== 'uploadFiles') return call
  const path = decodeURIComponent(/\/\/[^/]+([^?]*)/.exec(url)?.[1] ?? '')
  const prefix = decodeURIComponent(/prefix=([^&]*)/.exec(url)?.[1] ?? '')
  const isFor = ({ Key }: Params) => [`/${Key}`, Key].includes(path) || Key === prefix
  return { ...call, params: call.params.files.find(isFor) ?? call.params }
}

/** The requests we must send where cos-wx-sdk-v5 sends `theirs`, and the deviations that apply. */
export function expected(theirs: Sent[], call: Call): { sent: Sent[]; deviations: Set<string> } {
  const deviations = new Set<string>()
  const sent = theirs.flatMap((request) => {
    const own = ownCall(request, call)
    let ours: Sent | undefined = request
    for (const { reason, appliesTo, toOurs } of DEVIATIONS) {
      if (!ours || !appliesTo(ours, own)) continue
      deviations.add(reason)
      ours = toOurs(ours, own)
    }
    return ours ? [ours] : []
  })
  return { sent, deviations }
}

const upload = { Key: 'k', FilePath: 'wxfile://f' }

/** Inputs that cos-wx-sdk-v5 has to be given in another form. */
export const INPUT_DEVIATIONS: InputDeviation[] = [
  {
    reason: 'ForcePathStyle makes its constructor throw',
    example: call('headObject', { Key: 'k' }, { ForcePathStyle: true }),
    appliesTo: ({ options }) => options.ForcePathStyle,
    toOfficial: (given) => ({ ...given, options: { ...given.options, ForcePathStyle: false } }),
  },
  {
    reason: 'it signs a scheme in capitals as part of the host, or sends no form',
    example: call('postObject', upload, { Domain: 'HTTPS://a.example.com' }),
    appliesTo: ({ options }) => /^HTTPS:/.test(options.Domain),
    toOfficial: (given) => ({
      ...given,
      options: { ...given.options, Domain: given.options.Domain.replace('HTTPS:', 'https:') },
    }),
  },
  {
    reason: 'our uploadFile sends by PUT what a form cannot carry',
    example: call('uploadFile', { ...upload, ForbidOverwrite: 'true' }),
    appliesTo: (given) =>
      given.method === 'uploadFile' && Object.keys(headersLike(given, NOT_IN_FORMS)).length > 0,
    toOfficial: (given) => ({
      ...given,
      options: { ...given.options, SimpleUploadMethod: 'putObject' },
    }),
  },
  {
    reason: 'in a URL it takes a parameter that is undefined for an empty one',
    example: call('getObjectUrl', { Key: 'k', Query: { a: undefined } }),
    appliesTo: ({ method, params }) => method === 'getObjectUrl' && params.Query,
    toOfficial: (given) => ({
      ...given,
      params: {
        ...given.params,
        Query: Object.fromEntries(
          Object.entries(given.params.Query).filter(
            ([, value]) => value !== undefined && value !== null,
          ),
        ),
      },
    }),
  },
  {
    reason: 'in uploadFile it takes SliceSize for the size of the parts too',
    example: {
      ...call('uploadFile', { ...upload, SliceSize: MIB }, { ChunkSize: 2 * MIB }),
      files: { 'wxfile://f': new Uint8Array(MIB + 1) },
    },
    appliesTo: ({ method, params }) => method === 'uploadFile' && params.SliceSize !== undefined,
    toOfficial: ({ params: { SliceSize, ...params }, ...given }) => ({
      ...given,
      params,
      options: { ...given.options, SliceSize },
    }),
  },
  {
    reason: 'it does not check the files of uploadFiles (defect 19)',
    example: {
      ...call('uploadFiles', {}, { SimpleUploadMethod: 'putObject' }),
      params: { files: [{ ...AT, Key: '/k', FilePath: 'wxfile://f' }] },
    },
    appliesTo: ({ method }) => method === 'uploadFiles',
    toOfficial: (given) => ({
      ...given,
      params: {
        ...given.params,
        files: given.params.files
          .filter(({ Key }: Params) => !isRejectedKey(Key))
          .map((file: Params) => ({ ...file, Key: file.Key.replace(/^\//, '') })),
      },
    }),
  },
]

/** One intended difference in what getAuthorization or getSTS receives. */
interface AuthorizationInputDeviation {
  reason: string
  appliesTo: (call: Call) => unknown
  toOurs: (theirs: Params, sent: Sent, call: Call) => Params
}

const asksKey = ({ provider }: Call) => provider?.name === 'getAuthorization'

const AUTHORIZATION_INPUT_DEVIATIONS: AuthorizationInputDeviation[] = [
  {
    reason: 'Headers and Query contain exactly the values that will be signed',
    appliesTo: asksKey,
    toOurs: (theirs, sent) => ({
      ...theirs,
      Query: Object.fromEntries(
        Object.entries(theirs.Query).map(([name, value]) => [name, String(value)]),
      ),
      Headers: headersToSign(sent, {
        signsHost: true,
        signsLength: /^bytes:/.test(String(sent.data)),
      }),
    }),
  },
  {
    reason: 'getService passes its Region',
    appliesTo: ({ method, params }) => method === 'getService' && params.Region,
    toOurs: ({ Scope, ...theirs }, _, { params: { Region } }) => ({
      ...theirs,
      Region,
      ...(Scope ? { Scope: [{ ...Scope[0], region: Region }] } : {}),
    }),
  },
  {
    reason: 'the credential request for a part names the whole upload',
    appliesTo: (call) => call.method === 'multipartUpload' && asksKey(call),
    toOurs: ({ Scope: [part], ...theirs }) => ({
      ...theirs,
      Scope: ['UploadPart', 'InitiateMultipartUpload', 'CompleteMultipartUpload'].map((action) => ({
        ...part,
        action: `name/cos:${action}`,
      })),
    }),
  },
  {
    reason: 'a key listed twice in deleteMultipleObject is requested once',
    appliesTo: (call) => call.method === 'deleteMultipleObject' && asksKey(call),
    toOurs: ({ Scope, ...theirs }) => {
      const all: string[] = Scope.map((entry: object) => JSON.stringify(entry))
      return { ...theirs, Scope: [...new Set(all)].map((entry) => JSON.parse(entry)) }
    },
  },
  {
    reason: 'versionId is not part of the copied key (defect 28)',
    appliesTo: (call) => /\?versionId=/.test(call.params.CopySource) && asksKey(call),
    toOurs: (theirs) => ({
      ...theirs,
      Scope: theirs.Scope.map(({ prefix, ...entry }: Params) => ({
        ...entry,
        prefix: prefix.replace('?versionId=abc', ''),
      })),
    }),
  },
  {
    reason: 'request() names the action that it needs (defect 18)',
    appliesTo: (call) => call.method === 'request' && asksKey(call),
    toOurs: (theirs) => ({
      ...theirs,
      Scope: [{ ...theirs.Scope[0], action: expect.stringMatching(/^name\/cos:[A-Z]\w+$/) }],
    }),
  },
  {
    reason: 'request() passes the path that it signs (defect 18)',
    appliesTo: (call) => call.method === 'request' && call.params.Url && asksKey(call),
    toOurs: (theirs, { url }) => ({
      ...theirs,
      Pathname: decodeURIComponent(/\/\/[^/]+([^?]*)/.exec(url)?.[1] ?? ''),
    }),
  },
]

/** What our client must pass to a provider where cos-wx-sdk-v5 passes `theirs`. */
export const expectedAuthorizationInput = (theirs: Params, sent: Sent, call: Call): Params =>
  AUTHORIZATION_INPUT_DEVIATIONS.reduce(
    (request, { appliesTo, toOurs }) => (appliesTo(call) ? toOurs(request, sent, call) : request),
    theirs,
  )
