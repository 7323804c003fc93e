/** The fields whose names match and that have a value. */
export function pick<Fields extends object>(fields: Fields, names = /^/): Partial<Fields> {
  const picked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && names.test(name)) picked[name] = value
  }
  return picked as Partial<Fields>
}
