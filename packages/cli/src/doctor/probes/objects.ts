import { signPostPolicy } from '@miniprogram-cos/protocol'
import { nodeHash } from '@miniprogram-cos/server'
import type COS from 'cos-nodejs-sdk-v5'
import { cosClient } from '../../cloud/bucketSettings'
import { type CloudKey, deployKey } from '../../cloud/settings'
import { type LiveAnswer, type LiveCloud, observe, type Probe, SkippedProbe } from './liveCloud'

/** How objects are written, named and deleted, also in parts; and configuration documents. */
export const objectProbes: Probe[] = [
  {
    id: 'multi-delete-without-md5',
    assumed: {
      en: 'A multi-delete without Content-MD5 gets `InvalidRequest`.',
      zh: '批量删除缺少 Content-MD5 时返回 `InvalidRequest`。',
    },
    async run(live) {
      const body = `<Delete><Object><Key>${live.folder}nothing</Key></Object></Delete>`
      const headers = { 'Content-Type': 'application/xml' }
      const answer = live.send({ method: 'POST', query: { delete: '' }, headers, body })
      return [await observe('no Content-MD5', '400 InvalidRequest', answer)]
    },
  },
  {
    id: 'form-content-conditions',
    assumed: {
      en: "For PostObject, `cos:content-type` and `cos:content-length` are the form's `Content-Type` field and the length of its file. If COS takes those of the whole form instead, form uploads into folders with limits are refused; none is wrongly permitted.",
      zh: 'PostObject 的 `cos:content-type` 与 `cos:content-length` 取自表单的 `Content-Type` 字段与文件长度。若 COS 取自整个表单，则受限目录的表单上传会被拒绝，不会误放行。',
    },
    async run(live) {
      const condition = {
        string_like: { 'cos:content-type': ['image/*'] },
        numeric_less_than_equal: { 'cos:content-length': 100 },
      }
      const key = await live.keyFor({ ...live.allow(['PostObject']), condition })
      const send = (type: string, bytes: number) => sendForm(live, key, type, bytes)
      const refused = '403 AccessDenied'
      return [
        await observe('type and length of the file are allowed', '204', send('image/png', 90)),
        await observe('the field names another type', refused, send('text/plain', 90)),
        await observe('the file is too long', refused, send('image/png', 110)),
      ]
    },
  },
  {
    id: 'forbid-overwrite',
    assumed: {
      en: 'A write with `x-cos-forbid-overwrite: true` to an existing object gets `FileAlreadyExists`: by PUT, by copy, and when a multipart upload is initiated or completed.',
      zh: '带 `x-cos-forbid-overwrite: true` 覆盖已有对象时返回 `FileAlreadyExists`，包括 PUT、复制、初始化分块上传与完成分块上传。',
    },
    async run(live) {
      await live.send({ method: 'PUT', name: 'kept', body: 'kept' })
      const headers = { 'x-cos-forbid-overwrite': 'true' }
      const over = { name: 'kept', headers }
      await live.send({ method: 'PUT', name: 'other', body: 'other' })
      const source = { 'x-cos-copy-source': `${live.host}/${live.folder}other` }
      const uploadId = await live.beginUpload('kept')
      const query = { uploadId }
      const part = await live.send({
        method: 'PUT',
        name: 'kept',
        query: { partNumber: '1', uploadId },
        body: 'other',
      })
      const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`
      const expected = '409 FileAlreadyExists'
      return [
        await observe('PUT', expected, live.send({ method: 'PUT', ...over, body: 'x' })),
        await observe(
          'copy',
          expected,
          live.send({ method: 'PUT', ...over, headers: { ...headers, ...source } }),
        ),
        await observe(
          'beginning in parts',
          expected,
          live.send({ method: 'POST', ...over, query: { uploads: '' } }),
        ),
        await observe('completion', expected, live.send({ method: 'POST', ...over, query, body })),
      ]
    },
  },
  {
    id: 'leading-slashes',
    assumed: { en: 'Leading slashes of a key are dropped.', zh: '对象键开头的斜杠会被去掉。' },
    async run(live) {
      await live.send({ method: 'PUT', path: `//${live.folder}slash`, body: 'x' })
      const answer = live.send({ method: 'HEAD', name: 'slash' })
      return [await observe('the key without them', '200', answer)]
    },
  },
  {
    id: 'path-of-dots',
    assumed: {
      en: 'A request whose path consists only of slashes and dots gets `InvalidURI`, unless it is a preflight.',
      zh: '路径仅由斜杠与点组成的请求（预检除外）返回 `InvalidURI`。',
    },
    async run(live) {
      const query = { prefix: live.folder, 'max-keys': '1' }
      const list = (path: string) => live.send({ path, query })
      return [
        await observe('GET of //', '400 InvalidURI', list('//')),
        await observe('GET of /./', '400 InvalidURI', list('/./')),
      ]
    },
  },
  {
    id: 'preflight-of-slashes',
    assumed: {
      en: 'A preflight whose path consists only of slashes is refused, as a test of the browser SDK expects.',
      zh: '路径仅由斜杠组成的预检请求会被拒绝（浏览器 SDK 的测试如此）。',
    },
    byHand: {
      en: "With a cross-origin rule for * on the bucket: curl -i -X OPTIONS -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: PUT' https://BUCKET.cos.REGION.myqcloud.com// - is it 403?",
      zh: "先为存储桶添加来源为 * 的跨域规则：curl -i -X OPTIONS -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: PUT' https://BUCKET.cos.REGION.myqcloud.com// ，是否返回 403？",
    },
  },
  {
    id: 'tag-lengths',
    assumed: {
      en: 'Tags: 127 and 255 characters (the API page says 128 and 256); characters beyond ASCII are accepted if they are letters or digits.',
      zh: '标签键最长 127、值最长 255 个字符（接口文档写 128 与 256）；ASCII 以外的字母与数字可用。',
    },
    byHand: {
      en: 'COS console → bucket → an object → tags: is a name of 128 characters, a value of 256, or a name in Chinese accepted?',
      zh: 'COS 控制台 → 存储桶 → 对象 → 标签：能否使用 128 个字符的键、256 个字符的值，或中文键？',
    },
  },
  {
    id: 'bucket-name-length',
    assumed: {
      en: "A bucket's name, with its APPID, has at most 60 characters; the documents limit the whole host to 60, and Tencent's SDK tests use longer names.",
      zh: '存储桶名称含 APPID 最长 60 个字符；文档将整个域名限制为 60 个字符，而腾讯云 SDK 的测试使用了更长的名称。',
    },
    byHand: {
      en: 'COS console → new bucket: how many characters does the name take?',
      zh: 'COS 控制台 → 新建存储桶：名称最多可输入多少个字符？',
    },
  },
  {
    id: 'part-numbers-with-gaps',
    assumed: {
      en: 'Completing an upload with gaps in its part numbers gets `InvalidPart`, as the page of the operation says; the list of error codes says `InvalidPartOrder`.',
      zh: '完成分块上传时分块号必须连续：接口文档写 `InvalidPart`，错误码列表把该描述归于 `InvalidPartOrder`。',
    },
    async run(live) {
      const { complete } = await initiate(live, 'gap', [1, 3])
      return [await observe('parts 1 and 3', '400 InvalidPart', complete())]
    },
  },
  {
    id: 'completed-twice',
    assumed: {
      en: 'Completing an upload a second time gets `NoSuchUpload`.',
      zh: '第二次完成同一个分块上传返回 `NoSuchUpload`。',
    },
    async run(live) {
      const { complete } = await initiate(live, 'twice', [1])
      return [
        await observe('once', '200', complete()),
        await observe('twice', '404 NoSuchUpload', complete()),
      ]
    },
  },
  {
    id: 'codes-of-bad-values',
    assumed: {
      en: 'Where the documents name no error code, an invalid element of a configuration document gets `MalformedXML`, and an invalid header value `InvalidArgument`.',
      zh: '文档未写错误码时：配置文档中的无效元素为 `MalformedXML`，头部的无效值为 `InvalidArgument`。',
    },
    mayChange: {
      en: 'the lifecycle rules of the bucket, if COS accepts a rule that it should refuse',
      zh: '存储桶的生命周期规则（如果 COS 接受了本应拒绝的规则）',
    },
    async run(live) {
      const headers = { 'x-cos-forbid-overwrite': 'perhaps' }
      const header = live.send({ method: 'PUT', name: 'header', body: 'x', headers })
      return [
        await observe('a bad value in a header', '400 InvalidArgument', header),
        await observe(
          'a lifecycle rule whose status is "Sometimes"',
          '400 MalformedXML',
          putInvalidLifecycle(live),
        ),
      ]
    },
  },
]

const BOUNDARY = 'doctor-live-form'

/** A form upload as WeChat's uploadFile sends it (document 436/14690). */
async function sendForm(
  live: LiveCloud,
  key: CloudKey,
  type: string,
  bytes: number,
): Promise<LiveAnswer> {
  const now = Math.floor(Date.now() / 1000)
  const keyTime = `${now - 60};${now + 600}`
  const policy = JSON.stringify({
    expiration: new Date((now + 600) * 1000).toISOString(),
    conditions: [
      { 'q-sign-algorithm': 'sha1' },
      { 'q-ak': key.SecretId },
      { 'q-sign-time': keyTime },
      { key: `${live.folder}form` },
    ],
  })
  const signature = signPostPolicy(
    policy,
    Buffer.from(policy).toString('base64'),
    { ...key, keyTime },
    nodeHash,
  )
  const fields: Record<string, string> = {
    key: `${live.folder}form`,
    'Content-Type': type,
    ...signature,
    'x-cos-security-token': key.token ?? '',
  }
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="form"\r\nContent-Type: ${type}\r\n\r\n${'x'.repeat(bytes)}\r\n--${BOUNDARY}--\r\n`
  return live.send({
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: parts.join('') + file,
    isUnsigned: true,
  })
}

/** The smallest part that COS accepts, except for the last. */
const PART = Buffer.alloc(1024 * 1024, 'p')

/** Initiates an upload and sends parts with these numbers. */
async function initiate(live: LiveCloud, name: string, numbers: number[]) {
  const uploadId = await live.beginUpload(name)
  const parts: string[] = []
  for (const [i, number] of numbers.entries()) {
    const query = { partNumber: String(number), uploadId }
    const body = i < numbers.length - 1 ? PART : 'the last'
    const { headers } = await live.send({ method: 'PUT', name, query, body })
    parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${headers.etag}</ETag></Part>`)
  }
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  return { complete: () => live.send({ method: 'POST', name, query: { uploadId }, body }) }
}

/** Restores the rules if COS accepts it. */
async function putInvalidLifecycle({ context, bucketParams }: LiveCloud): Promise<string> {
  const cos = cosClient(deployKey(context.settings))
  const before = await cos.getBucketLifecycle(bucketParams).catch((error: { code?: string }) => {
    if (error.code === 'NoSuchLifecycleConfiguration') return undefined
    throw new SkippedProbe(`the deployer may not read the lifecycle rules: ${error.code}`)
  })
  const status: string = 'Sometimes'
  const invalid = {
    ID: 'doctor-live',
    // An invalid status, which the probe tests.
    Status: status as COS.LifecycleRule['Status'],
    Filter: { Prefix: 'doctor-live/' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: '30' },
  }
  try {
    await cos.putBucketLifecycle({ ...bucketParams, Rules: [...(before?.Rules ?? []), invalid] })
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string }
    return [statusCode, code].filter(Boolean).join(' ')
  }
  if (before) await cos.putBucketLifecycle({ ...bucketParams, Rules: before.Rules })
  else await cos.deleteBucketLifecycle(bucketParams)
  return '200'
}
