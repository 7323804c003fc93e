import { betterSide, type Figure, isReached } from './figure'
import { ratioText, spreadText } from './numberText'
import { asTable } from './table'

const HEAD = ['what', 'here', 'the peer', 'ratio', 'goal', '']

/** Figures as a table: medians, the spread behind each, and what is aimed at. */
export function figureTable(figures: Figure[]): string {
  return asTable([HEAD, ...figures.map(rowOf)])
}

function rowOf(figure: Figure): string[] {
  const { what, unit, ours, theirs, ratio, peer } = figure
  return [
    what,
    spreadText(ours, unit),
    theirs ? `${peer}: ${spreadText(theirs, unit)}` : '',
    ratio ? rangeText(ratio) : '',
    goalText(figure),
    betterSide(figure) === 'peer' ? 'the peer is better' : '',
  ]
}

function rangeText({ median, min, max }: NonNullable<Figure['ratio']>): string {
  const [from, middle, to] = [min, median, max].map(ratioText)
  return from === to ? `${middle}` : `${middle} (${from} to ${to})`
}

function goalText(figure: Figure): string {
  const { goal, better } = figure
  if (goal === undefined) return ''
  return `${better === 'less' ? '<=' : '>='} ${goal}${isReached(figure) ? '' : ', missed'}`
}
