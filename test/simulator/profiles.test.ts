import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSimulator, deviceProfile, type Platform } from '@miniprogram-cos/simulator'
import { useFolder } from '../support/projectFiles'

const folder = useFolder()

const phone = (platform: Platform) => createSimulator({ folder, platform, urlCheck: false })

describe('names of response headers', () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { ETag: '"1"', 'x-cos-request-id': '2' }).end()
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  test.each([
    ['ios', { Etag: '"1"', 'X-Cos-Request-Id': '2' }],
    ['android', { ETag: '"1"', 'x-cos-request-id': '2' }],
  ] as const)('%s', async (platform, header) => {
    const { port } = server.address() as AddressInfo
    const result = await new Promise((success, fail) =>
      phone(platform).wx.request({ url: `http://127.0.0.1:${port}/`, success, fail }),
    )
    expect(result).toMatchObject({ header })
  })
})

test.each([
  ['ios', { isSupported: true, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) }],
  ['android', { isSupported: true, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) }],
  ['ohos', { isSupported: false, reason: 'client not supported' }],
  ['mac', { isSupported: false, reason: 'client not supported' }],
  ['windows', { isSupported: false, reason: 'client not supported' }],
  ['devtools', { isSupported: false, reason: 'SwitchRender option set to webview' }],
] as const)('Skyline on %s', async (platform, info) => {
  const { wx } = phone(platform)
  expect(wx.getSkylineInfoSync()).toMatchObject(info)
  expect(await wx.getSkylineInfo()).toMatchObject({ ...info, errMsg: 'getSkylineInfo:ok' })
})

test('only Android describes its processor', () => {
  const fields = (platform: Platform) => Object.keys(phone(platform).wx.getDeviceInfo())
  expect(fields('android')).toEqual(expect.arrayContaining(['abi', 'benchmarkLevel', 'cpuType']))
  expect(fields('ios')).toEqual(['platform', 'system', 'brand', 'model'])
})

test('HarmonyOS cannot stop listening to network changes', () => {
  const { wx } = phone('ohos')
  expect(wx.canIUse('onNetworkStatusChange')).toBe(true)
  expect(wx.canIUse('offNetworkStatusChange')).toBe(false)
  expect('offNetworkStatusChange' in wx).toBe(false)
})

test.each<[Platform, RegExp]>([
  ['mac', /^wxfile:\/\/temp\/IMG 1\.PNG$/],
  ['windows', /^wxfile:\/\/tmp_0a\.png$/],
  ['ohos', /^wxfile:\/\/tmp_0a\.png$/],
])('a file chosen on %s', (platform, path) => {
  expect(deviceProfile(platform).temporaryPath('IMG 1.PNG', '0a')).toMatch(path)
})

describe('orientation of a JPEG', () => {
  /** A JPEG header of 40 by 30 pixels, with an EXIF segment of one entry. */
  function jpeg(order: 'II' | 'MM', value: number): Buffer {
    const number = (size: number, given: number) => {
      const bytes = Buffer.alloc(size)
      order === 'II' ? bytes.writeUIntLE(given, 0, size) : bytes.writeUIntBE(given, 0, size)
      return bytes
    }
    const entry = [number(2, 274), number(2, 3), number(4, 1), number(2, value), number(2, 0)]
    const tiff = [Buffer.from(order), number(2, 42), number(4, 8), number(2, 1), ...entry]
    const exif = Buffer.concat([Buffer.from('Exif\0\0'), ...tiff])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(exif.length + 2)
    const frame = [0xff, 0xc0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0]
    return Buffer.from([0xff, 0xd8, 0xff, 0xe1, ...length, ...exif, ...frame])
  }

  test.each([
    ['II', 6, 'right'],
    ['MM', 8, 'left'],
    ['MM', 3, 'down'],
    ['II', 1, 'up'],
    ['II', 9, 'up'],
  ] as const)('%s %i is %s', async (order, value, orientation) => {
    const { wx, chooseFile } = phone('ios')
    const file = join(folder, 'photo.jpg')
    writeFileSync(file, jpeg(order, value))
    const info = await wx.getImageInfo({ src: chooseFile(file) })
    expect(info).toMatchObject({ type: 'jpeg', width: 40, height: 30, orientation })
  })
})
