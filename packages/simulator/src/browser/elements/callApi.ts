/** Calls the app's `wx` from an element. Elements are defined before `wx` is created. */
export function callApi(name: string, options: object): Promise<object> {
  const { wx } = window as unknown as {
    wx: Record<string, (options: object) => Promise<object> | undefined>
  }
  return Promise.resolve(wx[name]?.(options) ?? {})
}
