import { globals } from '../dom'

/** What the global object of a mini program has besides timers: the language and WeChat's own functions. */
const GLOBALS = new Set(
  (
    'Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError Float32Array ' +
    'Float64Array Function Infinity Int16Array Int32Array Int8Array JSON Map Math NaN Number Object Promise Proxy ' +
    'RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError URIError Uint16Array ' +
    'Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet decodeURI decodeURIComponent encodeURI ' +
    'encodeURIComponent escape isFinite isNaN parseFloat parseInt undefined unescape ' +
    'console wx App Page Component Behavior getApp getCurrentPages requirePlugin'
  ).split(' '),
)

/** `global` and `globalThis` of the app, which has nothing of the browser but what an app has set. */
export const appGlobal: object = new Proxy<Record<string | symbol, unknown>>(
  // The browser's timers work as methods of its window only.
  {
    clearInterval: clearInterval.bind(window),
    clearTimeout: clearTimeout.bind(window),
    setInterval: setInterval.bind(window),
    setTimeout: setTimeout.bind(window),
  },
  {
    get: (own, name) =>
      typeof name === 'string' && !(name in own) && GLOBALS.has(name) ? globals[name] : own[name],
    has: (own, name) => name in own || (typeof name === 'string' && GLOBALS.has(name)),
    set(own, name, value) {
      own[name] = value
      // `globalThis` of a phone is the global object of its engine, so that the app may use the bare name.
      if (!(name in globals)) {
        const set = (later: unknown) => {
          own[name] = later
        }
        Object.defineProperty(globals, name, { get: () => own[name], set, configurable: true })
      }
      return true
    },
  },
)

/** The name of a value's type, which WXS reads as its `constructor`. */
export function defineTypeNames(): void {
  Object.defineProperty(Object.prototype, '__wxsType', {
    get(this: unknown) {
      return Object.prototype.toString.call(this).slice('[object '.length, -1)
    },
  })
}

/** `require` of a path that is computed, which the compiler cannot resolve. */
export function missingRequire() {
  const fail = (path: string) => new Error(`module '${path}' is not in the preview`)
  const load = (path: string, _done?: unknown, failed?: (error: Error) => void) => {
    if (failed) failed(fail(path))
    else throw fail(path)
  }
  return Object.assign(load, { async: (path: string) => Promise.reject(fail(path)) })
}
