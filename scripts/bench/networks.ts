import { randomBytes } from 'node:crypto'
import type { WireOptions } from '@miniprogram-cos/simulator'
import { ROOT_KEY } from '../../test/support/testCloud'
import { type FigureInfo, inTurns, type Rounds, type Suite, type Text } from './figure'
import {
  type AnyCOS,
  AT,
  type ClientName,
  createSlowPhones,
  type SlowPhone,
  type SlowPhones,
} from './slowPhones'

interface Network {
  name: Text
  wire: WireOptions
  /** Bytes of the large download; the large upload has 20 MB everywhere. */
  largeDown: number
}

/**
 * One connection of the weak network carries what TCP can with 2 % of the packets lost, by Mathis' formula:
 * 1460 bytes / 300 ms * 1.22 / sqrt(0.02).
 */
const NETWORKS: Record<string, Network> = {
  wifi: {
    name: { en: 'Wi-Fi', zh: 'Wi-Fi' },
    wire: { roundTrip: 20, up: 50e6, down: 100e6 },
    largeDown: 20e6,
  },
  mobile: {
    name: { en: '4G', zh: '4G' },
    wire: { roundTrip: 60, up: 10e6, down: 30e6, failRate: 0.01, failRateDown: 0.01 },
    largeDown: 20e6,
  },
  weak: {
    name: { en: 'weak 3G', zh: '弱 3G' },
    wire: {
      roundTrip: 300,
      up: 0.75e6,
      down: 1.6e6,
      perConnection: 0.336e6,
      failRate: 0.05,
      failRateDown: 0.05,
    },
    largeDown: 1e6,
  },
  far: {
    name: { en: 'far bucket', zh: '远端存储桶' },
    wire: { roundTrip: 200, up: 50e6, down: 50e6, perConnection: 6e6 },
    largeDown: 20e6,
  },
}

/** Seconds of one run in the phone's time; afterwards everything transferred is compared byte for byte. */
type Run = (client: ClientName, wire: WireOptions) => Promise<number>

interface Workload {
  what: (network: Network) => Text
  /** Makes a run of it, given the files to transfer. */
  prepare: (phones: SlowPhones, files: Files, network: Network) => Run
  /** Targets of the ratio, by the ids of networks. */
  goals?: Record<string, number>
}

interface Files {
  /** 20 MB. */
  large: Buffer
  /** 50 of 100 KB; they are in the bucket, too. */
  small: Buffer[]
}

const WORKLOADS: Record<string, Workload> = {
  up: {
    what: () => ({ en: '20 MB up, three parts at a time', zh: '上传 20 MB，同时三个分块' }),
    prepare: (phones, { large }) => upload(phones, large, {}),
  },
  upAuto: {
    what: () => ({
      en: "20 MB up, ChunkParallelLimit 'auto'",
      zh: "上传 20 MB，ChunkParallelLimit 'auto'",
    }),
    prepare: (phones, { large }) => upload(phones, large, { ChunkParallelLimit: 'auto' }),
  },
  upMany: {
    what: () => ({
      en: '50 files of 100 KB up, scoped keys',
      zh: '上传 50 个 100 KB 的文件，限定范围的密钥',
    }),
    prepare: (phones, { small }) => uploadMany(phones, small, {}),
  },
  upManyAuto: {
    what: () => ({
      en: "50 files of 100 KB up, scoped keys, FileParallelLimit 'auto'",
      zh: "上传 50 个 100 KB 的文件，限定范围的密钥，FileParallelLimit 'auto'",
    }),
    prepare: (phones, { small }) => uploadMany(phones, small, { FileParallelLimit: 'auto' }),
    goals: { wifi: 0.31, mobile: 0.63, far: 0.32 },
  },
  down: {
    what: ({ largeDown }) => ({
      en: `${largeDown / 1e6} MB down`,
      zh: `下载 ${largeDown / 1e6} MB`,
    }),
    prepare: (phones, { large }, { largeDown }) => download(phones, large.subarray(0, largeDown)),
  },
  downMany: {
    what: () => ({
      en: '50 files of 100 KB down, scoped keys',
      zh: '下载 50 个 100 KB 的文件，限定范围的密钥',
    }),
    prepare: (phones, { small }) => downloadMany(phones, small),
  },
}

const combinations = Object.entries(NETWORKS).flatMap(([networkId, network]) =>
  Object.entries(WORKLOADS).map(([workloadId, workload]) => ({
    id: `${networkId}.${workloadId}`,
    network,
    workload,
    goal: workload.goals?.[networkId],
  })),
)

/** Uploads and downloads over slow networks. */
export const networks: Suite = {
  title: { en: 'Uploads and downloads on simulated networks', zh: '模拟网络下的上传与下载' },
  how: {
    en: `Simulated phones with the same files on the same networks, seven runs each, with the same random seeds for both
clients. Wi-Fi: 50 Mbit/s up, 100 down, 20 ms; 4G: 10 Mbit/s up, 30 down, 60 ms, 1 % of requests and of answers break off; weak 3G: 0.75 Mbit/s up, 1.6 down, 300 ms, 0.34 Mbit/s per connection (2 % packet loss), 5 % of requests and of answers break off; far bucket: 50 Mbit/s up and down, 200 ms, 6 Mbit/s per connection.
Time is that of the simulated phone, where computing takes none, so these figures depend on the network alone and are the
same on every machine. A request that breaks off does so at a random position; WeChat gives up after 60 seconds. A run
that fails is started again, as a user would, and its time counts. Everything transferred is compared byte for byte. The
official client has no \`'auto'\`: there, its three parts or files at a time are the peer. Scoped keys come from a function that
takes 150 ms.`,
    zh: `模拟手机在相同网络上传输相同的文件，各运行七次，两个客户端使用相同的随机种子。Wi-Fi：上行 50 Mbit/s，下行 100 Mbit/s，延迟 20 ms；4G：上行
10 Mbit/s，下行 30 Mbit/s，延迟 60 ms，1% 的请求和响应中断；弱 3G：上行 0.75 Mbit/s，下行 1.6 Mbit/s，延迟 300 ms，每个连接
0.34 Mbit/s（丢包 2%），5% 的请求和响应中断；远端存储桶：上下行 50 Mbit/s，延迟 200 ms，每个连接 6 Mbit/s。
时间是模拟手机的时间，不含计算耗时，因此结果只取决于网络，在任何机器上都相同。请求中断发生在传输途中的某一点；微信在 60 秒后放弃。失败后
像用户那样重新开始，耗时一并计入。传输的内容逐字节比较。官方 SDK 没有 \`'auto'\`，以其同时传输三个分块或文件为对照。限定范围的密钥来自耗时
150 ms 的云函数。`,
  },
  figures: Object.fromEntries(
    combinations.map(({ id, network, workload, goal }): [string, FigureInfo] => [
      id,
      {
        what: {
          en: `${network.name.en}: ${workload.what(network).en}`,
          zh: `${network.name.zh}：${workload.what(network).zh}`,
        },
        unit: 's',
        better: 'less',
        peer: 'cos-wx-sdk-v5',
        ...(goal !== undefined && { goal }),
      },
    ]),
  ),
  async run() {
    const phones = await createSlowPhones()
    const measured: Record<string, Rounds> = {}
    try {
      const files = {
        large: randomBytes(20e6),
        small: Array.from({ length: 50 }, () => randomBytes(100 * 1024)),
      }
      for (const [i, bytes] of files.small.entries()) await phones.put(`down/${i}.jpg`, bytes)
      for (const { id, network, workload } of combinations) {
        const run = workload.prepare(phones, files, network)
        measured[id] = await inTurns(
          7,
          (round) => run('ours', { ...network.wire, seed: round + 1 }),
          (round) => run('peer', { ...network.wire, seed: round + 1 }),
        )
      }
      return measured
    } finally {
      await phones.close()
    }
  },
}

function upload(phones: SlowPhones, bytes: Buffer, options: object): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    const FilePath = phone.file('large', bytes)
    const cos = new phone.COS({ ...ROOT_KEY, ...(client === 'ours' ? options : {}) })
    const seconds = await secondsOf(phone, () =>
      untilDone(() => cos.uploadFile({ ...AT, Key: 'large', FilePath })),
    )
    await phones.verify('large', bytes)
    return seconds
  }
}

function uploadMany(phones: SlowPhones, contents: Buffer[], options: object): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    let left = contents.map((bytes, i) => ({
      ...AT,
      Key: `files/${i}.jpg`,
      FilePath: phone.file(`${i}.jpg`, bytes),
    }))
    const cos = withScopedKeys(phone, client === 'ours' ? options : {})
    const seconds = await secondsOf(phone, () =>
      untilDone(async () => {
        const { files } = await cos.uploadFiles({ files: left })
        left = left.filter((_, i) => files[i]?.error)
        if (left.length > 0) throw files.find(({ error }) => error)?.error
      }),
    )
    for (const [i, bytes] of contents.entries()) await phones.verify(`files/${i}.jpg`, bytes)
    return seconds
  }
}

function download(phones: SlowPhones, bytes: Buffer): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    await phones.put('large-down', bytes)
    const cos = new phone.COS(ROOT_KEY)
    return secondsOf(phone, () => untilDone(() => get(cos, 'large-down', bytes)))
  }
}

function downloadMany(phones: SlowPhones, contents: Buffer[]): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    const cos = withScopedKeys(phone)
    return secondsOf(phone, () =>
      Promise.all(contents.map((bytes, i) => untilDone(() => get(cos, `down/${i}.jpg`, bytes)))),
    )
  }
}

async function get(cos: AnyCOS, Key: string, bytes: Buffer): Promise<void> {
  const { Body } = await cos.getObject({ ...AT, Key, DataType: 'arraybuffer' })
  if (!bytes.equals(new Uint8Array(Body))) throw new Error(`${Key} differs from what was stored`)
}

function withScopedKeys(phone: SlowPhone, options = {}): AnyCOS {
  const { getAuthorization } = phone.createKeys({ isScoped: true, milliseconds: 150 })
  return new phone.COS({ ...options, getAuthorization })
}

/** Starts again what failed, as a user would, at most 20 times. */
async function untilDone(run: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await run()
      return
    } catch (error) {
      if (tries === 20) throw error
    }
  }
}

async function secondsOf({ clock }: SlowPhone, run: () => Promise<unknown>): Promise<number> {
  const started = clock.now()
  await run()
  return (clock.now() - started) / 1000
}
