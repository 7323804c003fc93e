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

interface ReportTexts {
  title: string
  chart: string
  peerIsBetter: string
  missedTargets: string
  none: string
  columns: string[]
  better: Record<'ours' | 'peer' | 'none', string>
  missed: string
  to: string
  colon: string
  comma: string
  ratio: string
  target: string
  /** Units that are words. */
  units: Partial<Record<Figure['unit'], string>>
}

const TEXT: Record<Language, ReportTexts> = {
  en: {
    title: 'Benchmarks',
    chart: 'Compared with cos-wx-sdk-v5',
    peerIsBetter: 'Where a peer is better',
    missedTargets: 'Missed targets',
    none: 'None.',
    columns: ['what', 'here', 'peer', 'ratio', 'goal', 'better'],
    better: { ours: 'here', peer: 'peer', none: '' },
    missed: ', missed',
    to: ' to ',
    colon: ': ',
    comma: ', ',
    ratio: 'ratio ',
    target: 'target ',
    units: {},
  },
  zh: {
    title: '性能对比',
    chart: '与 cos-wx-sdk-v5 对比',
    peerIsBetter: '对方更优的项目',
    missedTargets: '未达到的目标',
    none: '无。',
    columns: ['项目', '本项目', '对照', '比值', '目标', '更优'],
    better: { ours: '本项目', peer: '对照', none: '' },
    missed: '，未达到',
    to: ' 至 ',
    colon: '：',
    comma: '，',
    ratio: '比值 ',
    target: '目标 ',
    units: { calls: '次', files: '个文件', errors: '个错误' },
  },
}

/** Medians, the spread behind each, and the goals, as a Markdown table. */
export function figureTable(figures: Figure[], language: Language = 'en'): string {
  const { columns, better, colon, to, units } = TEXT[language]
  const spread = (values: Spread, unit: Figure['unit']) =>
    spreadText(values, units[unit] ?? unit).replace(' to ', to)
  return table(
    columns,
    figures.map((figure) => {
      const { what, unit, ours, theirs, ratio, peer } = figure
      return [
        what[language],
        spread(ours, unit),
        theirs ? `${peerText(peer, language)}${colon}${spread(theirs, unit)}` : '',
        ratio ? ratioText(ratio.median) : '',
        goalText(figure, language),
        better[betterSide(figure) ?? 'none'],
      ]
    }),
  )
}

const peerText = (peer: Figure['peer'] = '', language: Language) =>
  typeof peer === 'string' ? peer : peer[language]

function goalText(figure: Figure, language: Language): string {
  const { goal, better } = figure
  if (goal === undefined) return ''
  return `${better === 'less' ? '<=' : '>='} ${goal}${isReached(figure) ? '' : TEXT[language].missed}`
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
  const { title, chart, peerIsBetter, missedTargets, colon } = TEXT[language]
  const figures = suites.flatMap((suite) => measuredFigures(suite, record))
  const sections = suites.flatMap((suite) => {
    const measured = measuredFigures(suite, record)
    const notes = measured.flatMap(({ what, note }) =>
      note ? [`- *${what[language]}*${colon}${note[language]}`] : [],
    )
    return [
      `## ${suite.title[language]}`,
      suite.how[language],
      figureTable(measured, language),
      notes.join('\n'),
    ]
  })
  return `${[
    `# ${title}`,
    '<!-- Generated by `npm run docs` from docs/bench/results.json, which `npm run bench -- --record` measures. -->',
    otherLanguage('BENCHMARKS.md', language),
    INTRODUCTION[language](record),
    `![${chart}](bench/overview-${language}.svg)`,
    `## ${peerIsBetter}`,
    listOf(
      figures.filter((figure) => betterSide(figure) === 'peer'),
      language,
    ),
    `## ${missedTargets}`,
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
    ? TEXT[language].none
    : figures.map((figure) => lineOf(figure, language)).join('\n')
}

function lineOf(figure: Figure, language: Language): string {
  const { colon, comma, ratio: ratioLabel, target } = TEXT[language]
  const { what, ours, theirs, unit, ratio, peer, goal } = figure
  const numbers =
    theirs && ratio
      ? [
          `${numberText(ours.median)} ${unit}`,
          `${peerText(peer, language)} ${numberText(theirs.median)} ${unit}`,
          `${ratioLabel}${ratioText(ratio.median)}`,
        ].join(comma)
      : `${numberText(ours.median)} ${unit}`
  return `- ${what[language]}${colon}${numbers}${isReached(figure) === false ? `${comma}${target}${goal}` : ''}`
}
