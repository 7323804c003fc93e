import type { AccessRule, Rule } from './accessRule'

/** The largest object COS takes in one request (document 436/7749). */
const MAX_BYTES = 5 * 1024 ** 3
const UNITS: Record<string, number> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

/** What a rule says about the objects that are written, checked. */
export function readLimits(
  rule: AccessRule,
  fail: (why: string) => never,
): Pick<Rule, 'maxBytes' | 'types' | 'overwrite' | 'names'> {
  if (rule.overwrite !== undefined && typeof rule.overwrite !== 'boolean') {
    fail('has overwrite, which must be true or false')
  }
  if (rule.names !== undefined && rule.names !== 'server') fail('has names, which can be "server"')
  return {
    ...(rule.maxSize === undefined ? {} : { maxBytes: readSize(rule.maxSize, fail) }),
    ...(rule.types === undefined ? {} : { types: readTypes(rule.types, fail) }),
    overwrite: rule.overwrite !== false,
    names: rule.names ?? 'app',
  }
}

function readSize(value: unknown, fail: (why: string) => never): number {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?) ?(B|KB|MB|GB)?$/.exec(String(value)) ?? []
  const bytes = Math.floor(Number(number) * (UNITS[unit] as number))
  if (bytes >= 1 && bytes <= MAX_BYTES) return bytes
  return fail(`has maxSize ${JSON.stringify(value)}: expected bytes or "20 MB", up to 5 GB`)
}

/** `*` counts at the end only: that is what `string_like` of COS can say (document 436/71306). */
function readTypes(value: unknown, fail: (why: string) => never): string[] {
  if (!Array.isArray(value) || value.length === 0) return fail('has types, which must be a list')
  for (const type of value) {
    if (typeof type !== 'string' || !/^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/.test(type)) {
      return fail(`has the type ${JSON.stringify(type)}: expected "image/*" or "video/mp4"`)
    }
  }
  return [...new Set(value as string[])]
}
