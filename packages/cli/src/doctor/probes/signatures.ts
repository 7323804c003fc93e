import { cosClient, hasStrictSignature } from '../../cloud/bucketRules'
import { deployKey } from '../../cloud/settings'
import { readRequestId } from '../explain'
import type { Probe } from '../live/liveCloud'
import { describeAnswer, SkippedProbe } from '../live/liveCloud'

const MINUTE = 60

/** Signatures, keys and RequestIds. */
export const signaturesProbes: Probe[] = [
  {
    id: 'signature-in-the-future',
    assumed: {
      en: 'A signature that begins in the future is accepted up to 15 minutes ahead (`RequestTimeTooSkewed` beyond).',
      zh: '生效时间在未来 15 分钟以内的签名会被接受，超过则返回 `RequestTimeTooSkewed`。',
    },
    async run(live) {
      const now = Math.floor(Date.now() / 1000)
      const beginning = (minutes: number) => {
        const start = now + minutes * MINUTE
        return live.send({
          method: 'PUT',
          name: 'future',
          body: 'x',
          keyTime: `${start};${start + 600}`,
        })
      }
      return [
        {
          what: 'begins in 10 minutes',
          expected: '200',
          seen: describeAnswer(await beginning(10)),
        },
        {
          what: 'begins in 20 minutes',
          expected: '403 RequestTimeTooSkewed',
          seen: describeAnswer(await beginning(20)),
        },
      ]
    },
  },
  {
    id: 'token-missing-or-foreign',
    assumed: {
      en: 'A temporary key without its token, or with a foreign one, is answered with `InvalidAccessKeyId`.',
      zh: '临时密钥缺少 token 或使用他人的 token 时返回 `InvalidAccessKeyId`。',
    },
    async run(live) {
      const { SecretId, SecretKey } = await live.ownKey()
      const { token = '' } = await live.keyFor(live.allow(['GetObject']))
      const expected = '403 InvalidAccessKeyId'
      const read = (key: { SecretId: string; SecretKey: string; token?: string }) =>
        live.send({ name: 'nothing', key })
      return [
        { what: 'no token', expected, seen: describeAnswer(await read({ SecretId, SecretKey })) },
        {
          what: "another key's token",
          expected,
          seen: describeAnswer(await read({ SecretId, SecretKey, token })),
        },
      ]
    },
  },
  {
    id: 'request-id',
    assumed: {
      en: "COS's RequestId is base64 of the second in hex, `_`, and more; it begins with N.",
      zh: 'COS 的 RequestId 是“十六进制秒数 + `_` + 其他”的 base64，以 N 开头。',
    },
    async run(live) {
      const { headers } = await live.send({ name: 'nothing' })
      const id = readRequestId(headers['x-cos-request-id'] ?? '')
      const isNow = id?.kind === 'cos' && Math.abs(id.time.getTime() - Date.now()) < 10 * 60_000
      return [
        { what: 'its time', expected: 'now', seen: isNow ? 'now' : JSON.stringify(id ?? 'none') },
      ]
    },
  },
  {
    id: 'unsigned-processing',
    assumed: {
      en: 'Strict signature mode refuses a `Pic-Operations` header that is not signed, when the rule lists that header.',
      zh: '规则列出 `Pic-Operations` 头部时，严格签名模式拒绝未签名的该头部。',
    },
    async run(live) {
      const cos = cosClient(deployKey(live.context.settings))
      const isSet = await hasStrictSignature(cos, live.place).catch(() => false)
      if (!isSet)
        throw new SkippedProbe('the bucket has no strict signature rule, or it is unreadable')
      const operations = { 'Pic-Operations': '{"is_pic_info":1,"rules":[]}' }
      const put = (unsignedHeaders: Record<string, string>) =>
        live.send({ method: 'PUT', name: 'processed.txt', body: 'x', unsignedHeaders })
      return [
        { what: 'without the header', expected: '200', seen: describeAnswer(await put({})) },
        {
          what: 'added after signing',
          expected: '403 AccessDenied',
          seen: describeAnswer(await put(operations)),
        },
      ]
    },
  },
  {
    id: 'path-style',
    assumed: {
      en: 'Path style is answered with `PathStyleDomainForbidden`, for buckets made since 2024-01-01.',
      zh: '2024-01-01 起创建的存储桶对路径形式返回 `PathStyleDomainForbidden`。',
    },
    async run(live) {
      const { Bucket, Region } = live.place
      const host = `cos.${Region}.myqcloud.com`
      const answer = await live.send({ host, path: `/${Bucket}/${live.folder}nothing` })
      return [
        {
          what: 'path style',
          expected: '403 PathStyleDomainForbidden',
          seen: describeAnswer(answer),
        },
      ]
    },
  },
]
