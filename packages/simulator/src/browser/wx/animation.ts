/** One step of `wx.createAnimation`: its operations, and how they are animated. */
interface Step {
  operations: [name: string, args: unknown[]][]
  options: { duration: number; timingFunction: string; delay: number; transformOrigin: string }
}

const DEFAULTS = { duration: 400, timingFunction: 'linear', delay: 0, transformOrigin: '50% 50% 0' }

const TRANSFORMS =
  'matrix matrix3d rotate rotate3d rotateX rotateY rotateZ scale scale3d scaleX scaleY scaleZ skew skewX skewY ' +
  'translate translate3d translateX translateY translateZ'
const STYLES = 'opacity backgroundColor width height top left bottom right'

const units = (name: string, value: unknown) => {
  if (typeof value !== 'number') return String(value)
  if (/^(?:rotate|skew)/.test(name)) return `${value}deg`
  return /^(?:translate|width|height|top|left|bottom|right)/.test(name) ? `${value}px` : `${value}`
}

/** `wx.createAnimation`: records steps, which `<view animation="…">` plays. */
export function createAnimation(options: Partial<Step['options']> = {}): object {
  let steps: Step[] = []
  let operations: Step['operations'] = []
  const { transformOrigin, ...transition } = { ...DEFAULTS, ...options }
  // Apps change it between two steps.
  const option = { transition, transformOrigin }
  const animation: Record<string, unknown> = {
    option,
    step(more: Partial<Step['options']> = {}) {
      const own = { ...option.transition, transformOrigin: option.transformOrigin }
      steps.push({ operations, options: { ...own, ...more } })
      operations = []
      return animation
    },
    export() {
      const actions = steps
      steps = []
      return { actions }
    },
  }
  for (const name of `${TRANSFORMS} ${STYLES}`.split(' ')) {
    animation[name] = (...args: unknown[]) => {
      operations.push([name, args])
      return animation
    }
  }
  return animation
}

/** Plays the value of an `animation` attribute, step after step. */
export function playAnimation(element: HTMLElement, value: unknown): void {
  const { actions = [] } = (value ?? {}) as { actions?: Step[] }
  let delay = 0
  for (const { operations, options } of actions) {
    setTimeout(() => playStep(element, operations, options), delay)
    delay += options.duration + options.delay
  }
}

function playStep(
  element: HTMLElement,
  operations: Step['operations'],
  { duration, timingFunction, delay, transformOrigin }: Step['options'],
): void {
  const transforms: string[] = []
  const { style } = element
  style.transition = `all ${duration}ms ${timingFunction} ${delay}ms`
  style.transformOrigin = transformOrigin
  for (const [name, args] of operations) {
    if (STYLES.split(' ').includes(name)) Object.assign(style, { [name]: units(name, args[0]) })
    else transforms.push(`${name}(${args.map((value) => units(name, value)).join(', ')})`)
  }
  if (transforms.length > 0) style.transform = transforms.join(' ')
}

/** A key frame of `this.animate`: CSS properties, and the parts of a transform as properties of their own. */
type AnimateFrame = Record<string, unknown> & { ease?: string; offset?: number }

/** Plays the key frames of `this.animate` on elements. */
export function animateElements(
  elements: Element[],
  frames: AnimateFrame[],
  duration: number,
  done?: () => void,
): void {
  const names = new Set(TRANSFORMS.split(' '))
  const keyframes = frames.map(({ ease, ...frame }) => {
    const transforms = Object.entries(frame).filter(([name]) => names.has(name))
    const rest = Object.entries(frame).filter(([name]) => !names.has(name))
    const text = transforms.map(([name, value]) => {
      const args = Array.isArray(value) ? value : [value]
      return `${name}(${args.map((value) => units(name, value)).join(', ')})`
    })
    return {
      ...Object.fromEntries(rest),
      ...(ease ? { easing: ease } : {}),
      ...(text.length > 0 ? { transform: text.join(' ') } : {}),
    } as Keyframe
  })
  const running = elements.map((element) =>
    element.animate(keyframes, { duration, fill: 'forwards' }),
  )
  if (done) void Promise.all(running.map(({ finished }) => finished)).then(done, () => {})
}
