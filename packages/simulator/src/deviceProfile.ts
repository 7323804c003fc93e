/** Values of `wx.getDeviceInfo().platform`. */
export type Platform = 'android' | 'devtools' | 'ios' | 'mac' | 'ohos' | 'windows'

/** How one of WeChat's clients differs from the others, as far as files are concerned. */
export interface DeviceProfile {
  platform: Platform
  system: string
  brand: string
  model: string
  /** Calls of `wx` that this client does not have. */
  missing: readonly string[]
  /** `maxDuration` of `wx.chooseMedia` above which nothing can be chosen, in seconds. */
  maxChooseSeconds?: number
  /** The temporary path of a file the user has chosen. `id` is unique, `name` is the original file name. */
  temporaryPath: (name: string, id: string) => string
}

const named = (name: string) => `wxfile://temp/${name.replace(/[/\\]/g, '_')}`

const random = (name: string, id: string) =>
  `wxfile://tmp_${id}${(/\.\w{1,10}$/.exec(name)?.[0] ?? '').toLowerCase()}`

// "wx.chooseMessageFile is not supported on PC" (https://github.com/xiaweiss/miniprogram-bug-report/issues/146); component
// kits choose by wx.chooseImage there.
const COMPUTER = { missing: ['chooseMessageFile'] }
const PHONE = { missing: [], temporaryPath: random }

const PROFILES: Record<Platform, Omit<DeviceProfile, 'platform'>> = {
  android: { system: 'Android 14', brand: 'google', model: 'Pixel 8', ...PHONE },
  devtools: { system: 'simulator', brand: 'simulator', model: 'simulator', ...PHONE },
  ios: { system: 'iOS 17.4', brand: 'iPhone', model: 'iPhone 15', ...PHONE },
  // WeChat for Mac names a temporary file after the original, so that choosing another file of the same
  // name replaces the first one (https://github.com/xiaweiss/miniprogram-bug-report/issues/242).
  mac: { system: 'macOS 14', brand: 'apple', model: 'Mac', ...COMPUTER, temporaryPath: named },
  ohos: { system: 'HarmonyOS 5', brand: 'HUAWEI', model: 'Mate 70', ...PHONE },
  windows: {
    system: 'Windows 11',
    brand: 'microsoft',
    model: 'PC',
    ...COMPUTER,
    temporaryPath: random,
    // https://github.com/youzan/vant-weapp/issues/4505
    maxChooseSeconds: 10,
  },
}

export function deviceProfile(platform: Platform = 'devtools'): DeviceProfile {
  return { platform, ...PROFILES[platform] }
}

export function isPlatform(value: unknown): value is Platform {
  return Object.keys(PROFILES).some((platform) => platform === value)
}
