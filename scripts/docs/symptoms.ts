import { adviceFor, FURTHER_ADVICE } from '@miniprogram-cos/protocol'
import { FAULTS, type FaultCode } from '../cloud/faults'
import type { Text } from '../cloud/language'
import { OWN_CODES } from './ownCodes'

/** What somebody sees, and where the cause and the fix of it stand. */
export interface Symptom {
  /** A text of WeChat, COS or a tool as it is, or what happens. */
  see: string | Text
  /** Code of the error that the client makes of it: docs/ERRORS.md has its row. */
  code?: string
  /** What setup, deploy and doctor call it: its cause and fix are taken from there. */
  fault?: FaultCode
  /** @default that of the fault, or of the code */
  cause?: Text
  /** @default that of the fault, or of the code */
  fix?: Text
}

/** Symptoms that are met in one place. */
export interface SymptomGroup {
  title: Text
  symptoms: Symptom[]
}

/** Why, and what to do: what the symptom says itself, or else its fault, or else its code. */
export function explainSymptom({ code = '', fault, cause, fix }: Symptom): {
  cause: Text
  fix: Text
} {
  const [kind = 'service', en = '', zh = ''] = OWN_CODES[code] ?? []
  const known = fault && FAULTS[fault]
  return {
    cause: cause ?? known?.cause ?? { en, zh },
    fix: fix ?? known?.fix ?? adviceFor(code, kind, FURTHER_ADVICE),
  }
}

/** What WeChat says or does, before COS is asked. */
const PHONE_SYMPTOMS: SymptomGroup = {
  title: { en: 'In the mini program', zh: '小程序内' },
  symptoms: [
    {
      see: 'request:fail url not in domain list',
      code: 'KitDomainNotAllowed',
      fault: 'DomainMissing',
      cause: {
        en: 'WeChat refuses hosts that are not in its lists. In DevTools it works as long as "Do not verify valid domain names" is on.',
        zh: '微信拒绝不在「服务器域名」中的域名。开发者工具勾选「不校验合法域名」时不会报错，真机才会。',
      },
    },
    { see: 'request:fail timeout', code: 'KitTimeout' },
    {
      see: 'request:fail interrupted',
      code: 'KitNetwork',
      cause: {
        en: 'The app was in the background for five seconds: WeChat ends its requests.',
        zh: '小程序进入后台超过 5 秒，微信会中断请求。',
      },
      fix: {
        en: 'Nothing for uploads: they wait and go on when the app is shown. Repeat other calls then.',
        zh: '上传会等待，回到前台后自动继续，无需处理；其他调用请在回到前台后重试。',
      },
    },
    {
      see: "module 'miniprogram-cos' is not defined",
      cause: {
        en: 'WeChat finds only packages that DevTools has built.',
        zh: '微信只能找到开发者工具构建过的 npm 包。',
      },
      fix: {
        en: 'DevTools: Tools → Build npm. Or copy one file: docs/guides/single-file.md.',
        zh: '开发者工具：工具 → 构建 npm；或只复制一个文件：docs/guides/single-file.md。',
      },
    },
    {
      see: { en: 'The main package is over 2 MB', zh: '主包超过 2 MB' },
      cause: {
        en: 'The client counts with its compiled size, which `npm run check:wechat` prints.',
        zh: '按编译后的体积计算，`npm run check:wechat` 会打印客户端所占大小。',
      },
      fix: {
        en: "An app that only uploads requires 'miniprogram-cos/upload'; or put the client into a sub-package.",
        zh: "只上传的应用可改用 'miniprogram-cos/upload'；或把客户端放入分包。",
      },
    },
    {
      see: {
        en: 'An upload begins anew after a restart of the app',
        zh: '重启小程序后上传从头开始',
      },
      cause: {
        en: 'An upload is gone on with only for the same content under the same key. The file must still be there, which WeChat does not promise of temporary ones.',
        zh: '内容与 Key 都相同才会续传。文件仍须存在，而微信不保证保留临时文件。',
      },
      fix: {
        en: 'Keep the file with `wx.getFileSystemManager().saveFile`, and give it to the same Key: docs/guides/large-files.md.',
        zh: '用 `wx.getFileSystemManager().saveFile` 保存文件，并以相同的 Key 上传：docs/guides/large-files.md。',
      },
    },
    {
      see: {
        en: 'A picture is downloaded by the browser or a web-view instead of shown',
        zh: '浏览器或 web-view 下载图片而不是显示',
      },
      cause: {
        en: 'COS answers on the default domains of buckets made since 2024 with `Content-Disposition: attachment` (document 436/57456).',
        zh: '2024 年起创建的存储桶，其默认域名的响应带有 `Content-Disposition: attachment`（文档 436/57456）。',
      },
      fix: {
        en: "Bind a domain of your own to the bucket, and name it in the client's option Domain.",
        zh: '为存储桶绑定自定义域名，并填入客户端选项 Domain。',
      },
    },
  ],
}

/** What goes wrong on the way to a key. */
const FUNCTION_SYMPTOMS: SymptomGroup = {
  title: { en: 'The cloud function', zh: '云函数' },
  symptoms: [
    {
      see: "Cloud API isn't enabled, please call wx.cloud.init first",
      code: 'KitFunctionFailed',
      cause: {
        en: 'The app has not said which environment it uses.',
        zh: '小程序尚未初始化云开发环境。',
      },
      fix: {
        en: '`wx.cloud.init({ env })` in app.js, before the first call.',
        zh: '在 app.js 中、首次调用之前执行 `wx.cloud.init({ env })`。',
      },
    },
    {
      see: 'errCode: -501000 | errMsg: FunctionName parameter could not be found',
      code: 'KitFunctionFailed',
      fault: 'FunctionNotDeployed',
    },
    { see: 'errCode: -504002', code: 'KitFunctionFailed', fault: 'FunctionFails' },
    {
      see: 'COS_STS_SECRET_ID is not set',
      code: 'KitMisconfigured',
      fault: 'VariableMissing',
    },
    { see: 'KitStsFailed', code: 'KitStsFailed', fault: 'StsRefused' },
    { see: 'KitNoIdentity', code: 'KitNoIdentity' },
    { see: 'KitRequestRefused', code: 'KitRequestRefused' },
    {
      see: 'KitPathRefused',
      code: 'KitPathRefused',
      fix: {
        en: 'Begin every Key with the prefix of `await cos.caller()`, or add a rule to cos.config.ts and deploy.',
        zh: '每个 Key 以 `await cos.caller()` 的 prefix 开头；或在 cos.config.ts 中增加规则并重新部署。',
      },
    },
  ],
}

/** What COS answers. */
const COS_SYMPTOMS: SymptomGroup = {
  title: { en: 'COS answers', zh: 'COS 返回' },
  symptoms: [
    {
      see: '403 AccessDenied',
      code: 'AccessDenied',
      cause: {
        en: "The key may not do that there: another user's folder, a missing prefix, a list without Prefix, or a verb that no rule allows.",
        zh: '密钥无权在该处执行此操作：他人的目录、缺少前缀、列表未带 Prefix，或没有规则允许该操作。',
      },
    },
    {
      see: '403 AccessDenied: Request has expired',
      code: 'AccessDenied',
      cause: {
        en: 'A signed URL is used after its end, which is also that of the key that signed it.',
        zh: '签名 URL 已过期；其有效期不会超过签发它的密钥。',
      },
      fix: {
        en: 'Ask `getObjectUrl` for a new one when it is shown; do not store signed URLs.',
        zh: '展示时再调用 `getObjectUrl` 获取；不要保存签名 URL。',
      },
    },
    {
      see: '403 AccessDenied: denied by bucket referer',
      code: 'AccessDenied',
      fault: 'RefererBlocks',
    },
    {
      see: '403 SignatureDoesNotMatch',
      code: 'SignatureDoesNotMatch',
      cause: {
        en: 'What arrived is not what was signed: a wrong SecretKey, or something on the way changed a path, parameter or header.',
        zh: '收到的请求与签名内容不一致：SecretKey 有误，或路径、参数、头部在途中被改动。',
      },
    },
    {
      see: '403 InvalidAccessKeyId',
      code: 'InvalidAccessKeyId',
      cause: {
        en: 'The SecretId does not exist, or a temporary key came without its token.',
        zh: 'SecretId 不存在，或临时密钥缺少 token。',
      },
    },
    {
      see: '400 ExpiredToken',
      code: 'ExpiredToken',
      cause: {
        en: 'The temporary key is past its end. The client drops it and asks for another once by itself.',
        zh: '临时密钥已过期。客户端会丢弃它并自动重新获取一次。',
      },
    },
    {
      see: '403 RequestTimeTooSkewed',
      code: 'RequestTimeTooSkewed',
      cause: {
        en: "The phone's clock is off. The client learns the difference and sends again, unless CorrectClockSkew is false.",
        zh: '手机时间不准。客户端会校正时差并重发，除非 CorrectClockSkew 为 false。',
      },
    },
    {
      see: '403 PathStyleDomainForbidden',
      code: 'PathStyleDomainForbidden',
      fault: 'PathStyle',
    },
    { see: '404 NoSuchBucket', code: 'NoSuchBucket', fault: 'BucketUnknown' },
    {
      see: '404 NoSuchKey',
      code: 'NoSuchKey',
      cause: { en: 'There is no such object.', zh: '对象不存在。' },
    },
    {
      see: '404 NoSuchUpload',
      code: 'NoSuchUpload',
      cause: {
        en: 'The upload in parts is over. `uploadFile` recognises one whose completion only lost its answer.',
        zh: '该分块上传已结束。若只是完成时的响应丢失，`uploadFile` 能识别。',
      },
    },
    {
      see: '409 FileAlreadyExists',
      code: 'FileAlreadyExists',
      cause: {
        en: 'ForbidOverwrite is set, and there is an object under this key.',
        zh: '设置了 ForbidOverwrite，且该 Key 已有对象。',
      },
    },
    {
      see: '501 NotImplemented',
      cause: {
        en: 'The local COS does not imitate image processing, server-side encryption, restore and object lock, and says so.',
        zh: '本地 COS 未模拟图片处理、服务端加密、归档恢复与对象锁定，并如实返回。',
      },
      fix: {
        en: 'Try it against a real bucket.',
        zh: '请在真实存储桶上验证。',
      },
    },
  ],
}

export const SYMPTOM_GROUPS = [PHONE_SYMPTOMS, FUNCTION_SYMPTOMS, COS_SYMPTOMS]
