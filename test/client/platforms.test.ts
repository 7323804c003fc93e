import { closeSync, openSync, readFileSync, readSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadModule } from '@miniprogram-cos/simulator'
import type { COS, COSOptions } from 'miniprogram-cos'
import type * as Prepare from '../../packages/client/src/prepare'
import { MIB } from '../support/fakePhone'
import { CLIENT_FILE, createSimulatedPhone, type Untyped } from '../support/phones'
import { at } from '../support/root'
import { ALICE, BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

/** Platforms that differ from WeChat on a phone: what they are given, and what they lack or refuse. */

const PREPARE_FILE = join(dirname(CLIENT_FILE), 'prepare.js')

const cloud = useTestCloud()

/** A phone whose `wx` is changed before the client is loaded. */
function start(change: (wx: Untyped) => object, options: COSOptions = {}) {
  const simulator = createSimulatedPhone(cloud, ALICE)
  const real = simulator.wx as Untyped
  const wx = { ...real, ...change(real) }
  const Client = loadModule<typeof COS>(CLIENT_FILE, { wx })
  const cos = new Client({ ...ROOT_KEY, Bucket: BUCKET, Region: REGION, ...options })
  const fileOf = (name: string, bytes: string) => {
    const path = `${real.env.USER_DATA_PATH}/${name}`
    writeFileSync(simulator.realPath(path), bytes)
    return path
  }
  return { cos, fileOf, realPath: simulator.realPath }
}

describe('options for the network of WeChat', () => {
  const BOTH = { enableHttp2: true, enableQuic: true }
  const OF_REQUESTS = {
    useHighPerformanceMode: false,
    enableHttpDNS: true,
    httpDNSServiceId: 'wx-service',
  }
  const NAMES = Object.keys({ ...BOTH, ...OF_REQUESTS })

  /** Calls of `wx` by name, each with those of the options that it was given. */
  async function callsWith(options: COSOptions) {
    const calls: Record<string, object> = {}
    const { cos, fileOf } = start(
      (wx) =>
        Object.fromEntries(
          ['request', 'uploadFile', 'downloadFile'].map((name) => [
            name,
            (given: Untyped) => {
              const passed = NAMES.filter((option) => option in given)
              calls[name] = Object.fromEntries(passed.map((option) => [option, given[option]]))
              return wx[name](given)
            },
          ]),
        ),
      options,
    )
    await cos.uploadFile({ Key: 'network.txt', FilePath: fileOf('network.txt', 'content') })
    await cos.headObject({ Key: 'network.txt' })
    await cos.downloadFile({ Key: 'network.txt' })
    return calls
  }

  test('reach the functions that WeChat documents them for', async () => {
    expect(await callsWith({ ...BOTH, ...OF_REQUESTS })).toEqual({
      request: { ...BOTH, ...OF_REQUESTS },
      uploadFile: BOTH,
      downloadFile: BOTH,
    })
  })

  test('are left to WeChat by default', async () => {
    expect(await callsWith({})).toEqual({ request: {}, uploadFile: {}, downloadFile: {} })
  })

  test('HttpDNSServiceId of cos-wx-sdk-v5 sets both options of HTTPDNS', async () => {
    const { request } = await callsWith({ HttpDNSServiceId: 'wx-other' })
    expect(request).toEqual({ enableHttpDNS: true, httpDNSServiceId: 'wx-other' })
  })

  test.each([
    ['enableHttp2', 'yes', 'boolean'],
    ['useHighPerformanceMode', 1, 'boolean'],
    ['httpDNSServiceId', true, 'string'],
  ])('refuses %s of another type', (name, value, type) => {
    expect(() => start(() => ({}), { [name]: value })).toThrow(
      expect.objectContaining({
        code: 'KitInvalidOption',
        message: expect.stringContaining(`must be a ${type}`),
      }),
    )
  })
})

/** Fails as WeChat does; counts the calls. */
function failing(failure: object | undefined) {
  return jest.fn((options: Untyped) => {
    setTimeout(() => options.fail(failure))
    return { abort() {}, onProgressUpdate() {} }
  })
}

const PRIVACY = {
  errMsg: 'uploadFile:fail api scope is not declared in the privacy agreement',
  errno: 112,
}

describe('failures that a retry cannot resolve', () => {
  test.each([
    ['the privacy guidelines do not declare it', PRIVACY, 'KitPrivacyRefused'],
    [
      'the user has not agreed',
      { errMsg: 'uploadFile:fail privacy permission is not authorized', errno: 104 },
      'KitPrivacyRefused',
    ],
    ['the platform lacks it', { errMsg: 'uploadFile:fail not support' }, 'KitUnsupported'],
    [
      'this version lacks it',
      { errMsg: 'uploadFile:fail, not implemented in this version' },
      'KitUnsupported',
    ],
  ])('of the network, when %s', async (_, failure, code) => {
    const uploadFile = failing(failure)
    const { cos, fileOf } = start(() => ({ uploadFile }))
    const upload = cos.uploadFile({ Key: 'a', FilePath: fileOf('a', 'a') })
    await expect(upload).rejects.toMatchObject({ kind: 'argument', code, message: failure.errMsg })
    expect(uploadFile).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['stat', PRIVACY, 'KitPrivacyRefused'],
    ['stat', { errMsg: 'stat:fail not supported' }, 'KitUnsupported'],
    // A path says nothing.
    [
      'stat',
      { errMsg: "stat:fail no such file or directory '/not supported/privacy.pdf'" },
      'KitFileUnreadable',
    ],
  ])('of %s: %j', async (name, failure, code) => {
    const { cos, fileOf } = start((wx) => ({
      getFileSystemManager: () => ({ ...wx.getFileSystemManager(), [name]: failing(failure) }),
    }))
    const upload = cos.uploadFile({ Key: 'a', FilePath: fileOf('a', 'a') })
    await expect(upload).rejects.toMatchObject({ kind: 'argument', code })
  })

  test('a platform without downloadFile names it', async () => {
    const { cos } = start(() => ({ downloadFile: undefined }))
    await expect(cos.downloadFile({ Key: 'a' })).rejects.toMatchObject({
      code: 'KitUnsupported',
      message: 'downloadFile:fail is not supported',
      advice: { en: expect.stringContaining('wx.canIUse') },
    })
  })
})

describe('failures without details', () => {
  const once = (failure: (options: Untyped) => void) => (wx: Untyped) => {
    let calls = 0
    return {
      request(options: Untyped) {
        if (calls++) return wx.request(options)
        setTimeout(() => failure(options))
        return { abort() {} }
      },
    }
  }

  test.each([
    ['nothing', ({ fail }: Untyped) => fail()],
    ['an empty object', ({ fail }: Untyped) => fail({})],
    ['an empty text', ({ fail }: Untyped) => fail({ errMsg: '' })],
    ['a success of status 0', ({ success }: Untyped) => success({ statusCode: 0, data: '' })],
  ])('%s is a network error, and the request is sent again', async (_, failure) => {
    const { cos } = start(once(failure))
    await expect(cos.putObject({ Key: 'again', Body: 'x' })).resolves.toMatchObject({
      statusCode: 200,
    })
  })
})

describe('a file of more than 100 MiB, where FileSystemManager has no open and read', () => {
  const SIZE = 101 * MIB

  /** Uploads it with this readFile, or with that of the simulator, which refuses such files as WeChat documents. */
  function upload(readFile?: (path: string, options: Untyped) => void) {
    const phone = start((wx) => ({
      getFileSystemManager: () => ({
        ...wx.getFileSystemManager(),
        open: undefined,
        read: undefined,
        ...(readFile && {
          readFile: (options: Untyped) => readFile(phone.realPath(options.filePath), options),
        }),
      }),
    }))
    const FilePath = phone.fileOf('large.bin', '')
    truncateSync(phone.realPath(FilePath), SIZE)
    return phone.cos.uploadFile({ Key: 'large.bin', FilePath, ChunkSize: 32 * MIB })
  }

  test('is read in parts with readFile', async () => {
    const ranges: number[][] = []
    await upload((path, { position, length, success }) => {
      ranges.push([position, length])
      const data = Buffer.alloc(length)
      const file = openSync(path, 'r')
      readSync(file, data, 0, length, position)
      closeSync(file)
      success({ data: data.buffer })
    })
    const full = [0, 32, 64].map((start) => [start * MIB, 32 * MIB])
    expect(ranges).toEqual([...full, [96 * MIB, 5 * MIB]])
    const { headers } = await start(() => ({})).cos.headObject({ Key: 'large.bin' })
    expect(headers['content-length']).toBe(String(SIZE))
  })

  test('is unreadable where readFile refuses it too', async () => {
    await expect(upload()).rejects.toMatchObject({
      code: 'KitFileUnreadable',
      message: expect.stringContaining('the maximum size of the file is exceeded'),
    })
  })
})

describe.each(['ios', 'android', 'ohos', 'mac', 'windows', 'devtools'] as const)(
  'the client of WeChat for %s',
  (platform) => {
    test('uploads two chosen files of one name, downloads them, and prepares a picture', async () => {
      const simulator = createSimulatedPhone(cloud, ALICE, { platform })
      const load = <T>(file: string) => loadModule<T>(file, { wx: simulator.wx })
      const Client = load<typeof COS>(CLIENT_FILE)
      const cos = new Client({ ...ROOT_KEY, Bucket: BUCKET, Region: REGION })
      const source = join(cloud.folder, 'IMG 1.png')
      const received: string[] = []
      for (const content of ['first', 'second']) {
        writeFileSync(source, content)
        const Key = `${platform}/${content}`
        const { ETag } = await cos.uploadFile({ Key, FilePath: simulator.chooseFile(source) })
        expect(ETag).toMatch(/^"\w+"$/)
        const { FilePath } = await cos.downloadFile({ Key })
        received.push(readFileSync(simulator.realPath(FilePath), 'utf8'))
      }
      expect(received).toEqual(['first', 'second'])
      const { prepareFile } = load<typeof Prepare>(PREPARE_FILE)
      const chosen = simulator.chooseFile(at('packages/cli/samples/sea.png'))
      // In Node no phone can compress.
      const { upload, width, height } = await prepareFile(chosen, { compress: true })
      expect({ upload, width, height }).toMatchObject({
        upload: { FilePath: chosen },
        width: 480,
        height: 320,
      })
    })
  },
)
