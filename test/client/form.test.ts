import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { FaultRule } from '@miniprogram-cos/local-cloud'
import { loadModule, type Simulator, type SimulatorOptions } from '@miniprogram-cos/simulator'
import * as fc from 'fast-check'
import type { COS as Client, CosError } from '../../packages/client/src/form'
import { send, signByOfficialSdk, signedRequests } from '../support/cosRequests'
import { listenLocally, stopServer } from '../support/localServer'
import { createSimulatedPhone, SHORT_DELAYS } from '../support/phones'
import { ROOT } from '../support/root'
import { ALICE, BOB, FAULTS, SIGNATURE_FUNCTION, useTestCloud } from '../support/testCloud'

// The entry miniprogram-cos/form, on simulated phones against the local cloud.

const FORM_FILE = join(ROOT, 'packages/client/miniprogram_dist/form.js')

const cloud = useTestCloud({ functions: [SIGNATURE_FUNCTION] })

afterEach(() => cloud.faults.set({ rules: [] }))

interface Phone {
  simulator: Simulator
  COS: typeof Client & { CosError: typeof CosError }
}

/** @param change replaces functions of `wx` */
function startPhone(
  options: Partial<SimulatorOptions> = {},
  change: (wx: Simulator['wx']) => object = () => ({}),
): Phone {
  const simulator = createSimulatedPhone(cloud, ALICE, options)
  const wx = { ...simulator.wx, ...change(simulator.wx) }
  const COS = loadModule<Phone['COS']>(FORM_FILE, { wx, globals: SHORT_DELAYS })
  return { simulator, COS }
}

function writeFile({ simulator: { wx, realPath } }: Phone, size: number): string {
  const path = `${wx.env.USER_DATA_PATH}/form-${size}.txt`
  writeFileSync(realPath(path), 'x'.repeat(size))
  return path
}

async function storedBytes(key: string): Promise<number | undefined> {
  const now = Math.floor(Date.now() / 1000)
  const Authorization = signByOfficialSdk({
    method: 'GET',
    key,
    keyTime: `${now - 60};${now + 600}`,
  })
  const path = `/${key.split('/').map(encodeURIComponent).join('/')}`
  const { status, bytes } = await send(cloud.cos, {
    method: 'GET',
    path,
    headers: { Authorization },
  })
  return status === 200 ? bytes.length : undefined
}

test('uploads a file, reports progress and returns its location', async () => {
  const phone = startPhone()
  const cos = phone.COS.cloud()
  const { Bucket, Region, prefix } = await cos.caller()
  const Key = `${prefix}a photo.txt`
  const progress: number[] = []
  const ids: string[] = []
  const result = await cos.uploadFile({
    Key,
    FilePath: writeFile(phone, 70_000),
    onProgress: ({ loaded }) => progress.push(loaded),
    onTaskReady: (id) => ids.push(id),
  })
  expect(result).toMatchObject({ statusCode: 200, Key })
  expect(result.Location).toBe(`${Bucket}.cos.${Region}.myqcloud.com/${prefix}a%20photo.txt`)
  expect(result.ETag).toMatch(/^"[0-9a-f]{32}"$/)
  expect([progress[0], progress.at(-1)]).toEqual([0, 70_000])
  expect(ids).toHaveLength(1)
  expect(await storedBytes(Key)).toBe(70_000)
})

test('uploads many files at once', async () => {
  const phone = startPhone()
  const cos = phone.COS.cloud()
  const FilePath = writeFile(phone, 10)
  const { prefix } = await cos.caller()
  const keys = Array.from({ length: 15 }, (_, i) => `${prefix}many/${i}.txt`)
  await Promise.all(keys.map((Key) => cos.uploadFile({ Key, FilePath })))
  for (const key of keys) expect(await storedBytes(key)).toBe(10)
})

test('a refusal by the function rejects with an error that names the rule, with advice', async () => {
  const phone = startPhone()
  const cos = phone.COS.cloud()
  const Key = `private/${BOB}/a.txt`
  const error = await cos.uploadFile({ Key, FilePath: writeFile(phone, 10) }).catch((e) => e)
  expect(error).toBeInstanceOf(phone.COS.CosError)
  expect(error).toMatchObject({ kind: 'credentials', code: 'KitRequestRefused', retryable: false })
  expect(error.message).toContain('private/{openid}/**')
  expect(error.advice.zh).toContain('错误信息')
})

test('a missing param, file or function rejects with an error of its kind', async () => {
  const phone = startPhone()
  const cos = phone.COS.cloud()
  const FilePath = writeFile(phone, 10)
  const codes = async (run: Promise<unknown>) =>
    ((await run.catch((e) => e)) as { code?: string }).code
  expect(await codes(cos.uploadFile({ Key: '', FilePath }))).toBe('KitMissingParam')
  expect(await codes(cos.uploadFile({ Key: 'k', FilePath: 'wxfile://no' }))).toBe(
    'KitFileUnreadable',
  )
  const absent = phone.COS.cloud({ functionName: 'no-such-function' })
  expect(await codes(absent.caller())).toBe('KitFunctionFailed')
})

test('retries after lost connections and 5xx', async () => {
  const phone = startPhone()
  const cos = phone.COS.cloud()
  const { prefix } = await cos.caller()
  cloud.faults.set({
    rules: [
      { action: { kind: 'drop', when: 'during' }, operation: 'postObject', nth: 1 },
      { action: { kind: 'error', code: 'InternalError' }, operation: 'postObject', nth: 2 },
    ],
  })
  const Key = `${prefix}again.txt`
  await cos.uploadFile({ Key, FilePath: writeFile(phone, 5000) })
  expect(await storedBytes(Key)).toBe(5000)
})

test('rejects after four attempts', async () => {
  const phone = startPhone()
  const cos = phone.COS.cloud()
  const { prefix } = await cos.caller()
  cloud.faults.set({
    rules: [{ action: { kind: 'error', code: 'InternalError' }, operation: 'postObject' }],
  })
  const error = await cos
    .uploadFile({ Key: `${prefix}never.txt`, FilePath: writeFile(phone, 10) })
    .catch((e) => e)
  expect(error).toMatchObject({ kind: 'service', code: 'InternalError', statusCode: 500 })
})

test('requests a new form after COS refuses the first as expired', async () => {
  const phone = startPhone()
  let forms = 0
  const cos = new phone.COS({
    async callFunction(data) {
      if (data.form) forms++
      const call = { name: 'cos-signature', data }
      const answer = await phone.simulator.wx.cloud.callFunction(call)
      return (answer as { result: unknown }).result
    },
  })
  const { prefix } = await cos.caller()
  cloud.faults.set({
    rules: [{ action: { kind: 'error', code: 'ExpiredToken' }, operation: 'postObject', nth: 1 }],
  })
  const Key = `${prefix}expired.txt`
  await cos.uploadFile({ Key, FilePath: writeFile(phone, 10) })
  expect(forms).toBe(2)
  expect(await storedBytes(Key)).toBe(10)
})

test('can be aborted by its id and by a signal, before and while it is sent', async () => {
  let aborted = 0
  const phone = startPhone({}, () => ({
    uploadFile: ({ fail }: { fail: (failure: object) => void }) => ({
      abort() {
        aborted++
        fail({ errMsg: 'uploadFile:fail abort' })
      },
      onProgressUpdate() {},
    }),
  }))
  const cos = phone.COS.cloud()
  const { prefix } = await cos.caller()
  const file = { Key: `${prefix}aborted.txt`, FilePath: writeFile(phone, 10) }
  const cancelled = cos.uploadFile({
    ...file,
    onTaskReady: (id) => setTimeout(() => cos.cancelTask(id), 300),
  })
  await expect(cancelled).rejects.toMatchObject({ kind: 'abort', code: 'KitAborted' })
  const controller = new AbortController()
  controller.abort()
  const refused = cos.uploadFile({ ...file, signal: controller.signal })
  await expect(refused).rejects.toMatchObject({ kind: 'abort' })
  expect(aborted).toBeLessThanOrEqual(1)
})

describe('on a phone that hides the headers of uploads', () => {
  const hidden = (wx: Simulator['wx']) => ({
    // biome-ignore lint/suspicious/noExplicitAny: WeChat's options
    uploadFile(options: any) {
      const task = wx.uploadFile({
        ...options,
        success: ({ statusCode, data }: { statusCode: number; data: string }) =>
          options.success({ statusCode, data }),
      })
      return { abort: () => task.abort(), onProgressUpdate() {} }
    },
  })

  test('confirms the upload by a HEAD that the function signs', async () => {
    const phone = startPhone({}, hidden)
    const cos = phone.COS.cloud()
    const { prefix } = await cos.caller()
    const result = await cos.uploadFile({
      Key: `${prefix}hidden.txt`,
      FilePath: writeFile(phone, 10),
    })
    expect(result.ETag).toMatch(/^"[0-9a-f]{32}"$/)
  })

  test('reports a file that has not arrived', async () => {
    const swallowed = () => ({
      uploadFile(options: { success: (reply: object) => void }) {
        setTimeout(() => options.success({ statusCode: 200, data: '' }))
        return { abort() {}, onProgressUpdate() {} }
      },
    })
    const phone = startPhone({}, swallowed)
    const cos = phone.COS.cloud()
    const { prefix } = await cos.caller()
    const upload = cos.uploadFile({ Key: `${prefix}lost.txt`, FilePath: writeFile(phone, 10) })
    await expect(upload).rejects.toMatchObject({ kind: 'network', code: 'KitNotCos' })
  })
})

test.each([[{}], ['private/'], [[7]], [null]])(
  'an upload succeeds although the function answers with invalid confirmations: %j',
  async (confirms) => {
    const phone = startPhone()
    const { COS, simulator } = phone
    const callFunction = async (data: object) => {
      const { result } = Object(
        await simulator.wx.cloud.callFunction({ name: 'cos-signature', data }),
      )
      return { ...result, confirms }
    }
    const cos = new COS({ callFunction })
    const { prefix } = await cos.caller()
    const result = await cos.uploadFile({ Key: `${prefix}a.txt`, FilePath: writeFile(phone, 10) })
    expect(result.statusCode).toBe(200)
  },
)

test('rejects a response that is not from COS', async () => {
  const portal = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.setHeader('Content-Type', 'text/html')
      response.end('<html>Please log in</html>')
    })
  })
  const origin = await listenLocally(portal)
  try {
    const phone = startPhone({ route: () => origin })
    const cos = phone.COS.cloud()
    const { prefix } = await cos.caller()
    const upload = cos.uploadFile({ Key: `${prefix}portal.txt`, FilePath: writeFile(phone, 10) })
    await expect(upload).rejects.toMatchObject({ code: 'KitNotCos' })
  } finally {
    stopServer(portal)
  }
})

/**
 * Whatever happens to the upload of a form, it settles: after a success the object has the bytes of the file, after a
 * failure it has these or those from before.
 */

const action = fc.constantFrom<FaultRule['action']>(
  ...FAULTS,
  { kind: 'drop', when: 'during' },
  { kind: 'error', code: 'AccessDenied' },
)

const run = fc.record({
  // The first fault is that of the first attempt.
  faults: fc.array(action, { maxLength: 5 }),
  size: fc.integer({ min: 1, max: 200_000 }),
  cancelAfter: fc.option(fc.nat(30)),
})

test('settles with the bytes of the file or the object from before', async () => {
  const { wx, realPath } = createSimulatedPhone(cloud, ALICE)
  const COS = loadModule<typeof Client>(FORM_FILE, { wx, globals: SHORT_DELAYS })
  const cos = COS.cloud()
  const { prefix } = await cos.caller()
  const signed = signedRequests(() => cloud)
  const FilePath = `${wx.env.USER_DATA_PATH}/form`
  let number = 0
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(run, async ({ faults, size, cancelAfter }) => {
      const Key = `${prefix}property-${++number}`
      const content = randomBytes(size)
      writeFileSync(realPath(FilePath), content)
      const before = Buffer.from('before')
      await signed('PUT', Key, { body: before })
      const rules = faults.map((one, i) => ({
        action: one,
        operation: 'postObject' as const,
        nth: i + 1,
      }))
      cloud.faults.set({ rules })
      const onTaskReady = (id: string) => {
        if (cancelAfter !== null) setTimeout(() => cos.cancelTask(id), cancelAfter)
      }
      const outcome = await cos.uploadFile({ Key, FilePath, onTaskReady }).then(
        () => 'success',
        ({ kind }) => kind,
      )
      outcomes.add(outcome)
      cloud.faults.set({ rules: [] })
      const { bytes } = await signed('GET', Key)
      const expected = outcome === 'success' ? [content] : [content, before]
      expect(expected.some((one) => one.equals(bytes))).toBe(true)
    }),
    { numRuns: 40, seed: 20261130, endOnFailure: true },
  )
  // All three occur, or the property says little.
  expect([...outcomes].sort()).toEqual(expect.arrayContaining(['abort', 'service', 'success']))
})
