import { checkConfig, compilePolicy, grantsOf, MAX_POLICY_CHARS } from '@miniprogram-cos/server'
import { cosClient, hasStrictSignature } from '../../cloud/bucketSettings'
import { deployKey } from '../../cloud/settings'
import { PROBE_USER } from '../accessCheck'
import { readRequestId } from '../explain'
import { type LiveCloud, type LiveRequest, observe, type Probe, SkippedProbe } from './liveCloud'

const MINUTE = 60

/** The ACL group of all users (document 436/7733). */
const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'

/** Requests a key with the policy that cos-credentials would use for the probe's user. */
function issuedKey(live: LiveCloud) {
  const { rules, bucket, region } = checkConfig(live.context.config)
  const grants = grantsOf(rules, { openid: PROBE_USER, groups: [] })
  return live.keyFor(...compilePolicy(grants, { bucket, region }).statement)
}

/** Creates a statement that permits reading one object, in a policy of the given length. */
function paddedTo(live: LiveCloud, length: number) {
  const one = live.allow(['GetObject'], `${live.folder}nothing`)
  const frame = JSON.stringify({ version: '2.0', statement: [{ ...one, resource: [] }] }).length
  const resources: string[] = []
  let left = length - frame
  for (let i = 0; left > 200; i++) {
    const resource = live.resource(`${live.folder}${String(i).padStart(4, '0')}`)
    resources.push(resource)
    left -= resource.length + 3
  }
  const last = live.resource(live.folder)
  return {
    ...one,
    resource: [...resources, last + 'x'.repeat(Math.max(0, left - last.length - 2))],
  }
}

/** Signatures and keys; policies, as STS accepts and COS evaluates them. */
export const accessProbes: Probe[] = [
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
        await observe('begins in 10 minutes', '200', beginning(10)),
        await observe('begins in 20 minutes', '403 RequestTimeTooSkewed', beginning(20)),
      ]
    },
  },
  {
    id: 'token-missing-or-foreign',
    assumed: {
      en: 'A temporary key without its token, or with the token of another key, gets `InvalidAccessKeyId`.',
      zh: '临时密钥缺少 token 或使用其他密钥的 token 时返回 `InvalidAccessKeyId`。',
    },
    async run(live) {
      const { SecretId, SecretKey } = await live.ownKey()
      const { token = '' } = await live.keyFor(live.allow(['GetObject']))
      const expected = '403 InvalidAccessKeyId'
      const read = (key: { SecretId: string; SecretKey: string; token?: string }) =>
        live.send({ name: 'nothing', key })
      return [
        await observe('no token', expected, read({ SecretId, SecretKey })),
        await observe("another key's token", expected, read({ SecretId, SecretKey, token })),
      ]
    },
  },
  {
    id: 'request-id',
    assumed: {
      en: 'A RequestId of COS is base64 of the Unix time in hex, `_` and a random part; it begins with N.',
      zh: 'COS 的 RequestId 是“十六进制 Unix 秒数 + `_` + 随机部分”的 base64，以 N 开头。',
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
      const isSet = await hasStrictSignature(cos, live.bucketParams).catch(() => false)
      if (!isSet)
        throw new SkippedProbe('the bucket has no strict signature rule, or it is unreadable')
      const operations = { 'Pic-Operations': '{"is_pic_info":1,"rules":[]}' }
      const put = (unsignedHeaders: Record<string, string>) =>
        live.send({ method: 'PUT', name: 'processed.txt', body: 'x', unsignedHeaders })
      return [
        await observe('without the header', '200', put({})),
        await observe('added after signing', '403 AccessDenied', put(operations)),
      ]
    },
  },
  {
    id: 'path-style',
    assumed: {
      en: 'Path-style requests to buckets created since 2024-01-01 get `PathStyleDomainForbidden`.',
      zh: '2024-01-01 起创建的存储桶对路径形式返回 `PathStyleDomainForbidden`。',
    },
    async run(live) {
      const { Bucket, Region } = live.bucketParams
      const host = `cos.${Region}.myqcloud.com`
      const answer = live.send({ host, path: `/${Bucket}/${live.folder}nothing` })
      return [await observe('path style', '403 PathStyleDomainForbidden', answer)]
    },
  },
  {
    id: 'list-permission',
    assumed: {
      en: 'List permissions are evaluated on `<bucket>/<prefix>`.',
      zh: '列表权限按 `<存储桶>/<前缀>` 判断。',
    },
    async run(live) {
      const key = await live.keyFor(live.allow(['GetBucket']))
      const list = (prefix: string) => live.send({ query: { prefix, 'max-keys': '1' }, key })
      return [
        await observe('the folder it names', '200', list(live.folder)),
        await observe(
          'another folder with the same prefix',
          '403 AccessDenied',
          list(`${live.folder.slice(0, -1)}-beside/`),
        ),
      ]
    },
  },
  {
    id: 'part-copy-permission',
    assumed: {
      en: 'Upload Part - Copy needs `PutObject` on the target and `GetObject` on the source.',
      zh: 'Upload Part - Copy 需要目标的 `PutObject` 与源的 `GetObject` 权限。',
    },
    async run(live) {
      await live.send({ method: 'PUT', name: 'source', body: 'source' })
      const uploadId = await live.beginUpload('copied')
      const write = live.allow(['PutObject'], `${live.folder}copied`)
      const read = live.allow(['GetObject'], `${live.folder}source`)
      const copy = async (...statement: (typeof write)[]) =>
        live.send({
          method: 'PUT',
          name: 'copied',
          query: { partNumber: '1', uploadId },
          headers: { 'x-cos-copy-source': `${live.host}/${live.folder}source` },
          key: await live.keyFor(...statement),
        })
      return [
        await observe('both rights', '200', copy(write, read)),
        await observe('no right to read', '403 AccessDenied', copy(write)),
      ]
    },
  },
  {
    id: 'acl-headers-by-key',
    assumed: {
      en: 'Conditions on `cos:x-cos-grant-*` restrict an issued key to uploads without these headers, as `cos:x-cos-acl` does. No document lists such condition keys: if COS ignores them, users can make their own objects public, and only `cos-signature` prevents it.',
      zh: '条件键 `cos:x-cos-grant-*` 与 `cos:x-cos-acl` 一样有效，可禁止签发的密钥携带这些头部上传。文档未列出这些条件键：若 COS 忽略它们，用户可以公开自己的对象，只有 `cos-signature` 能禁止。',
    },
    async run(live) {
      const key = await issuedKey(live)
      const grants: [what: string, headers: Record<string, string>][] = [
        ['read by everybody', { 'x-cos-grant-read': `uri="${ALL_USERS}"` }],
        ['full control of another account', { 'x-cos-grant-full-control': 'id="100000000001"' }],
        ['public-read', { 'x-cos-acl': 'public-read' }],
      ]
      await live.send({ method: 'PUT', name: 'source', body: 'x' })
      const source = { 'x-cos-copy-source': `${live.host}/${live.folder}source` }
      const expected = '403 AccessDenied'
      const looks = []
      for (const [i, [what, headers]] of grants.entries()) {
        const uploads: [way: string, request: LiveRequest][] = [
          ['PUT', { method: 'PUT', name: `granted-put-${i}`, body: 'x', headers }],
          [
            'copy',
            { method: 'PUT', name: `granted-copy-${i}`, headers: { ...source, ...headers } },
          ],
          [
            'upload in parts',
            { method: 'POST', name: `granted-parts-${i}`, query: { uploads: '' }, headers },
          ],
        ]
        for (const [way, request] of uploads) {
          looks.push(await observe(`${way}, ${what}`, expected, live.send({ ...request, key })))
        }
      }
      for (const way of ['put', 'copy']) {
        const answer = live.send({ name: `granted-${way}-0`, isUnsigned: true })
        looks.push(await observe(`GET without a key after ${way}`, expected, answer))
      }
      return looks
    },
  },
  {
    id: 'uid-star',
    assumed: {
      en: 'A policy resource with `uid/*` matches nothing in COS, as users report.',
      zh: '据用户反馈，策略资源中的 `uid/*` 在 COS 中不匹配任何资源。',
    },
    async run(live) {
      const one = live.allow(['PutObject'])
      const resource = one.resource.map((text) => text.replace(/uid\/\d+/, 'uid/*'))
      const key = await live.keyFor({ ...one, resource })
      const answer = live.send({ method: 'PUT', name: 'star', body: 'x', key })
      return [await observe('uid/*', '403 AccessDenied', answer)]
    },
  },
  {
    id: 'federation-name',
    assumed: {
      en: "GetFederationToken's `Name`: letters and hyphens are accepted, digits are not.",
      zh: 'GetFederationToken 的 `Name` 接受字母与连字符，不接受数字。',
    },
    async run(live) {
      const statement = [live.allow(['GetObject'])]
      const name = async (Name: string) => (await live.requestKey(statement, { Name })).code
      return [
        await observe('letters and a hyphen', 'a key', name('doctor-live')),
        await observe('digits', 'InvalidParameter.ParamError', name('doctor1')),
      ]
    },
  },
  {
    id: 'policy-length',
    assumed: {
      en: "STS documents no limit for policies; CAM's 6144 characters are used.",
      zh: 'STS 未说明策略长度上限；采用 CAM 的上限 6144 个字符。',
    },
    async run(live) {
      const ask = async (length: number) => (await live.requestKey([paddedTo(live, length)])).code
      return [
        await observe(`${MAX_POLICY_CHARS - 144} characters`, 'a key', ask(MAX_POLICY_CHARS - 144)),
        await observe(
          `${MAX_POLICY_CHARS + 256} characters`,
          'InvalidParameter.PolicyTooLong',
          ask(MAX_POLICY_CHARS + 256),
        ),
      ]
    },
  },
  {
    id: 'policy-principal',
    assumed: {
      en: 'STS accepts `principal: {"qcs":["*"]}` in a policy, which Tencent\'s samples send, and refuses any other principal.',
      zh: 'STS 接受腾讯云示例中的 `principal: {"qcs":["*"]}`，拒绝其他 principal。',
    },
    async run(live) {
      const ask = async (qcs: string) =>
        (await live.requestKey([{ ...live.allow(['GetObject']), principal: { qcs: [qcs] } }])).code
      return [
        await observe('everybody', 'a key', ask('*')),
        await observe(
          'one account',
          'InvalidParameter.StrategyInvalid',
          ask('qcs::cam::uin/100000000001:uin/100000000001'),
        ),
      ]
    },
  },
  {
    id: 'federation-resource',
    assumed: {
      en: '`sts:GetFederationToken` in a CAM policy accepts only the resource `*`.',
      zh: 'CAM 策略中 `sts:GetFederationToken` 的资源只能为 `*`。',
    },
    byHand: {
      en: 'CAM console → policies → new, by policy syntax: sts:GetFederationToken on qcs::sts::uin/<account>:federatedUser/*. Is it accepted, and does npm run doctor still pass with it?',
      zh: 'CAM 控制台 → 策略 → 按策略语法新建：sts:GetFederationToken，资源 qcs::sts::uin/<账号>:federatedUser/*。能否保存，npm run doctor 是否仍通过？',
    },
  },
]
