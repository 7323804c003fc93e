/** The simulated version of the base library. */
export const SDK_VERSION = '3.8.0'

/** Values of `wx.getDeviceInfo().platform`. */
export type Platform = 'android' | 'devtools' | 'ios' | 'mac' | 'ohos' | 'windows'

/** The result of `wx.getSkylineInfo`. */
export interface SkylineInfo {
  isSupported: boolean
  version: string
  /** Only where Skyline is not supported. */
  reason?: string
}

/** How one of WeChat's clients differs from the others, as far as files are concerned. */
export interface DeviceProfile {
  platform: Platform
  system: string
  brand: string
  model: string
  /** Fields of `wx.getDeviceInfo` that other clients leave out. */
  deviceFields: Readonly<Record<string, string | number>>
  /** Calls of `wx` that this client does not have. */
  missing: readonly string[]
  skyline: SkylineInfo
  /** `maxDuration` of `wx.chooseMedia` above which nothing can be chosen, in seconds. */
  maxChooseSeconds?: number
  /** The temporary path of a file the user has chosen. `id` is unique, `name` is the original file name. */
  temporaryPath: (name: string, id: string) => string
  /** How responses spell the name of a header that the server has sent as `name`. */
  headerName: (name: string) => string
}

const named = (name: string) => `wxfile://temp/${name.replace(/[/\\]/g, '_')}`

const random = (name: string, id: string) =>
  `wxfile://tmp_${id}${(/\.\w{1,10}$/.exec(name)?.[0] ?? '').toLowerCase()}`

// iOS capitalizes each word: "ETag" arrives as "Etag", "x-cos-request-id" as "X-Cos-Request-Id"
// (https://github.com/swiftlang/swift-corelibs-foundation/issues/4338).
const capitalized = (name: string) =>
  name.toLowerCase().replace(/(?:^|-)\w/g, (start) => start.toUpperCase())

const DEFAULTS = {
  deviceFields: {},
  missing: [],
  temporaryPath: random,
  headerName: (name: string) => name,
}

// The form of the version is documented, not its value:
// https://developers.weixin.qq.com/miniprogram/dev/api/base/system/wx.getSkylineInfoSync.html
const SKYLINE = { isSupported: true, version: '1.4.0' }

const NO_SKYLINE = { isSupported: false, version: '', reason: 'client not supported' }

const PHONE = {
  ...DEFAULTS,
  // Android 8.0.33, iOS 8.0.34 and later:
  // https://developers.weixin.qq.com/miniprogram/dev/framework/runtime/skyline/migration/compatibility.html
  skyline: SKYLINE,
  // "Only on PC": https://developers.weixin.qq.com/miniprogram/dev/api/file/wx.saveFileToDisk.html
  missing: ['saveFileToDisk'],
}

const COMPUTER = {
  ...DEFAULTS,
  // The same page as for phones: neither Windows nor Mac.
  skyline: NO_SKYLINE,
  missing: [
    // "wx.chooseMessageFile is not supported on PC" (https://github.com/xiaweiss/miniprogram-bug-report/issues/146);
    // component kits choose by wx.chooseImage there.
    'chooseMessageFile',
    // Pages that name HarmonyOS as supported and neither Windows nor Mac:
    // https://developers.weixin.qq.com/miniprogram/dev/api/media/image/wx.compressImage.html
    'compressImage',
    // https://developers.weixin.qq.com/miniprogram/dev/api/media/image/wx.previewMedia.html
    'previewMedia',
    // https://developers.weixin.qq.com/miniprogram/dev/api/media/video/wx.compressVideo.html
    'compressVideo',
    // https://developers.weixin.qq.com/miniprogram/dev/api/media/video/wx.getVideoInfo.html
    'getVideoInfo',
    // https://developers.weixin.qq.com/community/develop/doc/000aee970c8ba84d76e3893f664c00
    'shareFileMessage',
    // https://github.com/xiaweiss/miniprogram-bug-report/issues/298
    'cropImage',
  ],
}

// The list of https://developers.weixin.qq.com/miniprogram/dev/framework/ability/ohos.html, without payments,
// advertisements and devices.
const MISSING_ON_HARMONY = [
  ...PHONE.missing,
  'onThemeChange',
  'offThemeChange',
  'onNetworkWeakChange',
  'offNetworkWeakChange',
  'offNetworkStatusChange',
  'onCopyUrl',
  'offCopyUrl',
  'openVideoEditor',
  'createMediaContainer',
  'createMediaRecorder',
  'createMediaAudioPlayer',
  'createWebAudioContext',
  'createCacheManager',
  'preloadWebview',
  'preloadSkylineView',
  'checkIsPictureInPictureActive',
]

const PROFILES: Record<Platform, Omit<DeviceProfile, 'platform'>> = {
  android: {
    ...PHONE,
    system: 'Android 14',
    brand: 'google',
    model: 'Pixel 8',
    // "Only on Android": https://developers.weixin.qq.com/miniprogram/dev/api/base/system/wx.getDeviceInfo.html
    deviceFields: {
      abi: 'arm64-v8a',
      deviceAbi: 'arm64-v8a',
      benchmarkLevel: 40,
      cpuType: 'Tensor G3',
    },
  },
  devtools: {
    ...DEFAULTS,
    system: 'simulator',
    brand: 'simulator',
    model: 'simulator',
    deviceFields: { abi: '', benchmarkLevel: 40 },
    // As in DevTools with the renderer set to WebView, which the preview renders like.
    skyline: { ...NO_SKYLINE, reason: 'SwitchRender option set to webview' },
  },
  ios: {
    ...PHONE,
    system: 'iOS 17.4',
    brand: 'iPhone',
    model: 'iPhone 15',
    headerName: capitalized,
  },
  // WeChat for Mac names a temporary file after the original, so that choosing another file of the same
  // name replaces the first one (https://github.com/xiaweiss/miniprogram-bug-report/issues/242).
  mac: {
    ...COMPUTER,
    system: 'macOS 14',
    brand: 'apple',
    model: 'Mac',
    temporaryPath: named,
  },
  ohos: {
    ...PHONE,
    system: 'HarmonyOS 5',
    brand: 'HUAWEI',
    model: 'Mate 70',
    // "Not provided yet" on the page of the list above.
    skyline: NO_SKYLINE,
    missing: MISSING_ON_HARMONY,
  },
  windows: {
    ...COMPUTER,
    system: 'Windows 11',
    brand: 'microsoft',
    model: 'PC',
    // https://github.com/youzan/vant-weapp/issues/4505
    maxChooseSeconds: 10,
  },
}

export function deviceProfile(platform: Platform = 'devtools'): DeviceProfile {
  return { platform, ...PROFILES[platform] }
}

/** `wx.getDeviceInfo()`. */
export function deviceInfo({ platform, system, brand, model, deviceFields }: DeviceProfile) {
  return { platform, system, brand, model, ...deviceFields }
}

export function isPlatform(value: unknown): value is Platform {
  return Object.keys(PROFILES).some((platform) => platform === value)
}
