import {
  type BenchRecord,
  costOf,
  type Figure,
  type Language,
  NOISE,
  numberText,
  ratioText,
  type Spread,
  type Text,
} from './figure'

/** The figures that the READMEs show. */
const OVERVIEW: Record<string, Text> = {
  'size.client': { en: 'size, as “Build npm” makes it', zh: '“构建 npm”后的体积' },
  'size.clientUploaded': { en: 'size, compiled to ES5', zh: '转 ES5 后的体积' },
  'client.load': { en: 'load time', zh: '加载时间' },
  'client.heap': { en: 'heap after loading', zh: '加载后的堆内存' },
  'client.sign': { en: 'signing', zh: '签名' },
  'client.listing': { en: 'parsing a list of 1,000 keys', zh: '解析 1000 个对象的列表' },
  'client.queueMemory': { en: 'memory of 20 queued uploads', zh: '20 个排队上传的内存' },
  'client.standstill': { en: 'longest block, 100 MiB upload', zh: '上传 100 MiB 时的最长阻塞' },
  'keys.files': { en: 'key requests for 50 files', zh: '50 个文件的密钥请求数' },
  'mobile.up': { en: '20 MB up, 4G', zh: '上传 20 MB，4G' },
  'mobile.upMany': { en: '50 small files up, 4G', zh: '上传 50 个小文件，4G' },
  'mobile.downMany': { en: '50 small files down, 4G', zh: '下载 50 个小文件，4G' },
  'weak.up': { en: '20 MB up, weak 3G', zh: '上传 20 MB，弱 3G' },
  'weak.upAuto': { en: '20 MB up, weak 3G, ‘auto’', zh: '上传 20 MB，弱 3G，‘auto’' },
  'far.upAuto': { en: '20 MB up, far bucket, ‘auto’', zh: '上传 20 MB，远端存储桶，‘auto’' },
}

const TITLE: Record<Language, (version: string) => string> = {
  en: (version) => `miniprogram-cos compared with cos-wx-sdk-v5 ${version}: less is better`,
  zh: (version) => `miniprogram-cos 与 cos-wx-sdk-v5 ${version} 对比：越小越好`,
}

/** The chart of the READMEs: our cost where that of cos-wx-sdk-v5 is 1. */
export function overviewChart(record: BenchRecord, figures: Figure[], language: Language): string {
  const byId = new Map(figures.map((figure) => [figure.id, figure]))
  const bars = Object.entries(OVERVIEW).flatMap(([id, label]) => {
    const figure = byId.get(id)
    return figure ? [barOf(figure, label[language])] : []
  })
  const title = TITLE[language](record.peers['cos-wx-sdk-v5'] ?? '')
  return ratioChart({ title, peer: 'cos-wx-sdk-v5 = 1', bars })
}

function barOf(figure: Figure, label: string): Bar {
  const { ratio, ours, peerSpread, unit, better } = figure
  const median = costOf(figure)
  if (!ratio || !peerSpread || median === undefined) throw new Error(`${figure.id} has no peer`)
  const [min, max] = better === 'less' ? [ratio.min, ratio.max] : [1 / ratio.max, 1 / ratio.min]
  const sides = [ours, peerSpread].map(({ median }) => numberText(median)).join(' : ')
  return { label, cost: { median, min, max }, detail: `${sides} ${unit}` }
}

export interface Bar {
  label: string
  /** Our cost where the peer's is 1, and its spread. Less is better. */
  cost: Spread
  /** Shown behind the bar and its cost. */
  detail: string
}

export interface RatioChart {
  title: string
  /** Label of the line at 1: `cos-wx-sdk-v5 = 1`. */
  peer: string
  bars: Bar[]
}

const WIDTH = 880
const LABELS = 372
const BARS = 240
const TOP = 64
const ROW = 28
/** A longer bar is cut; its number shows how long it is. */
const LONGEST = 2

const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .cost { font-weight: 600 }
  .quiet { fill: #59636e }
  .track { fill: #eff2f5 }
  .better { fill: #1a7f64 }
  .equal { fill: #818b98 }
  .worse { fill: #bc4c00 }
  .peer { stroke: #59636e; stroke-dasharray: 3 3 }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .track { fill: #21262d }
    .better { fill: #3fb68b }
    .equal { fill: #656c76 }
    .worse { fill: #db6d28 }
    .peer { stroke: #9198a1 }
    .spread { stroke: #f0f6fc }
  }`

const escaped = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

const round = (value: number) => Math.round(value * 10) / 10

/** Horizontal bars around a line at 1, as an SVG for light and dark backgrounds. */
export function ratioChart({ title, peer, bars }: RatioChart): string {
  const longest = Math.min(LONGEST, Math.max(1.1, ...bars.map(({ cost }) => cost.max)))
  const x = (cost: number) => round(LABELS + (Math.min(cost, longest) / longest) * BARS)
  const height = TOP + bars.length * ROW + 12
  const rows = bars.map((bar, i) => rowOf(bar, TOP + i * ROW, x))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="12" y="26">${escaped(title)}</text>`,
    ...rows,
    `<line class="peer" x1="${x(1)}" x2="${x(1)}" y1="${TOP - 8}" y2="${height - 8}"/>`,
    `<text class="quiet" x="${x(1)}" y="${TOP - 14}" text-anchor="middle">${escaped(peer)}</text>`,
    '</svg>',
    '',
  ].join('\n')
}

function rowOf(
  { label, cost: { median: cost, min, max }, detail }: Bar,
  y: number,
  x: (cost: number) => number,
) {
  const kind = Math.abs(cost - 1) <= NOISE ? 'equal' : cost < 1 ? 'better' : 'worse'
  const costText = ratioText(cost)
  const base = y + 17
  const middle = y + 13
  return [
    `<text x="${LABELS - 12}" y="${base}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="track" x="${LABELS}" y="${y + 4}" width="${BARS}" height="18" rx="3"/>`,
    `<rect class="${kind}" x="${LABELS}" y="${y + 4}" width="${round(Math.max(2, x(cost) - LABELS))}" height="18" rx="3"/>`,
    `<line class="spread" x1="${x(min)}" x2="${x(max)}" y1="${middle}" y2="${middle}"/>`,
    `<text class="cost" x="${LABELS + BARS + 60}" y="${base}" text-anchor="end">${costText}</text>`,
    `<text class="quiet" x="${LABELS + BARS + 74}" y="${base}">${escaped(detail)}</text>`,
  ].join('')
}
