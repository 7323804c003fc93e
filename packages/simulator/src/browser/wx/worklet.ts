import { browserUnits } from '../../compile/compiledApp'
import { attempt } from '../app/problems'
import { cssName, globals } from '../dom'

// Here worklets run on the app's thread, so values are available at once; styles follow one frame later:
// https://developers.weixin.qq.com/miniprogram/dev/framework/runtime/skyline/worklet.html

type Ease = (progress: number) => number
type Done = (finished: boolean) => void
/** Moves a value towards a goal; `done` is called once. @returns stops it */
type Animate = (
  from: unknown,
  set: (value: unknown) => void,
  done: () => void,
) => (() => void) | undefined

/** What `timing`, `spring` and the like return; assigned to a shared value it starts. */
class Animation {
  readonly start: Animate

  constructor(start: Animate) {
    this.start = start
  }
}

const listeners = new Set<() => void>()
let isScheduled = false

/** Styles are computed again after any shared value has changed. */
function changed(): void {
  if (isScheduled) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    for (const listener of listeners) attempt('worklet of applyAnimatedStyle', listener)
  })
}

class SharedValue {
  #value: unknown
  #stop: (() => void) | undefined

  constructor(value: unknown) {
    this.#value = value
  }

  get value(): unknown {
    return this.#value
  }

  set value(value: unknown) {
    this.stop()
    if (value instanceof Animation) {
      this.#stop = value.start(
        this.#value,
        (next) => this.#set(next),
        () => {},
      )
    } else {
      this.#set(value)
    }
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #set(value: unknown): void {
    this.#value = value
    changed()
  }
}

function bezier(x1: number, y1: number, x2: number, y2: number): Ease {
  const at = (a: number, b: number, t: number) =>
    3 * a * t * (1 - t) ** 2 + 3 * b * t * t * (1 - t) + t ** 3
  return (x) => {
    let [low, high] = [0, 1]
    for (let i = 0; i < 20; i++) {
      const middle = (low + high) / 2
      if (at(x1, x2, middle) < x) low = middle
      else high = middle
    }
    return at(y1, y2, low)
  }
}

const power =
  (exponent: number): Ease =>
  (t) =>
    t ** exponent
const ease = bezier(0.42, 0, 1, 1)

const Easing = {
  linear: (t: number) => t,
  ease,
  quad: power(2),
  cubic: power(3),
  poly: power,
  sin: (t: number) => 1 - Math.cos((t * Math.PI) / 2),
  circle: (t: number) => 1 - Math.sqrt(1 - t * t),
  exp: (t: number) => 2 ** (10 * (t - 1)),
  elastic: () => ease,
  back: () => ease,
  bounce: ease,
  bezier: (...points: [number, number, number, number]) =>
    Object.assign(bezier(...points), { factory: () => bezier(...points) }),
  cubicBezier: bezier,
  in: (given: Ease) => given,
  out:
    (given: Ease): Ease =>
    (t) =>
      1 - given(1 - t),
  inOut:
    (given: Ease): Ease =>
    (t) =>
      t < 0.5 ? given(t * 2) / 2 : 1 - given((1 - t) * 2) / 2,
}

function timing(
  to: unknown,
  { duration = 300, easing = ease }: { duration?: number; easing?: Ease } = {},
  callback?: Done,
): Animation {
  return new Animation((from, set, done) => {
    const [first, last] = [Number.parseFloat(String(from)) || 0, Number.parseFloat(String(to))]
    const unit = typeof to === 'string' ? to.replace(/^-?[\d.]+/, '') : ''
    const began = performance.now()
    let isStopped = false
    const step = (now: number) => {
      if (isStopped) return
      const progress = duration > 0 ? Math.min(1, Math.max(0, now - began) / duration) : 1
      const number = first + (last - first) * easing(progress)
      set(progress === 1 ? to : unit ? `${number}${unit}` : number)
      if (progress < 1) requestAnimationFrame(step)
      else {
        callback?.(true)
        done()
      }
    }
    requestAnimationFrame(step)
    return () => {
      if (!isStopped) callback?.(false)
      isStopped = true
    }
  })
}

/** A spring is drawn as a movement that slows down. */
const spring = (to: unknown, _options?: object, callback?: Done) =>
  timing(to, { duration: 400, easing: Easing.out(Easing.cubic) }, callback)

const decay = ({ velocity = 0 }: { velocity?: number } = {}, callback?: Done) =>
  new Animation((from, set, done) =>
    spring(Number(from) + velocity / 5, {}, callback).start(from, set, done),
  )

const delay = (milliseconds: number, next: Animation) =>
  new Animation((from, set, done) => {
    let stop: (() => void) | undefined
    const timer = setTimeout(() => {
      stop = next.start(from, set, done)
    }, milliseconds)
    return () => {
      clearTimeout(timer)
      stop?.()
    }
  })

function sequence(...steps: Animation[]): Animation {
  return new Animation((from, set, done) => {
    let [last, stop]: [unknown, (() => void) | undefined] = [from, undefined]
    const run = (i: number) => {
      const keep = (value: unknown) => {
        last = value
        set(value)
      }
      const next = steps[i]
      if (next) stop = next.start(last, keep, () => run(i + 1))
      else done()
    }
    run(0)
    return () => stop?.()
  })
}

/** @param count a negative number repeats without end */
const repeat = (step: Animation, count = 2, _isReversed = false, callback?: Done): Animation =>
  new Animation((from, set, done) => {
    let stop: (() => void) | undefined
    const run = (left: number) => {
      if (left !== 0) {
        stop = step.start(from, set, () => run(left - 1))
      } else {
        callback?.(true)
        done()
      }
    }
    run(count)
    return () => stop?.()
  })

const sameThread =
  <Given extends unknown[], Result>(run: (...given: Given) => Result) =>
  (...given: Given) =>
    run(...given)

/** `wx.worklet`. */
export const worklet = {
  Easing,
  shared: (value: unknown) => new SharedValue(value),
  derived: (compute: () => unknown) => ({
    get value() {
      return compute()
    },
  }),
  cancelAnimation: (value: SharedValue) => value.stop(),
  timing,
  spring,
  decay,
  delay,
  sequence,
  repeat,
  runOnJS: sameThread,
  runOnUI: sameThread,
  scrollViewContext: { scrollTo() {} },
}

/** `wx.router`: pages open without the transitions that the app defines. */
export const router = {
  addRouteBuilder() {},
  removeRouteBuilder() {},
  getRouteContext: () => ({
    primaryAnimation: new SharedValue(1),
    primaryAnimationStatus: new SharedValue(1),
    secondaryAnimation: new SharedValue(0),
    secondaryAnimationStatus: new SharedValue(0),
    userGestureInProgress: new SharedValue(false),
    shareEleTop: new SharedValue(0),
    startUserGesture() {},
    stopUserGesture() {},
    didPop: () => void Object(globals.wx).navigateBack({}),
  }),
}

const styleIds = new Map<number, () => void>()
let lastId = 0

/** Keeps the styles of elements at what a worklet computes. @returns the id of the style */
export function applyAnimatedStyle(
  elements: () => Element[],
  compute: () => Record<string, string | number>,
): number {
  const apply = () => {
    const found = elements()
    if (found.length === 0) return
    const style = Object.entries(compute()).map(([name, value]) => [
      cssName(name),
      browserUnits(String(value)),
    ])
    for (const element of found) {
      if (!(element instanceof HTMLElement)) continue
      for (const [name = '', value = ''] of style) element.style.setProperty(name, value)
    }
  }
  listeners.add(apply)
  changed()
  styleIds.set(++lastId, apply)
  return lastId
}

export function clearAnimatedStyle(ids: number[]): void {
  for (const id of ids) {
    const apply = styleIds.get(id)
    if (apply) listeners.delete(apply)
    styleIds.delete(id)
  }
}
