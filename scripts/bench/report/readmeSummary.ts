import { betterSide, type Figure, isReached } from '../figure'
import { ratioText } from '../numberText'
import { type BenchRecord, figureNamed } from '../record'
import type { Language } from './language'

interface Told {
  record: BenchRecord
  /** Ratio of a figure, as text. */
  ratio: (id: string) => string
  ours: (id: string) => string
  peer: (id: string) => string
}

interface Clause {
  id: string
  en: (ratio: string) => string
  zh: (ratio: string) => string
}

/** Said where the official client is better, and only then. */
const WEAKER: Clause[] = [
  {
    id: 'mobile.downMany',
    en: (ratio) => `50 small downloads with scoped keys on 4G take ${ratio} of its time`,
    zh: (ratio) => `4G 上使用限定范围密钥的 50 个小文件下载为其 ${ratio} 的时间`,
  },
  {
    id: 'weak.up',
    en: (ratio) => `a large upload on a weak 3G takes ${ratio}`,
    zh: (ratio) => `弱 3G 上的大文件上传为其 ${ratio}`,
  },
  {
    id: 'weak.upAuto',
    en: (ratio) => `a large upload on a weak 3G with \`'auto'\` takes ${ratio}`,
    zh: (ratio) => `弱 3G 上使用 \`'auto'\` 的大文件上传为其 ${ratio}`,
  },
  {
    id: 'client.queueMemoryParts',
    en: (ratio) => `the memory of queued uploads in parts is ${ratio}`,
    zh: (ratio) => `分块上传排队时的内存为其 ${ratio}`,
  },
]

const DOCUMENT = 'docs/BENCHMARKS.md'

const TEXT: Record<
  Language,
  Record<'strong' | 'weak', (told: Told, weaker: string[]) => string>
> = {
  en: {
    strong: ({ record: { date, node, cpus, peers }, ratio, ours, peer }) =>
      `Measured beside cos-wx-sdk-v5 ${peers['cos-wx-sdk-v5']} in one run of \`npm run bench\` on ${date} (Node ${node.slice(1)}, ${cpus} CPUs;
medians, less is better): heap after loading ${ratio('client.heap')} of it, a listing of 1,000 keys read in ${ratio('client.listing')} of its time, memory of
20 queued 4 MiB uploads by \`putObject\` ${ratio('client.queueMemory')}; 50 files with scoped keys ask for ${ours('keys.files')} keys instead of ${peer('keys.files')}. While 100 MiB go
up without JIT, as on iOS, the app stands still for ${ours('client.standstill')} ms at most instead of ${peer('client.standstill')} ms. On a simulated 4G a large
upload takes ${ratio('mobile.up')} of its time at equal limits, 50 small ones ${ratio('mobile.upMany')}; where each connection is slow,
\`ChunkParallelLimit: 'auto'\` takes ${ratio('far.upAuto')}. Loading takes ${ratio('client.load')}`,
    weak: (_, weaker) => `${
      weaker.length > 0 ? `\nIt is not better everywhere: ${weaker.join('; ')}. ` : '\n'
    }[All figures, how each is measured, and where a
peer is better](${DOCUMENT}).`,
  },
  zh: {
    strong: ({ record: { date, node, cpus, peers }, ratio, ours, peer }) =>
      `与 cos-wx-sdk-v5 ${peers['cos-wx-sdk-v5']} 在 ${date} 的同一次 \`npm run bench\` 中并排测量（Node ${node.slice(1)}，${cpus} 个 CPU；中位数，越小越好）：
加载后的堆为其 ${ratio('client.heap')}，读取 1,000 个键的列表为其 ${ratio('client.listing')} 的时间，用 \`putObject\` 排队上传 20 个 4 MiB 文件的内存为其
${ratio('client.queueMemory')}；50 个文件使用限定范围的密钥只请求 ${ours('keys.files')} 次而不是 ${peer('keys.files')} 次。在没有 JIT（如 iOS）时上传 100 MiB，应用最长停顿
${ours('client.standstill')} ms 而不是 ${peer('client.standstill')} ms。在模拟的 4G 上，相同并发数下上传一个大文件为其 ${ratio('mobile.up')} 的时间，50 个小文件为其 ${ratio('mobile.upMany')}；
单个连接较慢时，\`ChunkParallelLimit: 'auto'\` 为其 ${ratio('far.upAuto')}。加载时间为其 ${ratio('client.load')}`,
    weak: (_, weaker) =>
      `${weaker.length > 0 ? `\n并非处处更好：${weaker.join('；')}。` : '\n'}[全部数据、测量方法以及对方更好之处](${DOCUMENT})（英文）。`,
  },
}

const CHART: Record<Language, string> = {
  en: '![Beside cos-wx-sdk-v5](docs/bench/overview-en.svg)',
  zh: '![与 cos-wx-sdk-v5 并排](docs/bench/overview-zh.svg)',
}

/** What the README says about a run: the chart, the figures, and where the official client is better. */
export function readmeSummary(
  record: BenchRecord,
  figures: Map<string, Figure>,
  language: Language,
): string {
  const of = figureNamed(figures)
  const ratio = (id: string) => ratioText(of(id).ratio?.median ?? Number.NaN)
  const whole = (value: number | undefined) => (value ?? Number.NaN).toFixed(0)
  const told: Told = {
    record,
    ratio,
    ours: (id) => whole(of(id).ours.median),
    peer: (id) => whole(of(id).theirs?.median),
  }
  const weaker = WEAKER.filter(({ id }) => betterSide(of(id)) === 'peer').map((clause) =>
    clause[language](ratio(clause.id)),
  )
  const { strong, weak } = TEXT[language]
  const paragraph = `${strong(told, weaker)}${missed(of('client.load'), language)}${weak(told, weaker)}`
  return `${CHART[language]}\n\n${paragraph}`
}

/** A goal that is missed is said. */
function missed(figure: Figure, language: Language): string {
  const isMissed = isReached(figure) === false
  if (language === 'en') return isMissed ? `; ${figure.goal} was aimed at.` : '.'
  return isMissed ? `，目标是 ${figure.goal}。` : '。'
}
