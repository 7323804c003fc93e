/** The options every wx call may have. */
export interface CallbackOptions {
  success?: (result: never) => void
  fail?: (failure: WxFailure) => void
  complete?: (outcome: never) => void
}

export interface WxFailure {
  errMsg: string
  errno?: number
  errCode?: number
}

/** A failure in WeChat's own words, thrown inside and reported through the callbacks. */
export class WxError extends Error {
  readonly errno: number | undefined
  readonly errCode: number | undefined

  constructor(errMsg: string, { errno, errCode }: { errno?: number; errCode?: number } = {}) {
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

/** Calls back once `run` has ended; never in the same turn, as in WeChat. */
export function callBack(
  options: CallbackOptions,
  run: () => Promise<object> | object,
  name: string,
): void {
  void Promise.resolve()
    .then(run)
    .then(
      (result) => {
        const told = { errMsg: `${name}:ok`, ...result } as never
        options.success?.(told)
        options.complete?.(told)
      },
      (error: unknown) => {
        const failure = (
          error instanceof WxError ? error : new WxError(`${name}:fail ${(error as Error).message}`)
        ).toFailure()
        options.fail?.(failure)
        options.complete?.(failure as never)
      },
    )
}

/** As `callBack`, or a promise when no callback is given: for the calls that WeChat promisifies. */
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
    callBack({ success: resolve as never, fail: reject }, run, name)
  })
}
