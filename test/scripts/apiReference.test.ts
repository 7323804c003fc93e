import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '@miniprogram-cos/protocol'
import type { COS } from 'miniprogram-cos'
import { FAULTS } from '../../packages/local-cloud/src/cos/answer/fault'
import { API, apiReference } from '../../scripts/apiReference'
import { readApiModel } from '../../scripts/apiReference/apiModel'
import { readDocComment } from '../../scripts/apiReference/docComment'
import { ALL_EXAMPLES, readExampleTexts } from '../../scripts/apiReference/examples'
import { API_MODEL } from '../../scripts/build/apiModelFile'
import { OWN_CODES } from '../../scripts/errorTable/ownCodes'
import { createTestPhone, type TestPhone } from '../support/phones'
import {
  ALICE,
  CREDENTIALS_FUNCTION,
  REGION,
  ROOT_KEY,
  startTestCloud,
  type TestCloud,
} from '../support/testCloud'

test('the API reference is what `npm run api` makes', () => {
  const made = apiReference(readApiModel(API_MODEL))
  expect(readdirSync(API).sort()).toEqual([...made.keys()].sort())
  for (const [file, text] of made) expect(readFileSync(join(API, file), 'utf8')).toBe(text)
})

test('it shows every example that is run', () => {
  const texts = readExampleTexts()
  expect([...texts.keys()].sort()).toEqual(Object.keys(ALL_EXAMPLES).sort())
  expect(Object.keys(ALL_EXAMPLES)).toEqual(expect.arrayContaining(Object.keys(operations)))
})

test('errors that methods name are codes that the local COS answers, or ours', () => {
  const model = readApiModel(API_MODEL)
  const named = [...model.operations.values(), ...model.members].flatMap(({ docComment }) =>
    readDocComment(docComment).throws.flatMap((text) => text.match(/(?<=`)[A-Z]\w+(?=`)/g) ?? []),
  )
  expect(named.length).toBeGreaterThan(50)
  const known = [...Object.keys(FAULTS), ...Object.keys(OWN_CODES)]
  expect(named.filter((code) => !known.includes(code))).toEqual([])
})

describe('its examples do what they say, on the local cloud', () => {
  /** Examples that put, read and remove the same share a bucket, in the order of the table. */
  const subjectOf = (name: string) => {
    const subject = name.replace(/^(?:put|get|delete|list|post)(?=Bucket.)/, '').toLowerCase()
    return subject === name.toLowerCase() ? 'objects' : subject
  }
  const bucketOf = (name: string) => `${subjectOf(name)}-1250000000`
  const buckets = [...new Set(Object.keys(ALL_EXAMPLES).map(bucketOf))]
  let cloud: TestCloud
  let phone: TestPhone
  let shown: jest.SpyInstance

  beforeAll(async () => {
    cloud = await startTestCloud({
      functions: [CREDENTIALS_FUNCTION],
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

  test.each(Object.entries(ALL_EXAMPLES))('%s', async (name, example) => {
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
