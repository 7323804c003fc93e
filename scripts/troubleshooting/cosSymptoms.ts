import type { SymptomGroup } from './symptom'

/** What COS answers. */
export const COS_SYMPTOMS: SymptomGroup = {
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
