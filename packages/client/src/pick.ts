/** Some of the fields, none of them undefined. */
type Picked<Fields> = string extends keyof Fields
  ? { [name: string]: NonNullable<Fields[keyof Fields]> }
  : { [Name in keyof Fields]?: NonNullable<Fields[Name]> }

/** The fields whose names match and that have a value. */
export function pick<Fields extends object>(fields: Fields, names = /^/): Picked<Fields> {
  const picked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && names.test(name)) picked[name] = value
  }
  // Its fields are some of those that were given.
  return picked as Picked<Fields>
}
