import { ratioText } from '../numberText'

export interface Bar {
  label: string
  /** Our cost where the peer's is 1. Less is better. */
  cost: number
  /** How far single rounds went. */
  from: number
  to: number
  /** Said behind the bar and its cost. */
  detail: string
}

export interface RatioChart {
  title: string
  /** What the bars end at: `cos-wx-sdk-v5 = 1`. */
  peer: string
  bars: Bar[]
}

const WIDTH = 880
const LABELS = 372
const BARS = 240
const TOP = 64
const ROW = 28
/** A longer bar is cut and says so by its number. */
const LONGEST = 2
const NOISE = 0.03

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

/** Bars beside a peer's, as an SVG that reads in light and dark. */
export function ratioChart({ title, peer, bars }: RatioChart): string {
  const longest = Math.min(
    LONGEST,
    Math.max(1.1, ...bars.map(({ cost, to }) => Math.max(cost, to))),
  )
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

function rowOf({ label, cost, from, to, detail }: Bar, y: number, x: (cost: number) => number) {
  const kind = Math.abs(cost - 1) <= NOISE ? 'equal' : cost < 1 ? 'better' : 'worse'
  const costText = ratioText(cost)
  const base = y + 17
  const middle = y + 13
  return [
    `<text x="${LABELS - 12}" y="${base}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="track" x="${LABELS}" y="${y + 4}" width="${BARS}" height="18" rx="3"/>`,
    `<rect class="${kind}" x="${LABELS}" y="${y + 4}" width="${round(Math.max(2, x(cost) - LABELS))}" height="18" rx="3"/>`,
    `<line class="spread" x1="${x(from)}" x2="${x(to)}" y1="${middle}" y2="${middle}"/>`,
    `<text class="cost" x="${LABELS + BARS + 60}" y="${base}" text-anchor="end">${costText}</text>`,
    `<text class="quiet" x="${LABELS + BARS + 74}" y="${base}">${escaped(detail)}</text>`,
  ].join('')
}
