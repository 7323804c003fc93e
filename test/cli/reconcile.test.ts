import { spawn } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLI } from '../support/commandLine'
import { signedRequests } from '../support/cosRequests'
import { useDatabaseFunction } from '../support/databaseFunction'
import { snippetFile } from '../support/documents'
import { ALICE, useTestCloud } from '../support/testCloud'

const KEY = { SecretId: 'AKIDtestreconcile00', SecretKey: 'testreconcilesecret0' }
const database = useDatabaseFunction()
const cloud = useTestCloud({
  root: KEY,
  collections: ['files'],
  functions: [database.deployed],
})
beforeAll(() => copyFileSync(snippetFile('cos.config.ts'), join(cloud.folder, 'cos.config.ts')))

const signed = signedRequests(() => cloud)

/** Runs the command as a developer does, with the local cloud instead of Tencent's. */
function reconcile(...args: string[]): Promise<{ status: number | null; text: string }> {
  const child = spawn(process.execPath, [CLI, 'reconcile', ...args], {
    cwd: cloud.folder,
    env: {
      ...process.env,
      LANG: 'C.UTF-8',
      LC_ALL: '',
      TENCENTCLOUD_SECRET_ID: KEY.SecretId,
      TENCENTCLOUD_SECRET_KEY: KEY.SecretKey,
      COS_STS_SECRET_ID: KEY.SecretId,
      COS_STS_SECRET_KEY: KEY.SecretKey,
      COS_ENDPOINT: cloud.cos,
      TCB_CONTEXT_CNFG: JSON.stringify({ URL: `${cloud.cloudBase}/admin` }),
    },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk
    })
  }
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, text })))
}

const recorded = async () =>
  database.run(cloud, async (db) => (await db.collection('files').where({}).get()).data)

test('reconcile runs onUpload and onDelete where they never ran', async () => {
  const key = `private/${ALICE}/lost`
  await signed('PUT', key, { body: 'hello', key: KEY })
  expect(await reconcile()).toMatchObject({ status: 0, text: expect.stringContaining('1 objects') })
  expect(await recorded()).toEqual([])
  const first = await reconcile('--older-than', '0')
  expect(first.text).toContain('✓ 1 objects: onUpload ran for 1, 0 removed; onDelete ran for 0')
  expect(await recorded()).toEqual([expect.objectContaining({ key, openid: ALICE, size: 5 })])
  await signed('DELETE', key, { key: KEY })
  const second = await reconcile('--older-than', '0')
  expect(second.text).toContain('✓ 0 objects: onUpload ran for 0, 0 removed; onDelete ran for 1')
  expect(await recorded()).toEqual([])
  expect(first.text + second.text).not.toContain(KEY.SecretKey)
})

test('reconcile refuses a time that is not a number', async () => {
  expect(await reconcile('--older-than', 'soon')).toMatchObject({
    status: 2,
    text: expect.stringContaining('--older-than must be a number of seconds'),
  })
})
