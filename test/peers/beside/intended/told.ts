import { headersToSign } from '../signAnew'
import type { Call, Params, Sent } from '../stage'

/** One way in which getAuthorization or getSTS is told something else on purpose. */
interface ToldDifference {
  reason: string
  concerns: (call: Call) => unknown
  instead: (theirs: Params, sent: Sent, call: Call) => Params
}

const asksKey = ({ provider }: Call) => provider?.name === 'getAuthorization'

const TOLD: ToldDifference[] = [
  {
    reason: 'headers and parameters are named with the texts that will be signed, and no others',
    concerns: asksKey,
    instead: (theirs, sent) => ({
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
    reason: 'getService says which region it asks for',
    concerns: ({ method, params }) => method === 'getService' && params.Region,
    instead: ({ Scope, ...theirs }, _, { params: { Region } }) => ({
      ...theirs,
      Region,
      ...(Scope ? { Scope: [{ ...Scope[0], region: Region }] } : {}),
    }),
  },
  {
    reason: 'a key for a part is asked for with the rest of its upload',
    concerns: (call) => call.method === 'multipartUpload' && asksKey(call),
    instead: ({ Scope: [part], ...theirs }) => ({
      ...theirs,
      Scope: ['UploadPart', 'InitiateMultipartUpload', 'CompleteMultipartUpload'].map((action) => ({
        ...part,
        action: `name/cos:${action}`,
      })),
    }),
  },
  {
    reason: 'a key that is deleted twice is asked for once',
    concerns: (call) => call.method === 'deleteMultipleObject' && asksKey(call),
    instead: ({ Scope, ...theirs }) => {
      const all: string[] = Scope.map((entry: object) => JSON.stringify(entry))
      return { ...theirs, Scope: [...new Set(all)].map((entry) => JSON.parse(entry)) }
    },
  },
  {
    reason: 'a version is no part of the key that is copied (defect 28)',
    concerns: (call) => /\?versionId=/.test(call.params.CopySource) && asksKey(call),
    instead: (theirs) => ({
      ...theirs,
      Scope: theirs.Scope.map(({ prefix, ...entry }: Params) => ({
        ...entry,
        prefix: prefix.replace('?versionId=abc', ''),
      })),
    }),
  },
  {
    reason: 'request names the action that it needs (defect 18)',
    concerns: (call) => call.method === 'request' && asksKey(call),
    instead: (theirs) => ({
      ...theirs,
      Scope: [{ ...theirs.Scope[0], action: expect.stringMatching(/^name\/cos:[A-Z]\w+$/) }],
    }),
  },
  {
    reason: 'request tells the path that it signs (defect 18)',
    concerns: (call) => call.method === 'request' && call.params.Url && asksKey(call),
    instead: (theirs, { url }) => ({
      ...theirs,
      Pathname: decodeURIComponent(/\/\/[^/]+([^?]*)/.exec(url)?.[1] ?? ''),
    }),
  },
]

/** What a provider has to be told where cos-wx-sdk-v5 tells this. */
export const told = (theirs: Params, sent: Sent, call: Call): Params =>
  TOLD.reduce(
    (request, { concerns, instead }) => (concerns(call) ? instead(request, sent, call) : request),
    theirs,
  )
