import { adviceFor } from '@miniprogram-cos/protocol'
import { CLOUD_ERRORS, type CloudErrorCode } from '../cloud/errors'
import type { Text } from '../text'
import { OWN_CODES } from './ownCodes'

/** A symptom with its cause and fix. */
export interface Symptom {
  /** A literal message of WeChat, COS or a tool, or a description. */
  message: string | Text
  /** Matches the other texts by which WeChat and CloudBase report it. */
  pattern?: RegExp
  /** Code of the client's error, which docs/ERRORS.md describes. */
  code?: string
  /** The code in CLOUD_ERRORS that setup, deploy and doctor report, which has a cause and a fix. */
  cloudError?: CloudErrorCode
  /** @default that of the cloud error, or of the code */
  cause?: Text
  /** @default that of the cloud error, or of the code */
  fix?: Text
}

/** Symptoms of one part of the system. */
export interface SymptomGroup {
  title: Text
  symptoms: Symptom[]
}

/** The cause and fix of a symptom: its own, those of its cloud error, or those of its code. */
export function explainSymptom({ code = '', cloudError, cause, fix }: Symptom): {
  cause: Text
  fix: Text
} {
  const [kind = 'service', en = '', zh = ''] = OWN_CODES[code] ?? []
  const known = cloudError && CLOUD_ERRORS[cloudError]
  return {
    cause: cause ?? known?.cause ?? { en, zh },
    fix: fix ?? known?.fix ?? adviceFor(code, kind),
  }
}

/** The symptom whose pattern matches a text, or whose literal message it contains; the longest of several messages. */
export function findSymptom(text: string): Symptom | undefined {
  const symptoms = SYMPTOM_GROUPS.flatMap((group) => group.symptoms)
  const matching = symptoms.find(({ pattern }) => pattern?.test(text))
  if (matching) return matching
  const contained = symptoms.filter(
    ({ message }) => typeof message === 'string' && text.includes(message),
  )
  return contained.sort((a, b) => String(b.message).length - String(a.message).length)[0]
}

export const SYMPTOM_GROUPS: SymptomGroup[] = [
  // Errors of WeChat, before a request reaches COS.
  {
    title: { en: 'In the mini program', zh: '小程序内' },
    symptoms: [
      {
        message: 'request:fail url not in domain list',
        pattern: /url not in domain list|600002|不在以下.*域名/,
        code: 'KitDomainNotAllowed',
        cloudError: 'DomainMissing',
        cause: {
          en: 'WeChat refuses hosts that are not in its lists. In DevTools it works as long as "Do not verify valid domain names" is on.',
          zh: '微信拒绝不在“服务器域名”中的域名。开发者工具勾选“不校验合法域名”时不会报错，真机才会。',
        },
      },
      { message: 'request:fail timeout', code: 'KitTimeout' },
      {
        message: 'request:fail interrupted',
        code: 'KitNetwork',
        cause: {
          en: 'The app was in the background for five seconds: WeChat interrupts its requests.',
          zh: '小程序进入后台超过 5 秒，微信会中断请求。',
        },
        fix: {
          en: 'Uploads wait and continue by themselves when the app is shown; repeat other calls then.',
          zh: '上传会等待，回到前台后自动继续，无需处理；其他调用请在回到前台后重试。',
        },
      },
      {
        message: "module 'miniprogram-cos' is not defined",
        cause: {
          en: 'WeChat loads only npm packages that DevTools has built.',
          zh: '微信只能找到开发者工具构建过的 npm 包。',
        },
        fix: {
          en: 'DevTools: Tools → Build npm. Or copy one file: docs/guides/single-file.md.',
          zh: '开发者工具：工具 → 构建 npm；或只复制一个文件：docs/guides/single-file.md。',
        },
      },
      {
        message: { en: 'The main package is over 2 MB', zh: '主包超过 2 MB' },
        cause: {
          en: 'The compiled size of the client counts; `npm run check:wechat` prints it.',
          zh: '按编译后的体积计算，`npm run check:wechat` 会打印客户端所占大小。',
        },
        fix: {
          en: "If the app only uploads, require 'miniprogram-cos/upload', or put the client into a subpackage.",
          zh: "只上传的应用可改用 'miniprogram-cos/upload'；或把客户端放入分包。",
        },
      },
      {
        message: {
          en: 'An upload starts from the beginning after a restart of the app',
          zh: '重启小程序后上传从头开始',
        },
        cause: {
          en: 'An upload resumes only for the same content under the same Key. The file must still exist, which WeChat does not guarantee for temporary files.',
          zh: '内容与 Key 都相同才会续传。文件仍须存在，而微信不保证保留临时文件。',
        },
        fix: {
          en: 'Save the file with `wx.getFileSystemManager().saveFile` and upload it to the same Key: docs/guides/large-files.md.',
          zh: '用 `wx.getFileSystemManager().saveFile` 保存文件，并以相同的 Key 上传：docs/guides/large-files.md。',
        },
      },
      {
        message: {
          en: 'The browser or a web-view downloads a picture instead of showing it',
          zh: '浏览器或 web-view 下载图片而不是显示',
        },
        cause: {
          en: 'On the default domain of buckets created since 2024, COS sends `Content-Disposition: attachment` (document 436/57456).',
          zh: '2024 年起创建的存储桶，其默认域名的响应带有 `Content-Disposition: attachment`（文档 436/57456）。',
        },
        fix: {
          en: "Bind a custom domain to the bucket and set it as the client's option Domain.",
          zh: '为存储桶绑定自定义域名，并填入客户端选项 Domain。',
        },
      },
    ],
  },
  // Errors of the cloud functions.
  {
    title: { en: 'The cloud function', zh: '云函数' },
    symptoms: [
      {
        message: "Cloud API isn't enabled, please call wx.cloud.init first",
        code: 'KitFunctionFailed',
        cause: {
          en: 'The app has not initialised its cloud environment.',
          zh: '小程序尚未初始化云开发环境。',
        },
        fix: {
          en: '`wx.cloud.init({ env })` in app.js, before the first call.',
          zh: '在 app.js 中、首次调用之前执行 `wx.cloud.init({ env })`。',
        },
      },
      {
        message: 'errCode: -501000 | errMsg: FunctionName parameter could not be found',
        pattern: /-501000|FunctionName parameter could not be found/,
        code: 'KitFunctionFailed',
        cloudError: 'FunctionNotDeployed',
      },
      {
        message: 'errCode: -504002',
        pattern: /-50400[123]|-404011/,
        code: 'KitFunctionFailed',
        cloudError: 'FunctionFails',
      },
      {
        message: 'COS_STS_SECRET_ID is not set',
        pattern: /COS_STS_SECRET_(ID|KEY).*(not set|未设置)|KitMisconfigured/,
        code: 'KitMisconfigured',
        cloudError: 'VariableMissing',
      },
      {
        message: 'KitStsFailed',
        pattern: /KitStsFailed/,
        code: 'KitStsFailed',
        cloudError: 'StsRefused',
      },
      { message: 'KitNoIdentity', code: 'KitNoIdentity' },
      { message: 'KitRequestRefused', code: 'KitRequestRefused' },
      {
        message: 'Error -502005',
        code: 'KitHookFailed',
        cause: {
          en: 'The collection that the hook writes to does not exist.',
          zh: '钩子写入的集合不存在。',
        },
        fix: {
          en: 'Create it in the CloudBase console; for the local cloud, start `dev` with `--collection NAME`.',
          zh: '请在云开发控制台创建该集合；使用本地云时，请用 `dev --collection 集合名` 启动。',
        },
      },
      {
        message: 'KitPathRefused',
        code: 'KitPathRefused',
        fix: {
          en: 'Start every Key with the prefix of `await cos.caller()`, or add a rule to cos.config.ts and deploy.',
          zh: '每个 Key 以 `await cos.caller()` 的 prefix 开头；或在 cos.config.ts 中增加规则并重新部署。',
        },
      },
    ],
  },
  // Responses of COS.
  {
    title: { en: 'Responses of COS', zh: 'COS 返回' },
    symptoms: [
      {
        message: '403 AccessDenied',
        code: 'AccessDenied',
        cause: {
          en: "The key does not permit this request: another user's folder, a missing prefix, a list without Prefix, or a verb that no rule allows.",
          zh: '密钥无权在该处执行此操作：他人的目录、缺少前缀、列表未带 Prefix，或没有规则允许该操作。',
        },
      },
      {
        message: '403 AccessDenied: Request has expired',
        code: 'AccessDenied',
        cause: {
          en: 'The signed URL has expired. It never outlives the key that signed it.',
          zh: '签名 URL 已过期；其有效期不会超过签发它的密钥。',
        },
        fix: {
          en: 'Call `getObjectUrl` again when the URL is shown; do not store signed URLs.',
          zh: '展示时再调用 `getObjectUrl` 获取；不要保存签名 URL。',
        },
      },
      {
        message: '403 AccessDenied: denied by bucket referer',
        pattern: /denied by bucket referer/,
        code: 'AccessDenied',
        cloudError: 'RefererBlocks',
      },
      {
        message: '403 SignatureDoesNotMatch',
        code: 'SignatureDoesNotMatch',
        cause: {
          en: 'The request differs from what was signed: a wrong SecretKey, or a proxy changed a path, parameter or header.',
          zh: '收到的请求与签名内容不一致：SecretKey 有误，或路径、参数、头部在途中被改动。',
        },
      },
      {
        message: '403 InvalidAccessKeyId',
        code: 'InvalidAccessKeyId',
        cause: {
          en: 'The SecretId does not exist, or a temporary key was sent without its token.',
          zh: 'SecretId 不存在，或临时密钥缺少 token。',
        },
      },
      {
        message: '400 ExpiredToken',
        code: 'ExpiredToken',
        cause: {
          en: 'The temporary key has expired. The client discards it and requests a new one once by itself.',
          zh: '临时密钥已过期。客户端会丢弃它并自动重新获取一次。',
        },
      },
      {
        message: '403 RequestTimeTooSkewed',
        code: 'RequestTimeTooSkewed',
        cause: {
          en: "The phone's clock is wrong. The client corrects for the difference and sends again, unless CorrectClockSkew is false.",
          zh: '手机时间不准。客户端会校正时差并重发，除非 CorrectClockSkew 为 false。',
        },
      },
      {
        message: '403 PathStyleDomainForbidden',
        pattern: /PathStyleDomainForbidden/,
        code: 'PathStyleDomainForbidden',
        cloudError: 'PathStyle',
      },
      { message: '404 NoSuchBucket', code: 'NoSuchBucket', cloudError: 'BucketUnknown' },
      {
        message: '404 NoSuchKey',
        code: 'NoSuchKey',
        cause: { en: 'The object does not exist.', zh: '对象不存在。' },
      },
      {
        message: '404 NoSuchUpload',
        code: 'NoSuchUpload',
        cause: {
          en: 'The multipart upload has ended. `uploadFile` recognises one whose completion merely lost its response.',
          zh: '该分块上传已结束。若只是完成时的响应丢失，`uploadFile` 能识别。',
        },
      },
      {
        message: '409 FileAlreadyExists',
        code: 'FileAlreadyExists',
        cause: {
          en: 'ForbidOverwrite is set, and an object with this key exists.',
          zh: '设置了 ForbidOverwrite，且该 Key 已有对象。',
        },
      },
      {
        message: '501 NotImplemented',
        cause: {
          en: 'The local COS does not emulate SSE-KMS, SSE-C, object lock, callbacks, or processing other than of images and video snapshots.',
          zh: '本地 COS 未模拟 SSE-KMS 与 SSE-C 加密、对象锁定、回调，以及图片处理和视频截帧以外的数据处理。',
        },
        fix: {
          en: 'The message names the missing feature: test it with a real bucket. Images need the package sharp, snapshots ffmpeg.',
          zh: '消息中写明了缺少的功能：请在真实存储桶上验证。图片处理需安装 sharp，视频截帧需安装 ffmpeg。',
        },
      },
    ],
  },
]
