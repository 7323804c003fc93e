/** The callbacks every `wx` call accepts. */
export interface CallbackOptions {
  // Declared as methods, so that an app can declare a more specific result.
  success?(result: object): void
  fail?: (failure: WxFailure) => void
  complete?(outcome: object): void
}

export interface WxFailure {
  errMsg: string
  errno?: number
  errCode?: number
}

/** A failure as WeChat words it; thrown inside, reported through the callbacks. */
export class WxError extends Error {
  readonly errno: number | undefined
  readonly errCode: number | undefined

  constructor(
    errMsg: string,
    { errno, errCode }: { errno?: number | undefined; errCode?: number | undefined } = {},
  ) {
    super(errMsg)
    this.errno = errno
    this.errCode = errCode
  }

  toFailure(): WxFailure {
    return {
      errMsg: this.message,
      ...(this.errno === undefined ? {} : { errno: this.errno }),
      ...(this.errCode === undefined ? {} : { errCode: this.errCode }),
    }
  }
}

/** Reports the outcome of `run` to the callbacks; never synchronously, as in WeChat. */
export function callBack(
  options: CallbackOptions,
  run: () => Promise<object> | object,
  name: string,
): void {
  void Promise.resolve()
    .then(run)
    .then(
      (result) => {
        const answer = { errMsg: `${name}:ok`, ...result }
        options.success?.(answer)
        options.complete?.(answer)
      },
      (error: unknown) => {
        const failure = toFailure(error, name)
        options.fail?.(failure)
        options.complete?.(failure)
      },
    )
}

/** The failure of a call. Where it made another call that failed, its failure is passed on. */
function toFailure(error: unknown, name: string): WxFailure {
  if (error instanceof WxError) return error.toFailure()
  if (error instanceof Error) return { errMsg: `${name}:fail ${error.message}` }
  const errMsg = error instanceof Object && 'errMsg' in error ? error.errMsg : error
  return { ...Object(error), errMsg: String(errMsg) }
}

/** Like `callBack`, but returns a promise when no callback is given: for the calls WeChat promisifies. */
export function callBackOrPromise(
  options: CallbackOptions,
  run: () => Promise<object> | object,
  name: string,
): Promise<object> | undefined {
  if (options.success || options.fail || options.complete) {
    callBack(options, run, name)
    return undefined
  }
  return new Promise((resolve, reject) => {
    callBack({ success: resolve, fail: reject }, run, name)
  })
}

/**
 * A `wx` call with callbacks, or with a promise when none is given.
 * @param run its result becomes that of `success`; what it throws, that of `fail`
 */
export function api<Options extends object = object>(
  name: string,
  run: (options: Options) => unknown,
) {
  return (options: Options & CallbackOptions = {} as Options) =>
    callBackOrPromise(options, async () => Object(await run(options)), name)
}
