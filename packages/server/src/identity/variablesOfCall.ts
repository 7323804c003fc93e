/**
 * The variables of this call: `context.environment` is JSON text, the older `context.environ` a list
 * of `KEY=value;…`. Undefined when there is neither, or when a variable is there twice.
 */
export function variablesOfCall(context: unknown): Record<string, string> | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const { environment, environ } = context as { environment?: unknown; environ?: unknown }
  if (typeof environment === 'string') return fromJson(environment)
  return typeof environ === 'string' ? fromList(environ) : undefined
}

function fromJson(text: string): Record<string, string> | undefined {
  const variables: Record<string, string> = Object.create(null)
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    for (const [name, value] of Object.entries(parsed)) {
      if (typeof value === 'string') variables[name] = value
    }
    return variables
  } catch {
    return undefined
  }
}

function fromList(text: string): Record<string, string> | undefined {
  const variables: Record<string, string> = Object.create(null)
  for (const pair of text.split(';')) {
    const at = pair.indexOf('=')
    if (at <= 0) continue
    const name = pair.slice(0, at)
    // A value with a semicolon in it could bring a second OPENID along.
    if (name in variables) return undefined
    variables[name] = pair.slice(at + 1)
  }
  return variables
}
