import { api, type CallbackOptions, WxError } from '../../wxRules/callbacks'
import { deviceInfo, deviceProfile, SDK_VERSION } from '../../wxRules/deviceProfile'
import { globals } from '../dom'
import { isChinese, postToShell, settings } from '../settings'
import { showToast } from './interaction'

/** Heights of what WeChat draws above the page, as in phone.css. Pixels. */
const STATUS_BAR = 30
const NAVIGATION_BAR = 44
const CAPSULE = { width: 87, height: 32, right: 8 }

/** Where the phone is: in Shenzhen. */
const PLACE = {
  latitude: 22.53332,
  longitude: 113.93041,
  speed: -1,
  accuracy: 65,
  altitude: 0,
  verticalAccuracy: 65,
  horizontalAccuracy: 65,
}

const appBase = () => ({
  SDKVersion: SDK_VERSION,
  language: settings.language,
  theme: settings.theme,
  version: '8.0.50',
  enableDebug: false,
  fontSizeSetting: 16,
  fontSizeScaleFactor: 1,
  host: { env: 'WeChat', appId: '', version: 0 },
})

const profile = deviceProfile(settings.device)

const device = () => ({ ...deviceInfo(profile), memorySize: '8192' })

const screen = () => {
  const pages = document.getElementById('pages')
  const height = innerHeight
  return {
    windowWidth: innerWidth,
    windowHeight: pages?.clientHeight || height,
    screenWidth: innerWidth,
    screenHeight: height,
    screenTop: pages?.getBoundingClientRect().top ?? 0,
    pixelRatio: devicePixelRatio,
    statusBarHeight: STATUS_BAR,
    safeArea: {
      top: STATUS_BAR,
      bottom: height,
      left: 0,
      right: innerWidth,
      width: innerWidth,
      height: height - STATUS_BAR,
    },
  }
}

const authorizations = () => ({
  albumAuthorized: 'authorized',
  bluetoothAuthorized: 'authorized',
  cameraAuthorized: 'authorized',
  locationAuthorized: 'authorized',
  microphoneAuthorized: 'authorized',
  notificationAuthorized: 'authorized',
})

const systemInfo = () => ({
  ...appBase(),
  ...device(),
  ...screen(),
  bluetoothEnabled: true,
  locationEnabled: true,
  wifiEnabled: true,
  deviceOrientation: 'portrait',
})

/** `wx` calls about the phone and WeChat itself. */
export const deviceApi = {
  getAppBaseInfo: appBase,
  getDeviceInfo: device,
  getSkylineInfo: api('getSkylineInfo', () => profile.skyline),
  getSkylineInfoSync: () => profile.skyline,
  getWindowInfo: screen,
  getSystemSetting: () => ({
    bluetoothEnabled: true,
    locationEnabled: true,
    wifiEnabled: true,
    deviceOrientation: 'portrait',
  }),
  getAppAuthorizeSetting: authorizations,
  getSystemInfoSync: systemInfo,
  /** Calls back before it returns, as documented. */
  getSystemInfo({ success, fail, complete }: CallbackOptions = {}) {
    const result = { ...systemInfo(), errMsg: 'getSystemInfo:ok' }
    if (!success && !fail && !complete) return Promise.resolve(result)
    success?.(result)
    complete?.(result)
    return undefined
  },
  getSystemInfoAsync: api('getSystemInfoAsync', systemInfo),
  getMenuButtonBoundingClientRect: () => {
    const top = STATUS_BAR + (NAVIGATION_BAR - CAPSULE.height) / 2
    const right = innerWidth - CAPSULE.right
    const { width, height } = CAPSULE
    return { width, height, top, right, bottom: top + height, left: right - width }
  },
  getAccountInfoSync: () => ({
    miniProgram: { appId: settings.appid, envVersion: 'develop', version: '' },
  }),
  /** As without ext.json. */
  getExtConfigSync: () => ({}),
  getExtConfig: api('getExtConfig', () => ({ extConfig: {} })),
  getLocation: api('getLocation', () => PLACE),
  getFuzzyLocation: api('getFuzzyLocation', () => PLACE),
  getLaunchOptionsSync: () => launchOptions(),
  getEnterOptionsSync: () => launchOptions(),
  getUpdateManager: () => ({
    // There is never a new version, so only `onCheckForUpdate` calls back.
    onCheckForUpdate: (listener: (result: object) => void) =>
      void setTimeout(() => listener({ hasUpdate: false })),
    onUpdateReady() {},
    onUpdateFailed() {},
    applyUpdate() {},
  }),
  getBatteryInfo: api('getBatteryInfo', () => ({ level: 100, isCharging: true })),
  getBatteryInfoSync: () => ({ level: 100, isCharging: true }),
  getScreenBrightness: api('getScreenBrightness', () => ({ value: 1 })),
  makePhoneCall: api<{ phoneNumber: string }>('makePhoneCall', ({ phoneNumber }) =>
    showToast({ title: phoneNumber, icon: 'none' }),
  ),
  hideKeyboard: api('hideKeyboard', () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  }),
  setClipboardData: api<{ data: string }>('setClipboardData', ({ data }) => copy(data)),
  getClipboardData: api('getClipboardData', async () => {
    const data = await navigator.clipboard?.readText().catch(() => clipboard)
    return { data: data ?? clipboard }
  }),
  getRandomValues: api<{ length: number }>('getRandomValues', ({ length }) => {
    if (!(length > 0 && length <= 1_048_576))
      throw new WxError('getRandomValues:fail invalid length')
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i += 65_536) crypto.getRandomValues(bytes.subarray(i, i + 65_536))
    return { randomValues: bytes.buffer }
  }),
  getUserCryptoManager: () => ({ getRandomValues: deviceApi.getRandomValues }),
  arrayBufferToBase64: (buffer: ArrayBuffer) => {
    let text = ''
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte)
    return btoa(text)
  },
  base64ToArrayBuffer: (text: string) =>
    Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer,
  getPerformance: () => ({
    now: () => performance.now(),
    getEntries: () => [],
    getEntriesByName: () => [],
    getEntriesByType: () => [],
    createObserver: () => ({ observe() {}, disconnect() {} }),
    setBufferSize() {},
  }),
  getLogManager: () => console,
  getRealtimeLogManager: () => ({ ...console, setFilterMsg() {}, addFilterMsg() {} }),
}

function launchOptions(): object {
  return Object(globals.__launchOptions ?? { path: '', query: {}, scene: 1001, referrerInfo: {} })
}

/** The clipboard where the browser does not allow its own. */
let clipboard = ''

async function copy(text: string): Promise<void> {
  clipboard = text
  postToShell({ type: 'copied', text })
  // WeChat shows this toast itself.
  showToast({ title: isChinese ? '内容已复制' : 'Copied' })
  // Without permission, as in a frame, `execCommand` still works.
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  if (isCopied) return
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}
