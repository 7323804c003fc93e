import type { FigureInfo, Suite } from './figure'

/** Title and method of a suite, by its English title. */
const SUITES: Record<string, Pick<Suite, 'title' | 'how'>> = {
  'Package size': {
    title: '包体积',
    how: `在只有一个空页面的小程序中引用一个客户端，用微信官方工具（\`miniprogram-ci\`）构建。测量“构建 npm”后小程序引用的文件，以及与不含客户端的
同一小程序相比，待上传代码包增加的大小。微信会转为 ES5（\`es6\` 与 \`enhance\`），每个小程序加入一次辅助函数，并去掉未引用的文件
（\`ignoreUploadUnusedFiles\`）。官方 SDK 本身就是 ES5。与开发者工具一致，1 KB 为 1024 字节。`,
  },
  'The client in the logic thread': {
    title: '逻辑线程中的客户端',
    how: `两个客户端轮流运行，每次使用新的 Node 进程，其中的 \`wx\` 直接从内存返回，因此只测量客户端本身。时间为该进程的 CPU 时间。“无 JIT”使用
\`--jitless\` 运行，与 iOS 上小程序的 JavaScript 相同。“阻塞”是分块上传 100 MiB 期间事件循环两轮之间的最长间隔，此间小程序无法
处理其他事情。`,
  },
  'Key requests': {
    title: '密钥请求',
    how: `两个客户端在模拟手机上使用同一个 \`getAuthorization\`，每次耗时 50 ms，密钥来自本地 STS。使用 \`ScopeLimit\` 时，密钥只允许请求的
操作，其余由本地 COS 拒绝：上传成功说明请求了所需的全部权限。`,
  },
  'Uploads and downloads on simulated networks': {
    title: '模拟网络下的上传与下载',
    how: `模拟手机在相同网络上传输相同的文件，各运行七次，两个客户端使用相同的随机种子。Wi-Fi：上行 50 Mbit/s，下行 100 Mbit/s，延迟 20 ms；4G：上行
10 Mbit/s，下行 30 Mbit/s，延迟 60 ms，1% 的请求和响应中断；弱 3G：上行 0.75 Mbit/s，下行 1.6 Mbit/s，延迟 300 ms，每个连接
0.34 Mbit/s（丢包 2%），5% 的请求和响应中断；远端存储桶：上下行 50 Mbit/s，延迟 200 ms，每个连接 6 Mbit/s。
时间是模拟手机的时间，不含计算耗时，因此结果只取决于网络，在任何机器上都相同。请求中断发生在传输途中的某一点；微信在 60 秒后放弃。失败后
像用户那样重新开始，耗时一并计入。传输的内容逐字节比较。官方 SDK 没有 \`'auto'\`，以其同时传输三个分块或文件为对照。限定范围的密钥来自耗时
150 ms 的云函数。`,
  },
  'The credentials function': {
    title: '密钥云函数',
    how: `部署的 \`cos-credentials\` 与两种常见写法对比，各用一个进程，使用同一个本地 STS：“两个 SDK”按官方快速入门，加载时从 node_modules 引入
wx-server-sdk 与 tencentcloud-sdk-nodejs-sts；“qcloud-cos-sts”引入 wx-server-sdk 与 qcloud-cos-sts。两者每次调用都请求 STS。
冷启动从文件第一行计到第一个密钥。小规格函数只有五分之一个 CPU，这里用 cgroup 限制。`,
  },
  'The local COS': {
    title: '本地 COS',
    how: `本地 COS 在独立进程中运行，数据存磁盘，使用长连接，签名预先算好。对照是只用 \`node:http\` 把相同内容写入文件并计算 MD5 的最简服务器：没有签名、
权限、CRC64、落盘、元数据和列表。增长与保存 1,000 个对象的同一本地 COS 相比；三个服务器分别保存 1,000、10,000、100,000 个 1 字节的对象，
轮流测量。`,
  },
}

const NETWORKS = { wifi: 'Wi-Fi', mobile: '4G', weak: '弱 3G', far: '远端存储桶' }
const WORKLOADS = {
  up: '上传 20 MB，同时三个分块',
  upAuto: "上传 20 MB，ChunkParallelLimit 'auto'",
  upMany: '上传 50 个 100 KB 的文件，限定范围的密钥',
  upManyAuto: "上传 50 个 100 KB 的文件，限定范围的密钥，FileParallelLimit 'auto'",
  down: '下载 20 MB',
  downMany: '下载 50 个 100 KB 的文件，限定范围的密钥',
}

/** Name and note of a figure, by its id. */
const FIGURES: Record<string, [what: string, note?: string]> = {
  'size.client': ['客户端，“构建 npm”后'],
  'size.upload': ['仅上传的客户端，“构建 npm”后'],
  'size.clientUploaded': ['待上传代码包的增量，客户端'],
  'size.uploadUploaded': ['待上传代码包的增量，仅上传的客户端'],
  'size.demo': ['演示小程序，待上传的代码包'],
  'client.load': ['加载客户端'],
  'client.heap': ['加载后的堆内存'],
  'client.sign': ['签名，同一签名有效期', '与持有密钥的客户端相同：由密钥推导的中间值已缓存。'],
  'client.signAnew': ['签名，每次新的有效期'],
  'client.request': ['构造并签名请求'],
  'client.listing': ['解析 1,000 个对象的列表'],
  'client.queueMemory': [
    '20 个排队的 4 MiB putObject 上传占用的内存',
    '最高时内存中的文件内容，逐个缓冲区统计。',
  ],
  'client.queueMemoryParts': [
    '20 个排队的 4 MiB 分块上传占用的内存',
    '两者都在轮到时才读取分块，同时三个。',
  ],
  'client.queue': ['10,000 个排队上传中每个的 CPU 时间'],
  'client.queueNoJit': ['同上，无 JIT'],
  'client.standstill': [
    '上传 100 MiB 期间的最长阻塞，无 JIT',
    '官方 SDK 用 JavaScript 计算每个分块的 MD5，本客户端只在要求时计算。',
  ],
  'client.standstillMd5': [
    '同上，开启 UploadCheckContentMd5',
    '目标：16 ms，即一帧。MD5 分段计算，每段 4 ms。',
  ],
  'client.standstillJit': ['上传 100 MiB 期间的最长阻塞，有 JIT'],
  'keys.cold': ['没有密钥时同时发出 20 个请求'],
  'keys.parts': ['20 个分块，ScopeLimit'],
  'keys.files': ['50 个文件，ScopeLimit'],
  'keys.lateClock': ['20 个分块，手机时间慢 5 分钟'],
  ...Object.fromEntries(
    Object.entries(NETWORKS).flatMap(([network, name]) =>
      Object.entries(WORKLOADS).map(([workload, what]): [string, [string]] => [
        `${network}.${workload}`,
        [`${name}：${what}`],
      ]),
    ),
  ),
  'weak.down': ['弱 3G：下载 1 MB'],
  'function.coldShare': ['冷启动，0.2 CPU'],
  'function.coldShareCosSts': ['冷启动，0.2 CPU'],
  'function.cold': ['冷启动，CPU 时间'],
  'function.coldCosSts': ['冷启动，CPU 时间'],
  'function.read': ['首次调用读取的文件字节数'],
  'function.files': ['首次调用读取的文件数'],
  'function.warmNew': ['热调用，新用户', '两者都请求本机的 STS；在云端还要各加一次网络往返。'],
  'function.warm': ['热调用，已有密钥的用户'],
  'function.warmOwn': ['热调用，已有密钥的用户'],
  'function.stsCalls': ['100 个用户调用 1,000 次时请求 STS 的次数'],
  'cos.put1': ['PUT 1 MiB', '最简服务器不落盘；写入越少，落盘所占比例越大。'],
  'cos.put10': ['PUT 10 MiB'],
  'cos.put100': ['PUT 100 MiB'],
  'cos.get100': ['GET 100 MiB'],
  'cos.putSmall': ['16 个连接 PUT 1 KiB'],
  'cos.getSmall': ['16 个连接 GET 1 KiB'],
  'cos.list10k': ['列出 10,000 个对象中的 1,000 个'],
  'cos.list100k': ['列出 100,000 个对象中的 1,000 个'],
  'cos.putAt10k': ['已有 10,000 个对象时 PUT'],
  'cos.putAt100k': ['已有 100,000 个对象时 PUT'],
  'cos.getAt10k': ['已有 10,000 个对象时 GET'],
  'cos.getAt100k': ['已有 100,000 个对象时 GET'],
  'cos.start100k': ['已有 100,000 个对象时启动'],
  'cos.memory100k': ['已有 100,000 个对象时的常驻内存'],
  'cos.loadRate': ['200 个客户端发出 50,000 个混合请求'],
  'cos.loadErrors': ['其中失败或返回其他对象的请求'],
  'cos.loadMemory': [
    '其中后一半请求增加的常驻内存',
    '内存泄漏会体现在这里，V8 尚未回收的垃圾也会。',
  ],
}

/** Peers that are not packages. */
const PEERS: Record<string, string> = {
  'each of 1,000': '1,000 个中的每个',
  'two SDKs': '两个 SDK',
  'its own call to STS': '自身请求 STS 时',
  'a bare server': '最简服务器',
  'with 1,000 keys': '1,000 个对象时',
}

/** @throws Error for a suite or a figure without a Chinese text */
export function inChinese(suite: Suite): Suite {
  const texts = SUITES[suite.title] ?? missing(suite.title)
  const figures = Object.entries(suite.figures).map(([id, info]): [string, FigureInfo] => {
    const [what, note] = FIGURES[id] ?? missing(id)
    if (!note !== !info.note) missing(`the note of ${id}`)
    const peer = info.peer === undefined ? {} : { peer: PEERS[info.peer] ?? info.peer }
    return [id, { ...info, what, ...(note ? { note } : {}), ...peer }]
  })
  return { ...suite, ...texts, figures: Object.fromEntries(figures) }
}

function missing(name: string): never {
  throw new Error(`scripts/bench/chineseTexts.ts has no text for ${name}`)
}
