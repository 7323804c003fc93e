import { CATALOGUE, type SectionName } from '../catalogue'
import { betterSide, type Figure, isReached } from '../figure'
import { figureTable } from '../figureTable'
import { numberText, ratioText } from '../numberText'
import { type BenchRecord, figuresById, sectionFigures } from '../record'

/** docs/BENCHMARKS.md: every figure of a run, what it measures and how, and where a peer is better. */
export function benchmarksDocument(record: BenchRecord): string {
  const all = [...figuresById(record).values()]
  const sections = (Object.keys(CATALOGUE) as SectionName[]).map((name) => section(name, record))
  return `${[
    '# Benchmarks',
    '<!-- Made by `npm run bench -- --record`, which measures anew; `npm run bench -- --report` makes it of the recorded run. -->',
    intro(record),
    '## Where a peer is better',
    listOf(all.filter((figure) => betterSide(figure) === 'peer')),
    '## What was aimed at and is missed',
    listOf(all.filter((figure) => isReached(figure) === false)),
    ...sections,
  ].join('\n\n')}\n`
}

function intro({ date, node, platform, cpus, load, minutes, peers }: BenchRecord): string {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`)
  return `\`npm run bench\` measures all of this in one run, each side in turns with its peer. This run is of ${date}: Node
${node.slice(1)}, ${platform}, ${cpus} CPUs, a load of ${load.toFixed(1)} before it began; it took ${minutes.toFixed(0)} minutes. Beside it stood ${versions.join(', ')}.
[results.json](bench/results.json) has every round.

A figure is the median of its rounds, with the smallest and the largest behind it. A ratio is ours to the peer's, round
by round: with times, bytes and calls less is better, with rates (\`/s\`, \`MB/s\`) more is. The charts show what the same
work costs where the peer's cost is 1, so that there less is always better; the thin line is the spread. Differences of
up to 3 % count as none.`
}

function section(name: SectionName, record: BenchRecord): string {
  const { title, how } = CATALOGUE[name]
  const figures = sectionFigures(name, record)
  const notes = figures.filter(({ note }) => note).map(({ what, note }) => `- *${what}*: ${note}`)
  return [
    `## ${title}`,
    how,
    `![${title}](bench/${name}.svg)`,
    figureTable(figures),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ].join('\n\n')
}

function listOf(figures: Figure[]): string {
  if (figures.length === 0) return 'Nothing.'
  return figures.map(lineOf).join('\n')
}

function lineOf(figure: Figure): string {
  const { what, ours, theirs, unit, ratio, peer, goal } = figure
  const numbers = theirs
    ? `${numberText(ours.median, unit)} : ${numberText(theirs.median, unit)} ${unit} beside ${peer}, ratio ${ratioText(ratio?.median ?? Number.NaN)}`
    : `${numberText(ours.median, unit)} ${unit}`
  const aim = isReached(figure) === false ? `, aimed at ${goal}` : ''
  return `- ${what}: ${numbers}${aim}`
}
