import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { functionWithConfig } from '../support/functionCalls'
import { createTestPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE, BUCKET, REGION, startTestCloud, type TestCloud } from '../support/testCloud'

/** What a function is called with, as the function host delivers it. */
interface Delivered {
  event: object
  context: object
  environment: Record<string, string>
}

/** Gives what the function host delivers to a function. */
const ECHO = 'exports.main = (event, context) => ({ event, context, environment: process.env })'

/** By how much the clock of a killed function is behind: its lease, which nobody ends any more, has ended for others. */
const BEHIND = 131_000

let cloud: TestCloud
let folder: string
let credentialsFile: string
let child: ChildProcess | undefined
let killAfter: string | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trash-killed-'))
  const echo = { name: 'echo', file: join(folder, 'echo.js') }
  writeFileSync(echo.file, ECHO)
  const credentials = await functionWithConfig('cos-credentials', folder, {
    resolveDir: at('.'),
    contents: `import { defineConfig } from '@miniprogram-cos/server'
      export const config = defineConfig({
        env: 'test', bucket: '${BUCKET}', region: '${REGION}',
        access: {
          'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], trash: '30 days' },
        },
      })`,
  })
  credentialsFile = credentials.file
  cloud = await startTestCloud({
    functions: [echo, credentials],
    // Called before the answer is sent, so the function does nothing after this request.
    onCosRequest: ({ operation }) => {
      if (operation === killAfter) child?.kill('SIGKILL')
    },
  })
})
afterAll(async () => {
  await cloud.end()
  rmSync(folder, { recursive: true, force: true })
})

/** Calls cos-credentials in a process of its own, which is killed after a request to COS. */
async function callAndKill(event: object, operation: string): Promise<void> {
  const delivered = (await cloud.host.call('echo', event, { openid: ALICE })) as Delivered
  const script = `const { now } = Date
    Date.now = () => now() - ${BEHIND}
    require(${JSON.stringify(credentialsFile)})
    .main(${JSON.stringify(delivered.event)}, ${JSON.stringify(delivered.context)})`
  child = spawn(process.execPath, ['-e', script], { env: delivered.environment })
  killAfter = operation
  const [, signal] = await once(child, 'exit')
  killAfter = undefined
  expect(signal).toBe('SIGKILL')
}

test.each([
  ['it has found the object', 'headObject', { present: true, trashed: 0 }],
  ['the object is copied', 'putObjectCopy', { present: true, trashed: 1 }],
  ['the object is deleted', 'deleteObject', { present: false, trashed: 1 }],
])(
  'nothing is lost by kill -9 after %s, and once its lease has ended the move is repeated',
  async (_, operation, left) => {
    const { cos } = createTestPhone(cloud, ALICE)
    const Key = `private/${ALICE}/${operation}`
    const present = async () =>
      (await cos.getBucket({ Prefix: Key })).Contents.some((one) => one.Key === Key)
    await cos.putObject({ Key, Body: operation })

    await callAndKill({ trash: { action: 'delete', Key } }, operation)
    expect({
      present: await present(),
      trashed: (await cos.listTrash({ Prefix: Key })).Contents.length,
    }).toEqual(left)

    await cos.deleteObject({ Key })
    expect(await present()).toBe(false)
    await cos.restore({ Key })
    expect((await cos.getObject({ Key })).Body).toBe(operation)
  },
)

test('nothing is lost by kill -9 while an object is restored', async () => {
  const { cos } = createTestPhone(cloud, ALICE)
  const Key = `private/${ALICE}/restored`
  await cos.putObject({ Key, Body: 'x' })
  await cos.deleteObject({ Key })
  await callAndKill({ trash: { action: 'restore', Key } }, 'putObjectCopy')
  expect((await cos.getObject({ Key })).Body).toBe('x')
  expect((await cos.listTrash({ Prefix: Key })).Contents).toHaveLength(1)
  // The object is there already, so the call is told so.
  await expect(cos.restore({ Key })).rejects.toMatchObject({ code: 'KitTrashConflict' })
})
