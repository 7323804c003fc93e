import type { Verb } from '@miniprogram-cos/protocol'
import type { CheckedConfig } from './config'
import { OPENID, type Rule, VERBS } from './rules'

/** A configuration in which one rule allows more than it should. */
export interface Mutation {
  /** Pattern of the rule. */
  rule: string
  /** The change that loosens the rule: `everyone may delete`, `maxSize is removed`. */
  change: string
  config: CheckedConfig
}

/** Each rule of a configuration, loosened in each way: tests of the rules should notice every one. */
export function mutationsOf(config: CheckedConfig): Mutation[] {
  const groups = Object.keys(config.groups)
  return config.rules.flatMap((rule, i) =>
    changesOf(rule, groups).map(([change, loosened]) => ({
      rule: rule.pattern,
      change,
      config: { ...config, rules: config.rules.map((one, at) => (at === i ? loosened : one)) },
    })),
  )
}

type Change = [name: string, loosened: Rule]

function changesOf(rule: Rule, groups: string[]): Change[] {
  return [...verbChanges(rule, groups), ...limitChanges(rule)]
}

/** Somebody may do something more. */
function verbChanges(rule: Rule, groups: string[]): Change[] {
  const { owner, everyone } = rule
  return VERBS.filter((verb) => !everyone.includes(verb)).flatMap((verb): Change[] => {
    const more = (verbs: Verb[] = []) => [...verbs, verb]
    const forOwner: Change[] =
      rule.segments.includes(OPENID) && !owner.includes(verb)
        ? [[`its owner may ${verb}`, { ...rule, owner: more(owner) }]]
        : []
    const forGroups = groups.flatMap((name): Change[] => {
      if (rule.groups[name]?.includes(verb)) return []
      const loosened = { ...rule.groups, [name]: more(rule.groups[name]) }
      return [[`${name} may ${verb}`, { ...rule, groups: loosened }]]
    })
    return [
      ...forOwner,
      [`everyone may ${verb}`, { ...rule, everyone: more(everyone) }],
      ...forGroups,
    ]
  })
}

/** Uploads and deletions are limited less. */
function limitChanges(rule: Rule): Change[] {
  const { maxBytes, types, overwrite, names, quota, maxFiles, trashDays, ...rest } = rule
  const changes: Change[] = []
  const without = (field: keyof Rule): Rule => {
    const { [field]: _, ...loosened } = rule
    // Only optional fields are left out.
    return loosened as Rule
  }
  if (maxBytes !== undefined && maxBytes !== quota) {
    changes.push(['maxSize is removed', without('maxBytes')])
    changes.push(['maxSize is doubled', { ...rule, maxBytes: maxBytes * 2 }])
  }
  if (types) {
    changes.push(['types is removed', without('types')])
    for (const type of types.filter((one) => !one.endsWith('/*'))) {
      const wide = `${type.split('/')[0]}/*`
      const loosened = types.map((one) => (one === type ? wide : one))
      changes.push([`the type ${type} becomes ${wide}`, { ...rule, types: loosened }])
    }
  }
  if (!overwrite) changes.push(['overwrite is allowed', { ...rule, overwrite: true }])
  if (names === 'server') changes.push(['the app chooses names', { ...rule, names: 'app' }])
  if (quota !== undefined) {
    // Without a maxSize of its own, the quota is the limit of one file too.
    const limit = maxBytes === quota || maxBytes === undefined ? {} : { maxBytes }
    const trash = trashDays === undefined ? {} : { trashDays }
    const kept = { ...rest, ...trash, ...(types ? { types } : {}), overwrite, names, ...limit }
    const files = maxFiles === undefined ? {} : { maxFiles }
    changes.push(['quota is removed', { ...kept, ...files }])
    changes.push(['quota is doubled', { ...kept, ...files, quota: quota * 2 }])
  }
  if (maxFiles !== undefined) {
    changes.push(['maxFiles is removed', without('maxFiles')])
    changes.push(['maxFiles is one more', { ...rule, maxFiles: maxFiles + 1 }])
  }
  if (trashDays !== undefined) changes.push(['the trash is removed', without('trashDays')])
  return changes
}
