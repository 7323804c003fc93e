import { execFileSync } from 'node:child_process'
import { ROOT } from '../support/root'

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
