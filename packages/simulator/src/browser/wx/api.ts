import { type CallbackOptions, callBackOrPromise } from '../../callbacks'

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
