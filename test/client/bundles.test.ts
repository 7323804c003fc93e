import { execFile, execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { loadModule } from '@miniprogram-cos/simulator'
import { createFakePhone } from '../support/fakePhone'
import { CLIENT_FILE, loadOfficialClient, type Untyped } from '../support/phones'
import { ROOT } from '../support/root'
import { ALICE, useTestCloud } from '../support/testCloud'

/** Observable behaviour of the upload client: advice, requests, requested scopes. */
const OBSERVE = `
const observe = async (COS) => {
  const advice = (code) => new COS({ SecretId: 'a', SecretKey: 'b' }).headObject
    ? '' : new COS.CosError({ kind: 'service', code, message: '' }).advice.en
  const requests = []
  globalThis.wx = {
    request: (options) => {
      const { method, url, header, success } = options
      requests.push({ method, url, header: Object.keys(header) })
      setTimeout(() => success({ statusCode: 403, header: {}, data: '<Error><Code>NoSuchKey</Code></Error>' }))
      return { abort() {} }
    },
    getStorageSync: () => '',
    setStorageSync() {},
    getFileSystemManager: () => ({
      stat: ({ success }) => success({ stats: { size: 3 } }),
      readFile: ({ success }) => success({ data: new ArrayBuffer(3) }),
    }),
  }
  const asked = []
  const cos = new COS({
    SimpleUploadMethod: 'putObject',
    getAuthorization: ({ Scope }, callback) => {
      asked.push(Scope)
      callback({ TmpSecretId: 'a', TmpSecretKey: 'b', SecurityToken: 'c', ExpiredTime: 4000000000 })
    },
  })
  const params = { Bucket: 'b-1250000000', Region: 'ap-guangzhou', Key: 'k', FilePath: 'f' }
  const further = { CopySource: 'x', IfMatch: '"e"', MetadataDirective: 'Copy' }
  const error = await cos.uploadFile({ ...params, ...further }).catch((one) => one)
  return JSON.stringify([['NoSuchKey', 'SignatureDoesNotMatch'].map(advice), error.advice, requests, asked])
}`

test.each([
  ['packages/client/miniprogram_dist/upload.js', 'packages/client/miniprogram_dist/index.js'],
  ['packages/client/dist/upload.js', 'packages/client/dist/index.js'],
])('%s behaves the same after %s is loaded', (upload, full) => {
  const script = `${OBSERVE}
    const run = async () => {
      const COS = require('./${upload}')
      const before = await observe(COS)
      const Full = require('./${full}')
      new Full({ SecretId: 'a', SecretKey: 'b' })
      const after = await observe(COS)
      console.log(before === after && before.length > 100 ? 'same' : before + '\\n' + after)
    }
    run()`
  const printed = execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' })
  expect(printed).toBe('same\n')
})

test('the full client has advice on errors of its own methods', () => {
  const script = `
    const COS = require('./packages/client/miniprogram_dist/index.js')
    globalThis.wx = { request: ({ success }) => {
      setTimeout(() => success({ statusCode: 404, header: {}, data: '<Error><Code>NoSuchKey</Code></Error>' }))
      return { abort() {} }
    } }
    const cos = new COS({ SecretId: 'a', SecretKey: 'b', Bucket: 'b-1250000000', Region: 'ap-guangzhou' })
    cos.getObject({ Key: 'k' }).catch(({ advice }) => console.log(advice.en))`
  const printed = execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' })
  expect(printed).toBe('Keys are case-sensitive, without a leading slash.\n')
})

const cloud = useTestCloud()

test('the built client signs, uploads, lists, reads and deletes in QuickJS, which has no JIT', async () => {
  const host = join(__dirname, 'quickjs.mjs')
  const args = [host, dirname(CLIENT_FILE), cloud.cos, cloud.functions, ALICE]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  const Key = `private/${ALICE}/图 & 1.txt`
  expect(JSON.parse(stdout)).toEqual({
    Key,
    ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    Body: 'content 内容',
    url: expect.stringContaining('q-sign-algorithm=sha1'),
    listed: [Key],
    missing: [true, 404, 'string'],
    refused: 'AccessDenied',
  })
})

/** Properties of `wx` that are read while loading. */
function touchedBy(load: (wx: object) => void): string[] {
  const touched: string[] = []
  const { wx } = createFakePhone()
  const watching = new Proxy(wx, {
    get(target, name) {
      touched.push(String(name))
      return (target as Untyped)[String(name)]
    },
  })
  load(watching)
  return touched
}

test('43: loading accesses neither wx nor window', () => {
  expect(touchedBy((wx) => loadModule(CLIENT_FILE, { wx }))).toEqual([])
  expect(typeof loadModule(CLIENT_FILE, { wx: undefined })).toBe('function')
  const official = touchedBy((wx) => loadOfficialClient(wx))
  expect(official).toEqual(expect.arrayContaining(['getFileSystemManager', 'canIUse']))
  expect(() => loadOfficialClient(undefined)).toThrow()
})
