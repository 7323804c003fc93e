import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CLIENT_FILE, OFFICIAL_FILE } from '../../test/support/phones'
import { at } from '../build/root'
import type { Rounds, Suite } from './figure'

const run = promisify(execFile)

const peer = 'cos-wx-sdk-v5'
const LESS = { better: 'less', peer } as const
/** The cost of one of many must not depend on how many there are. */
const GROWTH = {
  unit: 'µs',
  better: 'less',
  peer: { en: 'each of 1,000', zh: '1,000 个中的每个' },
  isOwnPeer: true,
  goal: 1.2,
} as const
const MORE = { unit: '/s', better: 'more', peer } as const

/** The client's cost on the phone's logic thread. */
export const client: Suite = {
  title: { en: 'The client in the logic thread', zh: '逻辑线程中的客户端' },
  how: {
    en: `Each client in a fresh Node process, in turns, under a \`wx\` that answers at once from memory, so that only the client
is measured. Times are CPU time of that process. "no JIT" runs with \`--jitless\`, as an app's JavaScript does on iOS. A
block is the longest time between two turns of the event loop during an upload of 100 MiB in parts: for so long the app
can do nothing else.`,
    zh: `两个客户端轮流运行，每次使用新的 Node 进程，其中的 \`wx\` 直接从内存返回，因此只测量客户端本身。时间为该进程的 CPU 时间。“无 JIT”使用
\`--jitless\` 运行，与 iOS 上小程序的 JavaScript 相同。“阻塞”是分块上传 100 MiB 期间事件循环两轮之间的最长间隔，此间小程序无法
处理其他事情。`,
  },
  figures: {
    'client.load': {
      what: { en: 'load the package', zh: '加载客户端' },
      unit: 'ms',
      ...LESS,
      goal: 0.32,
    },
    'client.heap': {
      what: { en: 'heap after loading', zh: '加载后的堆内存' },
      unit: 'KiB',
      ...LESS,
      goal: 0.3,
    },
    'client.sign': {
      what: { en: 'signatures with one key-time', zh: '签名，同一签名有效期' },
      ...MORE,
      goal: 2,
      note: {
        en: 'As a client with a key signs: values derived from the key are cached.',
        zh: '与持有密钥的客户端相同：由密钥推导的中间值已缓存。',
      },
    },
    'client.signAnew': {
      what: { en: 'signatures, a new key-time each', zh: '签名，每次新的有效期' },
      ...MORE,
    },
    'client.request': { what: { en: 'requests built and signed', zh: '构造并签名请求' }, ...MORE },
    'client.listing': {
      what: { en: 'parse a list of 1,000 keys', zh: '解析 1,000 个对象的列表' },
      unit: 'ms',
      ...LESS,
      goal: 0.5,
    },
    'client.queueMemory': {
      what: {
        en: 'memory of 20 queued 4 MiB uploads by putObject',
        zh: '20 个排队的 4 MiB putObject 上传占用的内存',
      },
      unit: 'MiB',
      ...LESS,
      goal: 0.2,
      note: {
        en: 'File content held at the worst moment, counted buffer by buffer.',
        zh: '最高时内存中的文件内容，逐个缓冲区统计。',
      },
    },
    'client.queueMemoryParts': {
      what: {
        en: 'memory of 20 queued 4 MiB uploads in parts',
        zh: '20 个排队的 4 MiB 分块上传占用的内存',
      },
      unit: 'MiB',
      ...LESS,
      note: {
        en: 'Both read a part when its turn comes, three at a time.',
        zh: '两者都在轮到时才读取分块，同时三个。',
      },
    },
    'client.queue': {
      what: {
        en: 'CPU for each of 10,000 queued uploads',
        zh: '10,000 个排队上传中每个的 CPU 时间',
      },
      ...GROWTH,
    },
    'client.queueNoJit': { what: { en: 'the same, no JIT', zh: '同上，无 JIT' }, ...GROWTH },
    'client.standstill': {
      what: {
        en: 'longest block during a 100 MiB upload, no JIT',
        zh: '上传 100 MiB 期间的最长阻塞，无 JIT',
      },
      unit: 'ms',
      ...LESS,
      note: {
        en: 'The official client hashes every part with MD5 in JavaScript; this one does so on request only.',
        zh: '官方 SDK 用 JavaScript 计算每个分块的 MD5，本客户端只在要求时计算。',
      },
    },
    'client.standstillMd5': {
      what: { en: 'the same with UploadCheckContentMd5', zh: '同上，开启 UploadCheckContentMd5' },
      unit: 'ms',
      ...LESS,
      note: {
        en: 'Goal: 16 ms, one frame. The MD5 is computed in slices of 4 ms.',
        zh: '目标：16 ms，即一帧。MD5 分段计算，每段 4 ms。',
      },
    },
    'client.standstillJit': {
      what: {
        en: 'longest block during a 100 MiB upload, with JIT',
        zh: '上传 100 MiB 期间的最长阻塞，有 JIT',
      },
      unit: 'ms',
      ...LESS,
    },
  },
  async run() {
    const load = await compare('load', 15)
    const compute = await compare('compute', 9)
    const memory = await compare('memory', 3)
    const queue = await growth(5)
    const queueNoJit = await growth(3, ['--jitless'])
    const standstill = await compare('standstill', 3, ['--jitless'])
    const standstillMd5 = await compare('standstillMd5', 1, ['--jitless'])
    const standstillJit = await compare('standstill', 5)
    return {
      'client.load': load('milliseconds'),
      'client.heap': load('heap'),
      'client.sign': compute('cached'),
      'client.signAnew': compute('uncached'),
      'client.request': compute('requests'),
      'client.listing': compute('listing'),
      'client.queueMemory': memory('whole'),
      'client.queueMemoryParts': memory('parts'),
      'client.queue': queue,
      'client.queueNoJit': queueNoJit,
      'client.standstill': standstill('longest'),
      'client.standstillMd5': standstillMd5('longest'),
      'client.standstillJit': standstillJit('longest'),
    }
  },
}

type Round = Record<string, number>

/** Runs a measurement of phoneProcess.js for both clients in turns; gives the rounds of each value by its name. */
async function compare(
  measurement: 'load' | 'compute' | 'memory' | 'standstill' | 'standstillMd5',
  rounds: number,
  flags: string[] = [],
): Promise<(name: string) => Rounds> {
  const [ours, official]: [Round[], Round[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    ours.push(await measure(CLIENT_FILE, measurement, flags))
    official.push(await measure(OFFICIAL_FILE, measurement, flags))
  }
  const valuesOf = (all: Round[], name: string) => all.map((round) => round[name] as number)
  return (name) => ({ ours: valuesOf(ours, name), peer: valuesOf(official, name) })
}

/** Compares our client with 10,000 queued uploads to one with 1,000. */
async function growth(rounds: number, flags: string[] = []): Promise<Rounds> {
  const [ours, peer]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const { tenThousand = NaN, thousand = NaN } = await measure(CLIENT_FILE, 'queue', flags)
    ours.push(tenThousand)
    peer.push(thousand)
  }
  return { ours, peer }
}

async function measure(file: string, measurement: string, flags: string[]): Promise<Round> {
  const child = at('scripts/bench/phoneProcess.js')
  const args = ['--expose-gc', '--no-warnings', ...flags, child, file, measurement]
  const { stdout } = await run(process.execPath, args)
  return JSON.parse(stdout)
}
