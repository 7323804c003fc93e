import { readFileSync } from 'node:fs'
import { at } from '../build/root'
import { CATALOGUE, type SectionName } from './catalogue'
import { type Figure, figureOf, type Section, type Values } from './figure'

/** The run that the documents quote. */
export const RECORDED = at('docs/bench/results.json')

/** One run, and what a reader needs to judge it. */
export interface BenchRecord {
  date: string
  node: string
  platform: string
  cpus: number
  /** How busy the machine was before the run: the load average of a minute. */
  load: number
  minutes: number
  /** Versions of what stands beside. */
  peers: Record<string, string>
  /** Round by round, by the names of the catalogue. */
  figures: Record<string, Values>
}

/** @throws Error if the documents have no run to quote */
export function readRecord(): BenchRecord {
  return JSON.parse(readFileSync(RECORDED, 'utf8'))
}

/** Text of a record: five digits of each number, more than any measurement has. */
export function recordText(record: BenchRecord): string {
  const shorten = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value
  const text = JSON.stringify(record, shorten, 2)
  // A list of numbers is a line.
  return `${text.replace(/\[\s+([^[\]{}]+?)\s+\]/g, (_, list) => `[${list.replace(/\s+/g, ' ')}]`)}\n`
}

/** The figures of a section that were measured. */
export function sectionFigures(name: SectionName, record: BenchRecord): Figure[] {
  const { figures }: Section = CATALOGUE[name]
  return Object.entries(figures).flatMap(([id, about]) => {
    const values = record.figures[id]
    return values ? [figureOf(id, about, values)] : []
  })
}

/** All figures that were measured, by name. */
export function figuresById(record: BenchRecord): Map<string, Figure> {
  const names = Object.keys(CATALOGUE) as SectionName[]
  const all = names.flatMap((name) => sectionFigures(name, record))
  return new Map(all.map((figure) => [figure.id, figure]))
}

/** Looks figures up. The function that it gives throws an Error for one that was not measured. */
export function figureNamed(figures: Map<string, Figure>): (id: string) => Figure {
  return (id) => {
    const figure = figures.get(id)
    if (!figure) throw new Error(`${id} was not measured`)
    return figure
  }
}
