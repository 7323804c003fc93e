import { randomBytes } from 'node:crypto'
import { CloudApi } from '../../cloud/account'
import { cosClient, hasStrictSignature } from '../../cloud/bucketSettings'
import { CloudError } from '../../cloud/errors'
import { deployKey } from '../../cloud/settings'
import { functionNames } from '../../project'
import { observe, type Probe } from './liveCloud'

/** CloudBase, its functions, and what deploying needs. */
export const platformProbes: Probe[] = [
  {
    id: 'unknown-environment',
    assumed: {
      en: 'Any `ResourceNotFound` or `InvalidParameter` of `DescribeEnvInfo` means an unknown environment, or one of another account.',
      zh: '`DescribeEnvInfo` 返回的任何 `ResourceNotFound` 或 `InvalidParameter` 都表示环境不存在或属于其他账号。',
    },
    async run({ context }) {
      const env = `none-${randomBytes(6).toString('hex')}`
      const answer = new CloudApi(deployKey(context.settings), env).environment().then(
        () => 'an answer',
        (error) => (error instanceof CloudError ? error.code : String(error)),
      )
      return [await observe('no such environment', 'EnvironmentUnknown', answer)]
    },
  },
  {
    id: 'runtime',
    assumed: {
      en: 'The runtime `Nodejs20.19` is available in every region.',
      zh: '各地域都提供运行环境 `Nodejs20.19`。',
    },
    async run({ context: { settings, config } }) {
      const cloud = new CloudApi(deployKey(settings), config.env)
      const names = functionNames()
      const states = await Promise.all(names.map((name) => cloud.functionState(name)))
      return states.map((state, i) => ({
        what: names[i] ?? '',
        expected: 'Nodejs20.19, Active',
        seen: `${state?.Runtime}, ${state?.Status}`,
      }))
    },
  },
  {
    id: 'strict-signature-actions',
    assumed: {
      en: 'CAM knows the two actions for strict signatures by the names used here, and COS returns the rule in a known form.',
      zh: 'CAM 中两个严格签名接口的名称，以及 COS 返回该规则的格式，与此处所用一致。',
    },
    async run({ context, bucketParams }) {
      const isSet = await hasStrictSignature(
        cosClient(deployKey(context.settings)),
        bucketParams,
      ).catch((error: { code?: string }) => error.code ?? 'no answer')
      return [
        {
          what: 'the rule, read by the deployer',
          expected: 'recognised',
          seen: isSet === true ? 'recognised' : String(isSet),
        },
      ]
    },
  },
  {
    id: 'code-address-is-fresh',
    assumed: {
      en: "The download address of a function's code serves the new code at once. If it does not, a deployment ends with `CodeDiffers`: deploy again.",
      zh: '云函数的代码下载地址立即返回新代码（否则部署以 `CodeDiffers` 结束：再执行一次即可）。',
    },
    byHand: {
      en: 'Change a rule, run npm run deploy: does it end with CodeDiffers?',
      zh: '修改一条规则后执行 npm run deploy：是否以 CodeDiffers 结束？',
    },
  },
  {
    id: 'pass-role',
    assumed: {
      en: 'Deploying requires `cam:PassRole` in every account.',
      zh: '所有账号部署时都需要 `cam:PassRole`。',
    },
    byHand: {
      en: 'Take cam:PassRole from the deployer and run npm run deploy: is it NotAuthorized?',
      zh: '移除部署子账号的 cam:PassRole 后执行 npm run deploy：是否为 NotAuthorized？',
    },
  },
  {
    id: 'tcb-source',
    assumed: {
      en: '`TCB_SOURCE` is `wx_client` or `wx_devtools` for every direct call of a mini program: the functions refuse all others.',
      zh: '小程序直接调用时 `TCB_SOURCE` 总为 `wx_client` 或 `wx_devtools`：云函数拒绝其他来源。',
    },
    byHand: {
      en: 'Run the demo in DevTools, as a preview and as a released version, on Android and iOS: does any answer with KitNoIdentity?',
      zh: '分别在开发者工具、预览版与正式版，以及 Android 与 iOS 上运行示例：是否有 KitNoIdentity？',
    },
  },
  {
    id: 'warm-environment',
    assumed: {
      en: 'The platform clears the environment of a warm function instance between two calls. The functions do not rely on it.',
      zh: '平台会在两次调用之间清除热实例的环境变量。云函数不依赖这一点。',
    },
    byHand: {
      en: "A function that returns process.env.WX_OPENID, called from a phone and then by the console's test button: is the second answer empty?",
      zh: '部署一个返回 process.env.WX_OPENID 的云函数，先从手机调用，再用控制台的测试按钮调用：第二次是否为空？',
    },
  },
  {
    id: 'snapshot-action',
    assumed: {
      en: 'A key needs `ci:GenerateSnapshot` besides `GetObject` for a video snapshot.',
      zh: '密钥截取视频帧除 `GetObject` 外还需要 `ci:GenerateSnapshot`。',
    },
    byHand: {
      en: 'With media processing enabled, open `ci-process=snapshot` of a video by a key, in a rule with and one without videoCovers: is only the second refused?',
      zh: '开通媒体处理后，用密钥请求视频的 `ci-process=snapshot`，规则分别带与不带 videoCovers：是否只有后者被拒绝？',
    },
  },
  {
    id: 'snapshot-of-public-object',
    assumed: {
      en: 'A snapshot of a video that everyone may read needs no key.',
      zh: '公有读的视频无需密钥即可截帧。',
    },
    byHand: {
      en: 'With media processing enabled, open a public video with `?ci-process=snapshot&time=1` and no signature: is it a picture?',
      zh: '开通媒体处理后，不带签名访问公有读视频的 `?ci-process=snapshot&time=1`：返回的是否为图片？',
    },
  },
]

/** Probes that need a phone. */
export const phoneProbes: Probe[] = [
  {
    id: 'upload-response-headers',
    assumed: {
      en: "WeChat's `uploadFile` delivers the response headers, and so the ETag, on every phone.",
      zh: '微信 `uploadFile` 在所有手机上都返回响应头（因而有 ETag）。',
    },
    byHand: {
      en: 'In the demo upload a small picture, on Android and iOS: does the page of its details show an ETag?',
      zh: '在 Android 与 iOS 的示例中上传一张小图：详情页是否显示 ETag？',
    },
  },
  {
    id: 'ranges-of-large-files',
    assumed: {
      en: 'Ranges of files over 100 MB can be read by `open` and `read` on every phone.',
      zh: '所有手机都能用 `open` 与 `read` 读取超过 100 MB 文件的片段。',
    },
    byHand: {
      en: 'In the demo upload a file of 150 MB, on Android and iOS: does it end with Done?',
      zh: '在 Android 与 iOS 的示例中上传 150 MB 的文件：是否完成？',
    },
  },
  {
    id: 'interrupted-before-next',
    assumed: {
      en: 'After WeChat has interrupted the requests of a page, `onAppShow` fires before its next request fails.',
      zh: '请求被微信中断的页面，在下一个请求失败之前会收到 `onAppShow`。',
    },
    byHand: {
      en: 'In the demo begin a large upload, leave WeChat for 30 seconds and come back: does it continue by itself?',
      zh: '在示例中开始一个大文件上传，离开微信 30 秒后返回：是否自动继续？',
    },
  },
  {
    id: 'md5-of-large-files',
    assumed: {
      en: '`getFileInfo` computes the MD5 of a large file quickly on every phone: it identifies the file of an upload that resumes after a restart of the app.',
      zh: '`getFileInfo` 在所有手机上都能很快给出大文件的 MD5：小程序重启后的续传靠它识别文件。',
    },
    byHand: {
      en: 'In the demo choose a file of 150 MB again after a restart: how long until the upload resumes?',
      zh: '重启后在示例中再次选择 150 MB 的文件：多久之后继续上传？',
    },
  },
  {
    id: 'shared-sockets',
    assumed: {
      en: '`request`, `uploadFile` and `downloadFile` share one limit of 10 connections, and further requests wait.',
      zh: '`request`、`uploadFile`、`downloadFile` 共用 10 个连接，超出的请求会等待。',
    },
    byHand: {
      en: 'In the demo upload 20 small files at a time while pictures load: does any row fail at once?',
      zh: '在示例中同时上传 20 个小文件并加载图片：是否有某一项立即失败？',
    },
  },
  {
    id: 'domain-error-texts',
    assumed: {
      en: 'On each platform, the error for a host that is not on a list has the text `url not in domain list` or the `errno` 600002.',
      zh: '域名不在列表中时各平台的错误文本与 `errno`：`url not in domain list` 或 600002。',
    },
    byHand: {
      en: 'Take the host off one list, and open Isolation → Check on Android, iOS and in DevTools: is the host named as missing?',
      zh: '从一个列表中移除域名，在 Android、iOS 与开发者工具中打开“隔离 → 检查”：是否提示缺少该域名？',
    },
  },
]
