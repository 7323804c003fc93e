import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { OperationName } from '@miniprogram-cos/protocol'
import type { COS } from 'miniprogram-cos'
import { OWN_CODES } from '../../packages/cli/src/doctor/ownCodes'
import { COS_ERRORS } from '../../packages/local-cloud/src/cos/errors'
import { createTestPhone, type TestPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE, REGION, ROOT_KEY, startTestCloud, type TestCloud } from '../support/testCloud'
import { buckets, inventory, settings } from './examples/buckets'
import { client, type Examples, multipart, objects } from './examples/objects'

/** One example for every operation: a missing one does not compile. */
const operationExamples: Record<OperationName, Examples[string]> = {
  ...objects,
  ...multipart,
  ...buckets,
  ...settings,
  ...inventory,
}

const EXAMPLES: Examples = { ...client, ...operationExamples }

test('every error that a method documents is a code of the local COS or of the kit', () => {
  const declarations = readFileSync(at('packages/client/dist/index.d.ts'), 'utf8')
  const documented = declarations.match(/@throws .*(?:\n +\* (?!@|\/).*)*/g) ?? []
  const named = documented.flatMap((text) => text.match(/(?<=`)[A-Z]\w+(?=`)/g) ?? [])
  expect(named.length).toBeGreaterThan(50)
  const known = [...Object.keys(COS_ERRORS), ...Object.keys(OWN_CODES)]
  expect(named.filter((code) => !known.includes(code))).toEqual([])
})

describe('the examples of the API reference run on the local cloud', () => {
  /** Examples that put, read and remove the same share a bucket, in the order of the table. */
  const subjectOf = (name: string) => {
    const subject = name.replace(/^(?:put|get|delete|list|post)(?=Bucket.)/, '').toLowerCase()
    return subject === name.toLowerCase() ? 'objects' : subject
  }
  const bucketOf = (name: string) => `${subjectOf(name)}-1250000000`
  const buckets = [...new Set(Object.keys(EXAMPLES).map(bucketOf))]
  let cloud: TestCloud
  let phone: TestPhone
  let shown: jest.SpyInstance

  beforeAll(async () => {
    cloud = await startTestCloud({
      buckets: buckets.map((name) => ({ name, region: REGION })),
    })
    const hosts = [...buckets, 'albums-1250000000'].map(
      (name) => `https://${name}.cos.${REGION}.myqcloud.com`,
    )
    const all = [...hosts, 'https://service.cos.myqcloud.com']
    phone = createTestPhone(cloud, ALICE, {
      domains: { request: all, uploadFile: all, downloadFile: all },
    })
    shown = jest.spyOn(console, 'log').mockImplementation(() => {})
  })
  afterAll(async () => {
    shown.mockRestore()
    await cloud.end()
  })

  test.each(Object.entries(EXAMPLES))('%s', async (name, example) => {
    const at = { Bucket: bucketOf(name), Region: REGION }
    const isUsers = name === 'caller'
    const cos: COS = isUsers ? phone.cos : new phone.Client({ ...ROOT_KEY, ...at })
    const Key = 'photos/a b.txt'
    const FilePath = `${phone.simulator.wx.env.USER_DATA_PATH}/photo.jpg`
    writeFileSync(phone.simulator.realPath(FilePath), randomBytes(3_000_000))
    const StorageClass = name === 'restoreObject' ? 'ARCHIVE' : 'STANDARD'
    if (!isUsers) await cos.putObject({ Key, Body: 'content of the object', StorageClass })
    const host = `${at.Bucket}.cos.${REGION}.myqcloud.com`
    const CopySource = `${host}/${encodeURIComponent(Key)}`
    shown.mockClear()
    await example({ cos, ...at, Key, FilePath, CopySource })
    expect(shown.mock.calls.flat()).not.toContain(undefined)
  })
})
