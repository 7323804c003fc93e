import dns from 'node:dns'
import { readFileSync } from 'node:fs'
import COS from 'cos-nodejs-sdk-v5'
import { type DOMWindow, JSDOM } from 'jsdom'
import { errorOf, send } from '../../support/cosRequests'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../../support/testCloud'
import { describeContract, type OfficialClient } from './objectCases'
import { describeAnswers } from './responseCases'
import { describeSettings } from './settingCases'

type Untyped = Record<string, (params: object) => Promise<never>>

const cloud = useTestCloud()
let window: DOMWindow
let cos: Untyped

/** Response headers that the tests read; a browser hides all others. */
const EXPOSED = [
  'etag',
  'date',
  'content-length',
  'content-encoding',
  'content-disposition',
  'content-language',
  'x-cos-request-id',
  'x-cos-version-id',
  'x-cos-delete-marker',
  'x-cos-storage-class',
  'x-cos-next-append-position',
  'x-cos-meta-mark',
  'x-cos-meta-kept',
  'x-cos-meta-new',
  'x-cos-acl',
  'x-cos-restore',
  'x-cos-server-side-encryption',
]

beforeAll(async () => {
  // Resolves production's host names to the local cloud, as a developer's proxy would.
  jest
    .spyOn(dns, 'lookup')
    .mockImplementation(((
      _: string,
      options: { all?: boolean },
      done: (...found: unknown[]) => void,
    ) =>
      options.all
        ? done(null, [{ address: '127.0.0.1', family: 4 }])
        : done(null, '127.0.0.1', 4)) as never)
  const admin = new COS({ ...ROOT_KEY, Protocol: 'http:', Proxy: cloud.cos } as COS.COSOptions)
  const rule = {
    AllowedOrigins: ['*'],
    AllowedMethods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
    AllowedHeaders: ['*'],
    ExposeHeaders: EXPOSED,
  }
  const at = { Bucket: BUCKET, Region: REGION }
  await admin.putBucketCors({ ...at, CORSRules: [rule] } as unknown as COS.PutBucketCorsParams)
  window = new JSDOM('', { url: 'http://app.example/', runScripts: 'outside-only' }).window
  window.eval(readFileSync(require.resolve('cos-js-sdk-v5/dist/cos-js-sdk-v5.min.js'), 'utf8'))
  const { port } = new URL(cloud.cos)
  const Official = (window as unknown as { COS: new (options: object) => Untyped }).COS
  cos = new Official({ ...ROOT_KEY, Domain: `{Bucket}.cos.{Region}.myqcloud.com:${port}` })
})
afterAll(async () => {
  window.close()
  jest.restoreAllMocks()
})

/** Arrays and objects of the page's own world: the SDK asks `instanceof Array`. */
function ofThePage(given: object): object {
  const { Body, ...params } = given as { Body?: unknown }
  const page = window as unknown as { JSON: JSON }
  const own = page.JSON.parse(JSON.stringify(params)) as object
  return Body === undefined ? own : Object.assign(own, { Body })
}

const client = (): OfficialClient => ({
  call: async (method, params) => {
    try {
      return (await cos[method]?.(ofThePage(params))) as never
    } catch (error) {
      // A plain object of this world, which Jest can compare.
      throw Object.assign(new Error('the SDK rejected'), JSON.parse(JSON.stringify(error)))
    }
  },
  toBody: (bytes) => {
    const page = window as unknown as { Uint8Array: typeof Uint8Array; Blob: typeof Blob }
    return new page.Blob([new page.Uint8Array(bytes)])
  },
  read: async (Key) => {
    const at = { Bucket: BUCKET, Region: REGION, Key, DataType: 'arraybuffer' }
    const read = (await cos.getObject?.(ofThePage(at))) as { Body: ArrayBuffer } | undefined
    return Buffer.from(new Uint8Array(read?.Body ?? new ArrayBuffer(0)))
  },
})

describeContract('cos-js-sdk-v5', client, 'js/')
describeSettings('cos-js-sdk-v5', client, 'js/', { keepsCors: true })
describeAnswers('cos-js-sdk-v5', client, 'js/')

test('a preflight for a method without a CORS rule is refused', async () => {
  const headers = { Origin: 'http://app.example', 'Access-Control-Request-Method': 'PATCH' }
  const answer = await send(cloud.cos, { method: 'OPTIONS', path: '/js/k', headers })
  expect([answer.status, errorOf(answer).code]).toEqual([403, 'AccessForbidden'])
})
