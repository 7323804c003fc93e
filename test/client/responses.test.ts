import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createSimulator, loadModule } from '@miniprogram-cos/simulator'
import type { COS } from 'miniprogram-cos'
import {
  answering,
  defect,
  endOf,
  outcomeOf,
  startClient,
  useFakeClock,
} from '../support/bothClients'
import { AT, createFakePhone } from '../support/fakePhone'
import { listenLocally } from '../support/localServer'
import { CLIENT_FILE, SHORT_DELAYS, type Untyped } from '../support/phones'
import { useFolder } from '../support/projectFiles'
import { type CannedAnswer, KEY, COS as PackedCOS, setWx } from '../support/recordingWx'

/** Responses of servers that are not COS, all with a success status. */
const PORTALS: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  'a captive portal that answers with a page': (_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end('<!DOCTYPE html><html><body>Please log in</body></html>')
  },
  'a proxy that answers with nothing': (_, response) => response.end(),
  'a page with an ETag': (_, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.setHeader('ETag', '"5f3a-1c"')
    response.end('<html></html>')
  },
  'a server that answers with JSON': (_, response) => {
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('ETag', 'W/"2-a"')
    response.end('{}')
  },
  'a server that names itself': (_, response) => {
    response.setHeader('Server', 'nginx/1.24.0')
    response.setHeader('ETag', '"65f1-2a"')
    response.end('ok')
  },
  'a portal that finds nothing': (_, response) => {
    response.statusCode = 204
    response.end()
  },
}

/** Every kind of request that a captive portal may answer. */
const CALLS: Record<string, (cos: Untyped, file: (bytes: number) => string) => Promise<unknown>> = {
  putObject: (cos) => cos.putObject({ ...AT, Key: 'k', Body: 'x' }),
  'postObject, by uploadFile': (cos, file) =>
    cos.uploadFile({ ...AT, Key: 'k', FilePath: file(9) }),
  'uploadFile in parts': (cos, file) =>
    cos.sliceUploadFile({ ...AT, Key: 'k', FilePath: file(2_000_000) }),
  deleteObject: (cos) => cos.deleteObject({ ...AT, Key: 'k' }),
  headObject: (cos) => cos.headObject({ ...AT, Key: 'k' }),
  getObject: (cos) => cos.getObject({ ...AT, Key: 'k' }),
  'getObject of bytes': (cos) => cos.getObject({ ...AT, Key: 'k', DataType: 'arraybuffer' }),
  downloadFile: (cos) => cos.downloadFile({ ...AT, Key: 'k' }),
  multipartAbort: (cos) => cos.multipartAbort({ ...AT, Key: 'k', UploadId: 'u' }),
  putBucketCors: (cos) => cos.putBucketCors({ ...AT, CORSRules: [] }),
  request: (cos) => cos.request({ ...AT, Key: 'k', Method: 'PUT', Body: 'x' }),
}

describe.each(Object.entries(PORTALS))('%s', (_, answer) => {
  let server: Server
  const folder = useFolder()
  let cos: Untyped
  let file: (bytes: number) => string

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => answer(request, response))
    })
    const origin = await listenLocally(server)
    const domains = [`https://${AT.Bucket}.cos.${AT.Region}.myqcloud.com`]
    const { wx, realPath } = createSimulator({
      folder,
      route: () => origin,
      domains: { request: domains, uploadFile: domains, downloadFile: domains },
    })
    const Client = loadModule<typeof COS>(CLIENT_FILE, { wx, globals: SHORT_DELAYS })
    cos = new Client(KEY) as Untyped
    file = (bytes) => {
      const path = `${wx.env.USER_DATA_PATH}/${bytes}`
      writeFileSync(realPath(path), Buffer.alloc(bytes))
      return path
    }
  })
  afterAll(() => server.close())

  test('rejects every call with KitNotCos', async () => {
    const codes = await Promise.all(
      Object.entries(CALLS).map(async ([name, call]) => {
        const end = await call(cos, file).then(
          () => 'success',
          ({ code, kind }) => `${kind} ${code}`,
        )
        return [name, end]
      }),
    )
    const wanted = Object.keys(CALLS).map((name) => [name, 'network KitNotCos'])
    expect(codes).toEqual(wanted)
  })
})

describe('an upload whose response has no headers, as on some phones', () => {
  useFakeClock()

  const upload = async (head: object) => {
    const phone = createFakePhone({
      files: { f: new Uint8Array(10) },
      answer: (step) =>
        step === 'form'
          ? { statusCode: 200, header: {} }
          : step === 'head'
            ? (head as never)
            : undefined,
    })
    setWx(phone.wx)
    const cos = new PackedCOS(KEY) as Untyped
    const end = (await outcomeOf(cos.uploadFile({ ...AT, Key: 'k', FilePath: 'f' }))) as Untyped
    return { end: end.value ?? end.error, steps: phone.steps }
  }

  test('is confirmed by a HEAD request, which returns the ETag', async () => {
    const header = { ETag: '"real"', 'Content-Length': '10', 'x-cos-request-id': 'r' }
    const { end, steps } = await upload({ statusCode: 200, header })
    expect(steps).toEqual(['form', 'head'])
    expect(end).toMatchObject({ statusCode: 200, ETag: '"real"' })
  })

  test.each([
    ['there is no such object', { statusCode: 404, header: { 'x-cos-request-id': 'r' } }],
    ['a web page answers', { statusCode: 200, header: { 'Content-Type': 'text/html' } }],
    [
      'the object has another size',
      { statusCode: 200, header: { ETag: '"e"', 'Content-Length': '9', 'x-cos-request-id': 'r' } },
    ],
  ])('fails if %s', async (_, head) => {
    const { end } = await upload(head)
    expect(end).toMatchObject({ kind: 'network', code: 'KitNotCos' })
  })

  test('succeeds if the caller may write but not read', async () => {
    const { end } = await upload({ statusCode: 403, header: { 'x-cos-request-id': 'r' } })
    expect(end).toMatchObject({ statusCode: 200 })
  })
})

test('a deletion fails if a captive portal answers 404', async () => {
  const answer = { statusCode: 404, header: { Date: 'x', 'Content-Type': 'text/html' } }
  const phone = createFakePhone({ answer: () => answer })
  setWx(phone.wx)
  const cos = new PackedCOS(KEY) as Untyped
  await expect(cos.deleteObject({ ...AT, Key: 'k' })).rejects.toMatchObject({ statusCode: 404 })
})

defect(
  36,
  'rejects a response that is not a document, and a part without ETag',
  async (launch) => {
    const ends: string[] = []
    const calls: [string, object][] = [
      ['getBucketAcl', AT],
      ['getBucketLogging', AT],
      ['getBucketInventory', { ...AT, Id: 'i' }],
      ['listBucketInventory', AT],
    ]
    for (const [method, params] of calls) {
      const { cos } = startClient(launch, answering({ statusCode: 200, data: '<html></html>' }))
      ends.push(await endOf(cos[method](params)))
    }
    const phone = createFakePhone({
      files: { f: new Uint8Array(2 * 1024 * 1024) },
      answer: (step) => (step.startsWith('part') ? { statusCode: 200 } : undefined),
    })
    const cos = new (launch(phone.wx))(KEY)
    ends.push(await endOf(cos.sliceUploadFile({ ...AT, Key: 'k', FilePath: 'f' })))
    return ends
  },
  { right: Array(5).fill('rejects'), wrong: Array(5).fill('never settles') },
)

const CHINESE = '<a>&#x4e2d;&#25991;</a>'
const LAUGHS = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">]><a>${'&b;'.repeat(1000)}</a>`
defect(
  32,
  'XML: decodes numeric entities, and does not expand custom entities',
  async (launch) => {
    const { COS } = startClient(launch, answering())
    const read = (xml: string): string => {
      try {
        return String(COS.util.xml2json(xml).a)
      } catch {
        return ''
      }
    }
    return { chinese: read(CHINESE), isSmall: read(LAUGHS).length <= LAUGHS.length }
  },
  {
    right: { chinese: '中文', isSmall: true },
    wrong: { chinese: '&#x4e2d;&#25991;', isSmall: false },
  },
)

const notFound = (code: string): CannedAnswer => ({
  statusCode: 404,
  header: { 'x-cos-request-id': 'r' },
  data: `<Error><Code>${code}</Code></Error>`,
})

defect(
  35,
  'missing referer settings are not returned as website settings, and a single replication rule is a list',
  async (launch) => {
    const referer = startClient(launch, answering(notFound('NoSuchRefererConfiguration')))
    const none = await outcomeOf<Untyped>(referer.cos.getBucketReferer(AT))
    const replication = startClient(
      launch,
      answering({
        statusCode: 200,
        data: '<ReplicationConfiguration><Role>r</Role><Rule><ID>1</ID></Rule></ReplicationConfiguration>',
      }),
    )
    const one = await outcomeOf<Untyped>(replication.cos.getBucketReplication(AT))
    const value = (outcome: typeof one) => (typeof outcome === 'object' ? outcome.value : undefined)
    return {
      none: Object.keys(value(none) ?? {}).filter((name) => name.endsWith('Configuration')),
      rules: value(one)?.ReplicationConfiguration.Rules,
    }
  },
  {
    right: { none: ['RefererConfiguration'], rules: [{ ID: '1' }] },
    wrong: { none: ['WebsiteConfiguration'], rules: { ID: '1' } },
  },
)

defect(
  42,
  'decodes an error body in bytes without TextDecoder, which phones lack',
  async (launch) => {
    const data = new TextEncoder().encode('<Error><Code>NoSuchKey</Code></Error>').buffer
    const { cos } = startClient(launch, answering({ ...notFound('NoSuchKey'), data }))
    const saved = globalThis.TextDecoder
    delete (globalThis as { TextDecoder?: unknown }).TextDecoder
    try {
      const params = { ...AT, Key: 'k', DataType: 'arraybuffer' }
      const outcome = await outcomeOf(cos.getObject(params))
      return typeof outcome === 'string' ? outcome : outcome.error?.error.Code
    } finally {
      globalThis.TextDecoder = saved
    }
  },
  { right: 'NoSuchKey', wrong: 'never settles' },
)

defect(
  48,
  'every failure is an Error with the same fields: service, network, argument and multipart errors',
  async (launch) => {
    const denied = { ...notFound('AccessDenied'), statusCode: 403 }
    const failures = [
      await outcomeOf(startClient(launch, answering(denied)).cos.headObject({ ...AT, Key: 'k' })),
      await outcomeOf(startClient(launch, answering(denied)).cos.getBucketPolicy(AT)),
      await outcomeOf(
        startClient(
          launch,
          answering({ statusCode: 0, errMsg: 'request:fail timeout' }),
        ).cos.headObject({
          ...AT,
          Key: 'k',
        }),
      ),
      await outcomeOf(startClient(launch, answering()).cos.headObject({ ...AT })),
      await outcomeOf(
        startClient(launch, answering(denied)).cos.sliceUploadFile({
          ...AT,
          Key: 'k',
          FilePath: 'f',
        }),
      ),
    ]
    return failures.map((outcome) => {
      const error = typeof outcome === 'string' ? {} : (outcome.error ?? {})
      const { stack, code, message } = error as Untyped
      return [stack, code, message].every((one) => typeof one === 'string')
    })
  },
  { right: Array(5).fill(true), wrong: Array(5).fill(false) },
)
