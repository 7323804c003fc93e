import type { Platform } from '../../deviceProfile'

/** A phone or computer whose screen the preview takes. */
export interface Device {
  name: string
  platform: Platform
  /** Size of the screen, of a computer the size of WeChat's window. Pixels as the app counts them. */
  width: number
  height: number
}

/** The first device of a platform is shown for it. */
export const DEVICES: Device[] = [
  { name: 'Simulator', platform: 'devtools', width: 375, height: 740 },
  { name: 'iPhone 15', platform: 'ios', width: 393, height: 852 },
  { name: 'iPhone 15 Pro Max', platform: 'ios', width: 430, height: 932 },
  { name: 'iPhone SE', platform: 'ios', width: 375, height: 667 },
  { name: 'iPad 10', platform: 'ios', width: 820, height: 1180 },
  { name: 'Pixel 8', platform: 'android', width: 412, height: 915 },
  { name: 'Galaxy S8', platform: 'android', width: 360, height: 740 },
  { name: 'Mate 70 (HarmonyOS)', platform: 'ohos', width: 388, height: 844 },
  { name: 'WeChat for Mac', platform: 'mac', width: 414, height: 736 },
  { name: 'WeChat for Windows', platform: 'windows', width: 414, height: 736 },
]
