import type { Call, Params, Sent } from '../harness'
import { headersToSign } from '../resign'

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
