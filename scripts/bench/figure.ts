import { ratioOf, type Spread, spreadOf } from './statistics'

/** What a figure measures. */
export interface About {
  /** In a few words: a line of the table. */
  what: string
  unit: Unit
  better: 'less' | 'more'
  /** What stands beside. @default nothing: the figure is ours alone */
  peer?: string
  /** The peer is the same thing under other circumstances, so that none of the two is better. */
  isOwnPeer?: boolean
  /** What is aimed at: of the ratio where there is a peer, else of our median. */
  goal?: number
  /** What the number alone does not say. */
  note?: string
}

export type Unit = 'KB' | 'KiB' | 'MiB' | 'ms' | 's' | '/s' | 'MB/s' | 'calls' | 'files' | 'errors'

/** Figures that are measured together. */
export interface Section {
  title: string
  /** How all of them are measured. */
  how: string
  figures: Record<string, About>
}

/** What was measured, round by round; the rounds of both sides took turns. */
export interface Values {
  ours: number[]
  peer?: number[]
}

/** A value for each figure of a section. Undefined says that it could not be measured here. */
export type Measured<S extends Section> = Record<keyof S['figures'], Values | undefined>

/** A figure with its numbers. */
export interface Figure extends About {
  id: string
  ours: Spread
  theirs?: Spread
  /** Ours to theirs. */
  ratio?: Spread
}

/** @throws Error if a peer is said and not measured, or the other way round */
export function figureOf(id: string, about: About, { ours, peer }: Values): Figure {
  if (!about.peer !== !peer) throw new Error(`${id}: what is measured is not what is said`)
  return {
    id,
    ...about,
    ours: spreadOf(ours),
    ...(peer ? { theirs: spreadOf(peer), ratio: ratioOf(ours, peer) } : {}),
  }
}

/** Our cost where the peer's is 1: less is better, whatever the unit. */
export function costOf({ ratio, better }: Figure): number | undefined {
  return ratio && (better === 'less' ? ratio.median : 1 / ratio.median)
}

/** Below this, a difference is none. */
const NOISE = 0.03

/** Which of the two is better; undefined where they are equal or of one kind. */
export function betterSide(figure: Figure): 'ours' | 'peer' | undefined {
  const cost = costOf(figure)
  if (cost === undefined || figure.isOwnPeer || Math.abs(cost - 1) <= NOISE) return undefined
  return cost < 1 ? 'ours' : 'peer'
}

/** Whether the goal is reached, to the two digits that are shown; undefined without a goal. */
export function isReached({ goal, ratio, ours, better }: Figure): boolean | undefined {
  if (goal === undefined) return undefined
  const value = Math.round((ratio ?? ours).median * 100) / 100
  return better === 'less' ? value <= goal : value >= goal
}
