import {
  bucketAddress,
  checkKey,
  encodeKey,
  foldsToRoot,
  parseCopySource,
  parseHost,
  serviceAddress,
  utf8Length,
} from '@miniprogram-cos/protocol'

const at = (options: Parameters<typeof bucketAddress>[2], region = 'ap-guangzhou') =>
  bucketAddress('test-1250000000', region, options)

test.each<[string, Parameters<typeof at>, string, string, string]>([
  ['virtual-hosted', [{}], 'https://test-1250000000.cos.ap-guangzhou.myqcloud.com', '', ''],
  ['an old region', [{}, 'cn-south'], 'https://test-1250000000.cn-south.myqcloud.com', '', ''],
  [
    'accelerated',
    [{ UseAccelerate: true }],
    'https://test-1250000000.cos.accelerate.myqcloud.com',
    '',
    '',
  ],
  [
    'path style',
    [{ ForcePathStyle: true }],
    'https://cos.ap-guangzhou.myqcloud.com/test-1250000000',
    'cos.ap-guangzhou.myqcloud.com',
    '/test-1250000000',
  ],
  [
    'plain HTTP',
    [{ Protocol: 'http:' }],
    'http://test-1250000000.cos.ap-guangzhou.myqcloud.com',
    '',
    '',
  ],
  ['a custom domain', [{ Domain: 'files.example.com' }], 'https://files.example.com', '', ''],
  [
    'a domain with scheme, port and slash',
    [{ Domain: 'http://files.example.com:81/' }],
    'http://files.example.com:81',
    '',
    '',
  ],
  [
    'a template',
    [{ Domain: '{BucketName}-{AppId}.{Region}.x.com' }],
    'https://test-1250000000.ap-guangzhou.x.com',
    '',
    '',
  ],
  [
    'a double-braced template',
    [{ Domain: '{{Bucket}}.{{AppId}}.x.com{{other}}' }],
    'https://test.1250000000.x.com',
    '',
    '',
  ],
])('addresses a bucket: %s', (_, args, base, host, signedPrefix) => {
  const address = at(...args)
  expect(address.base).toBe(base)
  expect(address.host).toBe(host || base.replace(/^https?:\/\//, ''))
  expect(address._signedPrefix).toBe(signedPrefix)
})

test('addresses the service', () => {
  expect(serviceAddress(undefined, {}).base).toBe('https://service.cos.myqcloud.com')
  expect(serviceAddress('ap-beijing', {}).base).toBe('https://cos.ap-beijing.myqcloud.com')
  expect(serviceAddress('ap-beijing', { ServiceDomain: 'cos.{Region}.x.com' }).base).toBe(
    'https://cos.ap-beijing.x.com',
  )
})

test.each<[string, object | undefined]>([
  [
    'a-1250000000.cos.ap-guangzhou.myqcloud.com',
    { kind: 'bucket', bucket: 'a-1250000000', region: 'ap-guangzhou' },
  ],
  [
    'A-1250000000.COS.ap-guangzhou.myqcloud.com:8080',
    { kind: 'bucket', bucket: 'a-1250000000', region: 'ap-guangzhou' },
  ],
  [
    'a-1250000000.cos.ap-guangzhou.tencentcos.cn',
    { kind: 'bucket', bucket: 'a-1250000000', region: 'ap-guangzhou' },
  ],
  [
    'a-1250000000.cn-south.myqcloud.com',
    { kind: 'bucket', bucket: 'a-1250000000', region: 'cn-south' },
  ],
  [
    'a-1250000000.cos.accelerate.myqcloud.com',
    { kind: 'bucket', bucket: 'a-1250000000', accelerate: true },
  ],
  [
    'a-1250000000.cos.ap-guangzhou.localhost:9000',
    { kind: 'bucket', bucket: 'a-1250000000', region: 'ap-guangzhou' },
  ],
  ['a-1250000000.anything', { kind: 'bucket', bucket: 'a-1250000000' }],
  ['service.cos.myqcloud.com', { kind: 'service' }],
  ['cos.ap-guangzhou.myqcloud.com', { kind: 'service', region: 'ap-guangzhou' }],
  ['127.0.0.1:9000', undefined],
  ['example.com', undefined],
])('parses the host %s', (host, expected) => {
  expect(parseHost(host)).toEqual(expected)
})

test('percent-encodes keys as COS does', () => {
  expect(encodeKey("目录/a b+c!'()*~.txt")).toBe('%E7%9B%AE%E5%BD%95/a%20b%2Bc%21%27%28%29%2A~.txt')
  expect(() => encodeKey('\ud800')).toThrow('lone surrogate')
})

test.each(['', '/a', '\\a', 'a\u001bb', '中'.repeat(284)])('refuses the key %j', (key) => {
  expect(() => checkKey(key)).toThrow('invalid Key')
})

test('counts UTF-8 bytes as Node does', () => {
  for (const text of ['a', 'é', '中', '😀', 'a😀中é'])
    expect(utf8Length(text)).toBe(Buffer.byteLength(text))
  expect(() => checkKey('中'.repeat(283))).not.toThrow()
})

test('detects keys whose dot segments resolve to the bucket root', () => {
  expect(['/', '//', './', 'a/..', 'a/../..', '.'].map(foldsToRoot)).toEqual(Array(6).fill(true))
  expect(['a', 'a/../b', '...'].map(foldsToRoot)).toEqual([false, false, false])
})

test('parses copy sources, encoded or not, with a version', () => {
  const host = 'a-1250000000.cos.ap-beijing.myqcloud.com'
  expect(parseCopySource(`${host}/d/%E4%B8%AD%20a.txt?versionId=MTg`)).toEqual({
    Bucket: 'a-1250000000',
    Region: 'ap-beijing',
    Key: 'd/中 a.txt',
    VersionId: 'MTg',
  })
  expect(parseCopySource(`${host}/100%`).Key).toBe('100%')
  expect(() => parseCopySource('a.txt')).toThrow('CopySource format error')
})
