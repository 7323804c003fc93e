import { globals } from '../dom'

/** Calls the app's `wx` from an element. Elements are defined before `wx` is created. */
export async function callApi(name: string, options: object): Promise<object> {
  const { [name]: call } = Object(globals.wx) as Record<string, unknown>
  return typeof call === 'function' ? Object(await call(options)) : {}
}
