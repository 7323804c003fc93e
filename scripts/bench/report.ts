import { readFileSync } from 'node:fs'
import { at } from '../build/root'
import { otherLanguage, table } from '../docs/markdown'
import {
  type BenchRecord,
  betterSide,
  type Figure,
  figureOf,
  isReached,
  type Language,
  numberText,
  ratioText,
  type Spread,
  type Suite,
  spreadText,
  type Text,
} from './figure'
import { overviewChart } from './overviewChart'

/**
 * The suites by the names that `npm run bench` takes, in the order of the report. They are loaded when the packages that
 * they measure have been built.
 */
const SUITES = {
  size: async () => (await import('./size')).size,
  client: async () => (await import('./client')).client,
  keys: async () => (await import('./keyRequests')).keyRequests,
  networks: async () => (await import('./networks')).networks,
  'cloud-functions': async () => (await import('./cloudFunctions')).cloudFunctions,
  'local-cos': async () => (await import('./localCos')).localCos,
}

export const SUITE_NAMES = Object.keys(SUITES)

/** @param names @default all */
export async function loadSuites(names = SUITE_NAMES): Promise<Suite[]> {
  const suites: Suite[] = []
  for (const [name, load] of Object.entries(SUITES)) {
    if (names.includes(name)) suites.push(await load())
  }
  return suites
}

/** The run that docs/BENCHMARKS.md shows. */
export const RECORDED = at('docs/bench/results.json')

export function readRecord(): BenchRecord {
  return JSON.parse(readFileSync(RECORDED, 'utf8'))
}

/** A record as JSON, with five digits of each number: more than any measurement has. */
export function recordText(record: BenchRecord): string {
  const shorten = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value
  const text = JSON.stringify(record, shorten, 2)
  // A list of numbers is one line.
  return `${text.replace(/\[\s+([^[\]{}]+?)\s+\]/g, (_, list) => `[${list.replace(/\s+/g, ' ')}]`)}\n`
}

/** The figures of a suite that a run has measured. */
export function measuredFigures({ figures }: Suite, record: BenchRecord): Figure[] {
  return Object.entries(figures).flatMap(([id, info]) => {
    const rounds = record.figures[id]
    return rounds ? [figureOf(id, info, rounds)] : []
  })
}

const TITLE: Text = { en: 'Benchmarks', zh: '性能对比' }
const CHART: Text = { en: 'Compared with cos-wx-sdk-v5', zh: '与 cos-wx-sdk-v5 对比' }
const PEER_IS_BETTER: Text = { en: 'Where a peer is better', zh: '对方更优的项目' }
const MISSED_TARGETS: Text = { en: 'Missed targets', zh: '未达到的目标' }
const NONE: Text = { en: 'None.', zh: '无。' }
const COLUMNS: Record<Language, string[]> = {
  en: ['what', 'here', 'peer', 'ratio', 'goal', 'better'],
  zh: ['项目', '本项目', '对照', '比值', '目标', '更优'],
}
const BETTER: Record<'ours' | 'peer', Text> = {
  ours: { en: 'here', zh: '本项目' },
  peer: { en: 'peer', zh: '对照' },
}
const MISSED: Text = { en: ', missed', zh: '，未达到' }
const RATIO: Text = { en: 'ratio ', zh: '比值 ' }
const TARGET: Text = { en: 'target ', zh: '目标 ' }
const TO: Text = { en: ' to ', zh: ' 至 ' }
const COLON: Text = { en: ': ', zh: '：' }
const COMMA: Text = { en: ', ', zh: '，' }
/** Units that are words. */
const CHINESE_UNITS: Partial<Record<Figure['unit'], string>> = {
  calls: '次',
  files: '个文件',
  errors: '个错误',
}

/** Medians, the spread behind each, and the goals, as a Markdown table. */
export function figureTable(figures: Figure[], language: Language = 'en'): string {
  const spread = (values: Spread, unit: Figure['unit']) =>
    spreadText(values, (language === 'zh' && CHINESE_UNITS[unit]) || unit).replace(
      ' to ',
      TO[language],
    )
  return table(
    COLUMNS[language],
    figures.map((figure) => {
      const { what, unit, ours, peerSpread, ratio, peer } = figure
      const side = betterSide(figure)
      return [
        what[language],
        spread(ours, unit),
        peerSpread
          ? `${peerText(peer, language)}${COLON[language]}${spread(peerSpread, unit)}`
          : '',
        ratio ? ratioText(ratio.median) : '',
        goalText(figure, language),
        side ? BETTER[side][language] : '',
      ]
    }),
  )
}

const peerText = (peer: Figure['peer'] = '', language: Language) =>
  typeof peer === 'string' ? peer : peer[language]

function goalText(figure: Figure, language: Language): string {
  const { goal, better } = figure
  if (goal === undefined) return ''
  return `${better === 'less' ? '<=' : '>='} ${goal}${isReached(figure) ? '' : MISSED[language]}`
}

/** The generated files of a run by their paths: docs/BENCHMARKS.md and the charts of the READMEs. */
export function reportFiles(record: BenchRecord, suites: Suite[]): Record<string, string> {
  const figures = suites.flatMap((suite) => measuredFigures(suite, record))
  return {
    'docs/BENCHMARKS.md': benchmarksDocument(record, suites, 'en'),
    'docs/BENCHMARKS.zh-CN.md': benchmarksDocument(record, suites, 'zh'),
    'docs/bench/overview-en.svg': overviewChart(record, figures, 'en'),
    'docs/bench/overview-zh.svg': overviewChart(record, figures, 'zh'),
  }
}

function benchmarksDocument(record: BenchRecord, suites: Suite[], language: Language): string {
  const figures = suites.flatMap((suite) => measuredFigures(suite, record))
  const sections = suites.flatMap((suite) => {
    const measured = measuredFigures(suite, record)
    const notes = measured.flatMap(({ what, note }) =>
      note ? [`- *${what[language]}*${COLON[language]}${note[language]}`] : [],
    )
    return [
      `## ${suite.title[language]}`,
      suite.how[language],
      figureTable(measured, language),
      notes.join('\n'),
    ]
  })
  return `${[
    `# ${TITLE[language]}`,
    '<!-- Generated by `npm run docs` from docs/bench/results.json, which `npm run bench -- --record` measures. -->',
    otherLanguage('BENCHMARKS.md', language),
    INTRODUCTION[language](record),
    `![${CHART[language]}](bench/overview-${language}.svg)`,
    `## ${PEER_IS_BETTER[language]}`,
    listOf(
      figures.filter((figure) => betterSide(figure) === 'peer'),
      language,
    ),
    `## ${MISSED_TARGETS[language]}`,
    listOf(
      figures.filter((figure) => isReached(figure) === false),
      language,
    ),
    ...sections.filter(Boolean),
  ].join('\n\n')}\n`
}

const versionsOf = ({ peers }: BenchRecord, comma: string) =>
  Object.entries(peers)
    .map(([name, version]) => `${name} ${version}`)
    .join(comma)

const INTRODUCTION: Record<Language, (record: BenchRecord) => string> = {
  en(record) {
    const { date, node, platform, cpus, load, minutes } = record
    return `\`npm run bench\` measures all of this in one run; each side takes turns with its peer. Recorded on ${date}: Node
${node.slice(1)}, ${platform}, ${cpus} CPUs, load ${load.toFixed(1)} before the run, ${minutes.toFixed(0)} minutes. Peers: ${versionsOf(record, ', ')}.
[results.json](bench/results.json) has every round.

A figure is the median of its rounds, followed by the smallest and the largest. A ratio is ours to the peer's, round by
round: less is better for times, bytes and calls, more is better for rates (\`/s\`, \`MB/s\`). Differences of up to 3 %
count as none. The chart shows what the same work costs where the peer's cost is 1; the thin line is the spread.`
  },
  zh(record) {
    const { date, node, platform, cpus, load, minutes } = record
    return `\`npm run bench\` 一次测量全部项目，双方轮流运行。记录于 ${date}：Node ${node.slice(1)}，${platform}，${cpus} 个 CPU，运行前负载
${load.toFixed(1)}，共 ${minutes.toFixed(0)} 分钟。对照：${versionsOf(record, '、')}。每一轮的数据见 [results.json](bench/results.json)。

数值为各轮的中位数，括号内为最小值与最大值。比值为本项目与对照逐轮相比：时间、字节和次数越小越好，速率（\`/s\`、\`MB/s\`）越大越好。
不超过 3% 的差异视为相同。图中以对照的开销为 1，显示完成同样工作的开销，细线为各轮的范围。`
  },
}

function listOf(figures: Figure[], language: Language): string {
  return figures.length === 0
    ? NONE[language]
    : figures.map((figure) => lineOf(figure, language)).join('\n')
}

function lineOf(figure: Figure, language: Language): string {
  const comma = COMMA[language]
  const { what, ours, peerSpread, unit, ratio, peer, goal } = figure
  const numbers =
    peerSpread && ratio
      ? [
          `${numberText(ours.median)} ${unit}`,
          `${peerText(peer, language)} ${numberText(peerSpread.median)} ${unit}`,
          `${RATIO[language]}${ratioText(ratio.median)}`,
        ].join(comma)
      : `${numberText(ours.median)} ${unit}`
  return `- ${what[language]}${COLON[language]}${numbers}${isReached(figure) === false ? `${comma}${TARGET[language]}${goal}` : ''}`
}
