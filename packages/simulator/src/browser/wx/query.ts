import type { PageStack, Scope } from '../app/pageStack'
import { cssName } from '../dom'
import { elementsIn, nodeOf } from '../elements/base'
import { canvasNode, WxCanvas } from '../elements/canvas'
import { WxScrollView } from '../elements/containers'
import { WxVideo } from '../elements/display'
import { playerControls } from './media'

interface Fields {
  id?: boolean
  dataset?: boolean
  mark?: boolean
  rect?: boolean
  size?: boolean
  scrollOffset?: boolean
  properties?: string[]
  computedStyle?: string[]
  context?: boolean
  node?: boolean
}

type Result = Record<string, unknown> | null

/** Called with what was measured, which an app declares as it needs. */
type QueryCallback = { call(result: unknown): void }['call']

/** `wx.createSelectorQuery` and `this.createSelectorQuery`. */
export class SelectorQuery {
  readonly #stack: PageStack
  readonly #queue: { read: () => unknown; callback: QueryCallback | undefined }[] = []
  #scope: Scope | undefined

  constructor(stack: PageStack, scope?: Scope) {
    this.#stack = stack
    this.#scope = scope
  }

  in(scope: Scope): this {
    this.#scope = scope
    return this
  }

  select(selector: string): NodesRef {
    return new NodesRef(this, () => this.#find(selector).slice(0, 1), true)
  }

  selectAll(selector: string): NodesRef {
    return new NodesRef(this, () => this.#find(selector), false)
  }

  selectViewport(): NodesRef {
    const page = () => this.#stack.current?.element
    return new NodesRef(this, () => [page()].filter((element) => element !== undefined), true, true)
  }

  exec(callback?: (results: unknown[]) => void): this {
    // Results come after the next render, as in WeChat.
    requestAnimationFrame(() => {
      const results = this.#queue.splice(0).map(({ read, callback: own }) => {
        const result = read()
        own?.(result)
        return result
      })
      callback?.(results)
    })
    return this
  }

  /** Called by `NodesRef`. */
  add(read: () => unknown, callback: QueryCallback | undefined): this {
    this.#queue.push({ read, callback })
    return this
  }

  #find(selector: string): Element[] {
    const scope: Scope | undefined = this.#scope ?? this.#stack.current?.instance
    const [within, ...rest] = selector.split('>>>').map((part) => part.trim())
    // `a >>> b` looks inside the component `a`.
    return rest.reduce(
      (hosts, inner) => hosts.flatMap((host) => elementsIn(nodeOf(host), inner)),
      elementsIn(scope?._$, within ?? ''),
    )
  }
}

class NodesRef {
  readonly #query: SelectorQuery
  readonly #find: () => Element[]
  readonly #isSingle: boolean
  readonly #isViewport: boolean

  constructor(query: SelectorQuery, find: () => Element[], isSingle: boolean, isViewport = false) {
    this.#query = query
    this.#find = find
    this.#isSingle = isSingle
    this.#isViewport = isViewport
  }

  fields(fields: Fields, callback?: QueryCallback): SelectorQuery {
    const read = (element: Element) => this.#read(element, fields)
    return this.#query.add(() => {
      const results = this.#find().map(read)
      return this.#isSingle ? (results[0] ?? null) : results
    }, callback)
  }

  boundingClientRect(callback?: QueryCallback): SelectorQuery {
    return this.fields({ id: true, dataset: true, rect: true, size: true }, callback)
  }

  scrollOffset(callback?: QueryCallback): SelectorQuery {
    return this.fields({ id: true, dataset: true, scrollOffset: true }, callback)
  }

  context(callback?: QueryCallback): SelectorQuery {
    return this.fields({ context: true }, callback)
  }

  node(callback?: QueryCallback): SelectorQuery {
    return this.fields({ node: true }, callback)
  }

  #read(element: Element, fields: Fields): Result {
    const result: Record<string, unknown> = {}
    const node = nodeOf(element)
    // Coordinates begin at the page, below the navigation bar.
    const page = element.closest('wx-page')?.getBoundingClientRect()
    const rect = element.getBoundingClientRect()
    const top = this.#isViewport ? 0 : rect.top - (page?.top ?? 0)
    const left = this.#isViewport ? 0 : rect.left - (page?.left ?? 0)
    if (fields.id) result.id = node?.id ?? ''
    if (fields.dataset) result.dataset = node?.dataset ?? {}
    if (fields.rect) {
      Object.assign(result, { left, top, right: left + rect.width, bottom: top + rect.height })
    }
    if (fields.size) Object.assign(result, { width: rect.width, height: rect.height })
    if (fields.scrollOffset) {
      const { scrollTop, scrollLeft, scrollHeight, scrollWidth } = element
      Object.assign(result, { scrollTop, scrollLeft, scrollHeight, scrollWidth })
    }
    const style = getComputedStyle(element)
    for (const name of fields.computedStyle ?? []) {
      result[name] = style.getPropertyValue(cssName(name))
    }
    for (const name of fields.properties ?? []) {
      result[name] = node?.data?.[name] ?? node?.getAttribute(name) ?? undefined
    }
    if (fields.node) result.node = nodeOfElement(element)
    if (fields.context) result.context = element instanceof WxVideo ? videoContext(element) : null
    return result
  }
}

function nodeOfElement(element: Element): object | null {
  if (element instanceof WxCanvas) return canvasNode(element.canvas)
  if (!(element instanceof WxScrollView)) return null
  return {
    scrollTo: ({ top = 0, left = 0 }: { top?: number; left?: number }) =>
      element.scrollTo({ top, left }),
    scrollIntoView: (selector: string) =>
      element.querySelector(selector)?.scrollIntoView({ block: 'nearest' }),
  }
}

/** `wx.createVideoContext`. */
export function videoContext(element: WxVideo | undefined): object {
  const player = element?.player
  return {
    ...playerControls(player),
    playbackRate(rate: number) {
      if (player) player.playbackRate = rate
    },
    requestFullScreen: () => void player?.requestFullscreen(),
    exitFullScreen: () => void document.exitFullscreen(),
    sendDanmu() {},
  }
}

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
 * WeChat's IntersectionObserver, implemented with the browser's. The one of glass-easel's adapter reports the initial
 * state only if no threshold is reached, so a list whose end is visible from the beginning would never load more.
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
