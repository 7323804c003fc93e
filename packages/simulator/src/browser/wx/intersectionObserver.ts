import { nodeOf } from '../elements/base'

/** Options of `createIntersectionObserver` (page IntersectionObserver of the WeChat documents). */
export interface ObserverOptions {
  /** @default [0] */
  thresholds?: number[]
  /** The ratio that the first measured one is compared with. @default 0 */
  initialRatio?: number
  /** Observes all elements of the selector instead of the first. @default false */
  observeAll?: boolean
}

interface Margins {
  left?: number
  right?: number
  top?: number
  bottom?: number
}

interface Intersection {
  id: string
  dataset: object
  intersectionRatio: number
  intersectionRect: DOMRectReadOnly
  boundingClientRect: DOMRectReadOnly
  relativeRect: DOMRectReadOnly | null
  time: number
}

/**
 * WeChat's IntersectionObserver by the browser's. That of glass-easel's adapter calls back at first only if no threshold
 * is reached, so a list whose end is visible from the beginning would never load more.
 */
export class PhoneIntersectionObserver {
  readonly #find: (selector: string) => Element[]
  readonly #options: ObserverOptions
  #reference: string | undefined
  #margins: Margins = {}
  #observers: IntersectionObserver[] = []

  /** @param find returns the elements of a page or component for a selector */
  constructor(find: (selector: string) => Element[], options: ObserverOptions = {}) {
    this.#find = find
    this.#options = options
  }

  relativeTo(selector: string, margins: Margins = {}): this {
    this.#reference = selector
    this.#margins = margins
    return this
  }

  relativeToViewport(margins: Margins = {}): this {
    this.#reference = undefined
    this.#margins = margins
    return this
  }

  observe(selector: string, callback: (intersection: Intersection) => void): void {
    const { thresholds = [0], initialRatio = 0, observeAll = false } = this.#options
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.#margins
    const measured = new WeakSet<Element>()
    const report = (entry: IntersectionObserverEntry) => {
      const { target, intersectionRatio: ratio } = entry
      const isFirst = !measured.has(target)
      measured.add(target)
      const isCrossed = (threshold: number) => (initialRatio - threshold) * (ratio - threshold) <= 0
      if (isFirst && (ratio === initialRatio || !thresholds.some(isCrossed))) return
      const node = nodeOf(target)
      callback({
        id: node?.id ?? '',
        dataset: node?.dataset ?? {},
        intersectionRatio: ratio,
        intersectionRect: entry.intersectionRect,
        boundingClientRect: entry.boundingClientRect,
        relativeRect: entry.rootBounds,
        time: entry.time,
      })
    }
    const reference = this.#reference === undefined ? undefined : this.#find(this.#reference)[0]
    const observer = new IntersectionObserver((entries) => entries.forEach(report), {
      // Margins of the implicit root have no effect in the frame of another origin.
      root: reference ?? document,
      rootMargin: `${top}px ${right}px ${bottom}px ${left}px`,
      threshold: thresholds,
    })
    const elements = this.#find(selector)
    for (const element of observeAll ? elements : elements.slice(0, 1)) {
      observer.observe(element)
    }
    this.#observers.push(observer)
  }

  disconnect(): void {
    for (const observer of this.#observers) observer.disconnect()
    this.#observers = []
  }
}
