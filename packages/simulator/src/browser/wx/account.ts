import { api, WxError } from '../../wxRules/callbacks'
import { isChinese, settings } from '../settings'
import { showModal } from './interaction'

const PROFILE = {
  nickName: isChinese ? '微信用户' : 'WeChat user',
  avatarUrl: '',
  gender: 0,
  country: '',
  province: '',
  city: '',
  language: settings.language,
}

/** The permissions that the user has granted (`scope.…`). The preview asks for them as WeChat does. */
const granted: Record<string, boolean> = {}

const userInfo = () => ({
  userInfo: PROFILE,
  rawData: JSON.stringify(PROFILE),
  signature: 'preview',
  encryptedData: '',
  iv: '',
})

async function authorize(scope: string): Promise<void> {
  if (granted[scope] === undefined) {
    const { confirm } = await showModal({
      title: isChinese ? '授权' : 'Permission',
      content: isChinese ? `小程序申请：${scope}` : `The mini program asks for ${scope}`,
      cancelText: isChinese ? '拒绝' : 'Deny',
      confirmText: isChinese ? '允许' : 'Allow',
    })
    granted[scope] = confirm
  }
  if (!granted[scope]) throw new WxError('authorize:fail auth deny', { errno: 103 })
}

/** `wx` calls about the user: login, profile, permissions. Cloud functions know who the user is anyway. */
export const accountApi = {
  login: api('login', () => ({ code: `preview-${crypto.randomUUID()}` })),
  getUserInfo: api('getUserInfo', userInfo),
  getUserProfile: api<{ desc: string }>('getUserProfile', ({ desc }) => {
    if (!desc) throw new WxError('getUserProfile:fail desc length does not meet the requirements')
    return userInfo()
  }),
  authorize: api<{ scope: string }>('authorize', ({ scope }) => authorize(scope)),
  getSetting: api('getSetting', () => ({ authSetting: { ...granted } })),
  openSetting: api('openSetting', () => ({ authSetting: { ...granted } })),
  requestSubscribeMessage: api<{ tmplIds?: string[] }>(
    'requestSubscribeMessage',
    ({ tmplIds = [] }) => Object.fromEntries(tmplIds.map((id) => [id, 'accept'])),
  ),
}

/** Calls that read personal data, which the mini program's privacy agreement has to declare. */
const PRIVATE = (
  'chooseImage chooseMedia chooseVideo chooseMessageFile getClipboardData setClipboardData ' +
  'saveImageToPhotosAlbum saveVideoToPhotosAlbum getUserProfile getUserInfo getLocation getFuzzyLocation'
).split(' ')

type Resolve = (answer: { event: 'exposureAuthorization' | 'agree' | 'disagree' }) => void
type PrivacyListener = (resolve: Resolve, info: { referrer: string }) => void

/**
 * WeChat's privacy checks, which `__usePrivacyCheck__` in app.json turns on
 * (https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/PrivacyAuthorize.html).
 * A call that the privacy agreement does not declare always fails with errno 112.
 */
export class Privacy {
  readonly #isChecked: () => boolean
  #isAgreed = false
  #listener: PrivacyListener | undefined

  /** @param isChecked whether app.json turns the checks on */
  constructor(isChecked: () => boolean) {
    this.#isChecked = isChecked
  }

  readonly api = {
    getPrivacySetting: api('getPrivacySetting', () => ({
      needAuthorization: this.#isChecked() && !this.#isAgreed,
      privacyContractName: isChinese ? '《小程序隐私保护指引》' : 'Privacy agreement',
    })),
    requirePrivacyAuthorize: api('requirePrivacyAuthorize', () =>
      this.#require('requirePrivacyAuthorize'),
    ),
    onNeedPrivacyAuthorization: (listener: PrivacyListener) => {
      this.#listener = listener
    },
    openPrivacyContract: api('openPrivacyContract', async () => {
      await showModal({ title: this.#title, content: '…', showCancel: false })
    }),
    __agreePrivacyAuthorization: api('agreePrivacyAuthorization', () => {
      this.#isAgreed = true
    }),
  }

  /** Puts the checks before the calls that need them. */
  protect<Api extends Record<string, unknown>>(calls: Api): Api {
    const entries = Object.entries(calls).map(([name, call]) => {
      if (!PRIVATE.includes(name) || typeof call !== 'function') return [name, call]
      const checked = api<object>(name, async (options) => {
        await this.#require(name)
        // Callbacks are those of the outer call.
        const { success, fail, complete, ...rest } = options as Record<string, unknown>
        return call(rest)
      })
      return [name, checked]
    })
    return Object.fromEntries(entries)
  }

  get #title(): string {
    return isChinese ? '用户隐私保护提示' : 'Privacy notice'
  }

  async #require(name: string): Promise<void> {
    if (settings.undeclaredPrivacy.includes(name)) {
      throw new WxError(`${name}:fail api scope is not declared in the privacy agreement`, {
        errno: 112,
      })
    }
    if (!this.#isChecked() || this.#isAgreed) return
    this.#isAgreed = await this.#ask(name)
    if (!this.#isAgreed) {
      throw new WxError(`${name}:fail privacy permission is not authorized`, { errno: 104 })
    }
  }

  /** Asks the app's own dialog if it has one, else WeChat's. */
  async #ask(referrer: string): Promise<boolean> {
    const listener = this.#listener
    if (listener) {
      return new Promise((resolve) => {
        listener(
          ({ event }) => {
            if (event !== 'exposureAuthorization') resolve(event === 'agree')
          },
          { referrer },
        )
      })
    }
    const { confirm } = await showModal({
      title: this.#title,
      content: isChinese ? '请阅读并同意隐私保护指引。' : 'Please agree to the privacy agreement.',
      cancelText: isChinese ? '拒绝' : 'Decline',
      confirmText: isChinese ? '同意' : 'Agree',
    })
    return confirm
  }
}
