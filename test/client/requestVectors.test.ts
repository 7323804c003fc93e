import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '@miniprogram-cos/protocol'
import { type CannedAnswer, COS, createRecordingWx, setWx } from '../support/recordingWx'
import { ROOT } from '../support/root'
import {
  emptyDocument,
  FROZEN_NOW,
  type RecordedRequest,
  type RequestVector,
  requestVectors,
  revive,
  sequenceVectors,
} from '../support/vectors'

/** Recorded behaviour that we do not reproduce, with the reason. */
const INTENDED: Record<string, string> = {
  'host-protocol-ignored': 'Protocol works here (defect 17)',
  'host-forcepathstyle': 'path style works again, for buckets that still accept it',
  'key-dots': 'a key that a phone’s network would fold is refused (defect 39)',
  getService: 'the host is signed (defect 18)',
  'getService-region': 'the host is signed (defect 18)',
  'getService-serviceDomain': 'the host is signed (defect 18)',
  'url-domain': 'Protocol works here (defect 17)',
  'url-tmp-expires': 'a URL is good from now on, not from the start of the key (defect 2)',
}

const isOwn = (api: string) => api in operations || api === 'request'
const vectors = requestVectors.filter(({ api, id }) => isOwn(api) && !(id in INTENDED))
const urlVectors = requestVectors.filter(
  ({ api, id }) => api === 'getObjectUrl' && !(id in INTENDED),
)

const signatureVectors = requestVectors.filter(({ api }) => api === 'COS.getAuthorization')

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(FROZEN_NOW)
})

afterEach(() => {
  jest.restoreAllMocks()
  setWx()
})

/** The answer as it was recorded, as far as the result tells; a wrong clock where the vector is about one. */
function answerTo({ id, api, result, rejected }: RequestVector, index: number): CannedAnswer {
  if (id === 'retry-skew' && index === 0) {
    return {
      statusCode: 403,
      header: { Date: new Date(FROZEN_NOW + 3_600_000).toUTCString() },
      data: '<Error><Code>RequestTimeTooSkewed</Code><Message>late</Message></Error>',
    }
  }
  const { statusCode = 200, headers = {}, error } = (result ?? rejected ?? {}) as Outcome
  const code =
    error && `<Error><Code>${error.Code}</Code><Message>${error.Message}</Message></Error>`
  const begun =
    api === 'multipartInit' &&
    '<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>upid-2</UploadId></InitiateMultipartUploadResult>'
  return { statusCode, header: headers, data: code || begun || emptyDocument(api) }
}

interface Outcome {
  statusCode?: number
  headers?: Record<string, string>
  error?: { Code: string; Message: string }
  RequestId?: string
}

/** Results that differ from the recorded ones, with our result. */
const OTHER_RESULT: Record<string, object> = {
  // The field of a raw answer is Body, also when it is empty.
  'request-query-rawbody': { Body: '', statusCode: 200, headers: {} },
}

/** How a call has to fail: as recorded, but that the URL is whole and the code says more than "Error". */
function failureOf({ rejected, requests = [] }: RequestVector): object {
  const { code: _, error, ...rest } = comparable(rejected) as { code?: string; error?: object }
  const { code: own, ...inner } = { ...error } as { code?: string }
  const url = requests[0]?.url
  return { ...rest, error: own === 'Error' ? inner : error, ...(url ? { url } : {}) }
}

/** The outcome of a call, without the RequestId, which the file masks. */
function comparable(outcome: object | undefined): object {
  const { RequestId: _, $isError: __, ...rest } = { ...outcome } as Outcome & { $isError?: true }
  return rest
}

/** The compared fields of a recorded request. */
function essence(request: RecordedRequest | Record<string, unknown>) {
  const { via, method, url, header, data, responseType, dataType, redirect, timeout } =
    request as Record<string, unknown>
  const { enableHttpDNS, httpDNSServiceId } = request as Record<string, unknown>
  return {
    via,
    method,
    url,
    header,
    data: data === '$undefined' ? undefined : data,
    responseType,
    dataType,
    redirect,
    timeout,
    enableHttpDNS,
    httpDNSServiceId,
  }
}

test.each(vectors.map((vector) => [vector.id, vector] as const))(
  'sends the same request as cos-wx-sdk-v5 and returns the same result: %s',
  async (_, vector) => {
    const recorded = createRecordingWx((_request, index) => answerTo(vector, index))
    setWx(recorded.wx)
    const cos = new COS(revive(vector.options ?? {}) as object)
    const method = cos[vector.api as keyof COS] as unknown as (params: unknown) => Promise<unknown>
    const outcome = method.call(cos, revive(vector.params))
    if (vector.rejected) await expect(outcome).rejects.toMatchObject(failureOf(vector))
    else {
      const other = OTHER_RESULT[vector.id] ?? comparable(vector.result)
      expect(comparable((await outcome) as object)).toEqual(other)
    }
    expect(recorded.requests.map(essence)).toEqual(
      (vector.requests ?? []).map((request) => essence(revive(request) as RecordedRequest)),
    )
  },
)

/** What is returned and what is called back are one here, in the form that COS and data processing take (defect 25). */
test.each(urlVectors.map((vector) => [vector.id, vector] as const))(
  'returns the same URL as cos-wx-sdk-v5: %s',
  async (_, vector) => {
    const cos = new COS(revive(vector.options ?? urlOptions()) as object)
    expect(await cos.getObjectUrl(revive(vector.params) as never)).toBe(vector.callback?.Url)
  },
)

/** The URL vectors without options of their own were recorded with the file's fixed key. */
function urlOptions(): object {
  return (requestVectors.find(({ id }) => id === 'key-plain') as RequestVector).options as object
}

test.each(signatureVectors.map((vector) => [vector.id, vector] as const))(
  'returns the same signature as COS.getAuthorization of cos-wx-sdk-v5: %s',
  (_, vector) => {
    const { authorization } = vector as unknown as { authorization: string }
    expect(authorization).toMatch(/^q-sign-algorithm=sha1&/)
    expect(COS.getAuthorization(revive(vector.params) as object)).toBe(authorization)
  },
)

test('runs every vector of the file, or lists it with the reason why not', () => {
  const run = [...vectors, ...urlVectors, ...signatureVectors, ...sequenceVectors].map(
    ({ id }) => id,
  )
  expect([...run, ...Object.keys(INTENDED)].sort()).toEqual(
    requestVectors.map(({ id }) => id).sort(),
  )
  expect(new Set(run).size).toBe(run.length)
  expect(requestVectors).toHaveLength(75)
})

test('there is no other file of vectors', () => {
  expect(readdirSync(join(ROOT, 'test/protocol/vectors'))).toEqual(['cos-wx-sdk-v5-1.8.0.json'])
})
