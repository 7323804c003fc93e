import type { Verb } from '@miniprogram-cos/protocol'
import { type CheckedConfig, type CosConfig, checkConfig } from './config'
import { type Decision, decide, type ExplainedDecision, type TestedFile } from './decide'
import type { Principal } from './grants'
import { granteesOf, OPENID, type Rule, VERBS } from './rules'

/** A caller: made by `owner`, `everyone`, `member` and `nobody`. */
export interface Who {
  name: string
  /** Undefined for a call without an OPENID. */
  principal: Principal | undefined
}

/** One expectation: whether a caller may do something. */
interface Expectation {
  who: Who
  verb: Verb
  key: string
  file: TestedFile
  allowed: boolean
}

/** An expectation that does not hold, and what the rules decide instead. */
export interface RuleFailure {
  /** Name of the caller. */
  who: string
  verb: Verb
  key: string
  decision: ExplainedDecision
}

/** Expectations that do not hold. The message has a line for each. */
export class RuleTestError extends Error {
  readonly failures: RuleFailure[]

  constructor(failures: RuleFailure[]) {
    super(failures.map(describeFailure).join('\n'))
    this.failures = failures
  }
}

function describeFailure({ who, verb, key, decision }: RuleFailure): string {
  const { allowed, rule, reason } = decision
  const by = rule === undefined ? 'no rule' : `access["${rule}"]`
  const why = reason === undefined ? `${by} allows it` : `${by}: ${reason}`
  return `${who} ${allowed ? 'can' : 'cannot'} ${verb} ${JSON.stringify(key)}: ${why}`
}

/** The parts of the rules that no test has covered. */
export interface RulesReport {
  expectations: number
  /** Verbs that a rule grants and no test has seen granted: `private/{openid}/**: owner may delete`. */
  untested: string[]
  /** Loosened rules that every test still accepts: `private/{openid}/**: everyone may read`. */
  unnoticed: string[]
  /** How many ways of loosening a rule were tried. */
  mutations: number
}

/** One row of a table: who, verb, key, expected, and the file. */
export type RuleRow = readonly [
  who: Who,
  verb: Verb,
  key: string,
  expected: 'allow' | 'deny',
  file?: TestedFile,
]

export interface RuleTests {
  /** A user, who owns the folders with this OPENID. */
  owner: (openid: string) => Who
  /** Any signed-in user who owns none of the tested folders. @default `someone-else` */
  everyone: (openid?: string) => Who
  /** A user in one of the configuration's groups. @throws Error for a group that does not exist */
  member: (group: string, openid?: string) => Who
  /** A call without an OPENID. */
  nobody: () => Who
  /** @throws Error that says which rule decided otherwise, and why */
  expect: (who: Who) => {
    can: (verb: Verb, key: string, file?: TestedFile) => void
    cannot: (verb: Verb, key: string, file?: TestedFile) => void
  }
  /** Checks a table. @throws Error naming every row that does not hold */
  table: (rows: readonly RuleRow[]) => void
  /** Returns the decision of the rules, without an expectation. */
  explain: (who: Who, verb: Verb, key: string, file?: TestedFile) => Decision
  /** Reports what the expectations so far do not cover. Call it after them. */
  report: () => RulesReport
}

/**
 * Tests access rules without a bucket: in Jest, Vitest or any other runner, and by `miniprogram-cos rules test`. The
 * decision is that of cos-signature, made by the same code.
 *
 * @throws Error for an invalid configuration
 * @example
 * const { expect: rules, owner, everyone } = testRules(config)
 * test('private files are private', () => {
 *   rules(owner('o1')).can('write', 'private/o1/a.png', { size: '2 MB', type: 'image/png' })
 *   rules(everyone()).cannot('read', 'private/o1/a.png')
 * })
 */
export function testRules(config: CosConfig): RuleTests {
  const checked = checkConfig(config)
  const expectations: Expectation[] = []

  const check = (...added: Expectation[]): void => {
    expectations.push(...added)
    const failures = added.flatMap(({ who, verb, key, file, allowed }) => {
      const decision = decide(checked, who.principal, verb, key, file)
      return decision.allowed === allowed ? [] : [{ who: who.name, verb, key, decision }]
    })
    if (failures.length > 0) throw new RuleTestError(failures)
  }

  return {
    owner: (openid) => ({ name: `owner ${openid}`, principal: { openid, groups: [] } }),
    everyone: (openid = 'someone-else') => ({
      name: 'everyone',
      principal: { openid, groups: [] },
    }),
    member(group, openid = 'some-member') {
      if (!(group in checked.groups)) throw new Error(`config.groups has no group "${group}"`)
      return { name: `a member of ${group}`, principal: { openid, groups: [group] } }
    },
    nobody: () => ({ name: 'nobody', principal: undefined }),
    expect: (who) => ({
      can: (verb, key, file = {}) => check({ who, verb, key, file, allowed: true }),
      cannot: (verb, key, file = {}) => check({ who, verb, key, file, allowed: false }),
    }),
    table: (rows) =>
      check(
        ...rows.map(([who, verb, key, expected, file = {}]) => ({
          who,
          verb,
          key,
          file,
          allowed: expected === 'allow',
        })),
      ),
    explain(who, verb, key, file = {}) {
      const { why, ...decision } = decide(checked, who.principal, verb, key, file)
      return decision
    },
    report: () => reportOf(checked, expectations),
  }
}

function reportOf(config: CheckedConfig, expectations: Expectation[]): RulesReport {
  const mutations = mutationsOf(config)
  const unnoticed = mutations.filter((mutation) =>
    expectations.every(
      ({ who, verb, key, file, allowed }) =>
        decide(mutation.config, who.principal, verb, key, file).allowed === allowed,
    ),
  )
  return {
    expectations: expectations.length,
    untested: untestedGrants(config, expectations),
    unnoticed: unnoticed.map(({ rule, change }) => `${rule}: ${change}`),
    mutations: mutations.length,
  }
}

/** A grant is tested if something that is allowed would be refused without it. */
function untestedGrants(config: CheckedConfig, expectations: Expectation[]): string[] {
  const allowed = expectations.filter(({ allowed }) => allowed)
  return config.rules.flatMap((rule, i) => {
    const isTested = (changed: typeof rule) => {
      const rules = config.rules.map((one, at) => (at === i ? changed : one))
      return allowed.some(
        ({ who, verb, key, file }) =>
          !decide({ ...config, rules }, who.principal, verb, key, file).allowed,
      )
    }
    return VERBS.flatMap((verb) =>
      granteesOf(rule)
        .filter(({ verbs }) => verbs.includes(verb))
        .filter(({ name }) => name === 'everyone' || !rule.everyone.includes(verb))
        .filter(
          ({ verbs, withVerbs }) => !isTested(withVerbs(verbs.filter((other) => other !== verb))),
        )
        .map(({ name }) => `${rule.pattern}: ${name} may ${verb}`),
    )
  })
}

/** A configuration in which one rule allows more than it should. */
interface Mutation {
  /** Pattern of the rule. */
  rule: string
  /** The change that loosens the rule: `everyone may delete`, `maxSize is removed`. */
  change: string
  config: CheckedConfig
}

/** Each rule of a configuration, loosened in each way: tests of the rules should notice every one. */
function mutationsOf(config: CheckedConfig): Mutation[] {
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

/** A kind of caller has one more verb. */
function verbChanges(rule: Rule, groups: string[]): Change[] {
  return VERBS.filter((verb) => !rule.everyone.includes(verb)).flatMap((verb) =>
    granteesOf(rule, groups)
      .filter(({ name }) => name !== 'owner' || rule.segments.includes(OPENID))
      .filter(({ verbs }) => !verbs.includes(verb))
      .map(
        ({ name, verbs, withVerbs }): Change => [
          `${name} may ${verb}`,
          withVerbs([...verbs, verb]),
        ],
      ),
  )
}

/** Uploads and deletions are limited less. */
function limitChanges(rule: Rule): Change[] {
  const { maxBytes, types, overwrite, names, quota, maxFiles, trashDays } = rule
  const changes: Change[] = []
  const loosen = (name: string, change: Partial<Rule>) =>
    changes.push([name, { ...rule, ...change }])
  // Without a maxSize of its own, the quota is the limit of one file too.
  const hasOwnLimit = maxBytes !== undefined && maxBytes !== quota
  if (hasOwnLimit) {
    loosen('maxSize is removed', { maxBytes: undefined })
    loosen('maxSize is doubled', { maxBytes: maxBytes * 2 })
  }
  if (types) {
    loosen('types is removed', { types: undefined })
    for (const type of types.filter((name) => !name.endsWith('/*'))) {
      const wide = `${type.split('/')[0]}/*`
      const widened = types.map((other) => (other === type ? wide : other))
      loosen(`the type ${type} becomes ${wide}`, { types: widened })
    }
  }
  if (!overwrite) loosen('overwrite is allowed', { overwrite: true })
  if (names === 'server') loosen('the app chooses names', { names: 'app' })
  if (quota !== undefined) {
    const limit = { maxBytes: hasOwnLimit ? maxBytes : undefined }
    loosen('quota is removed', { ...limit, quota: undefined })
    loosen('quota is doubled', { ...limit, quota: quota * 2 })
  }
  if (maxFiles !== undefined) {
    loosen('maxFiles is removed', { maxFiles: undefined })
    loosen('maxFiles is one more', { maxFiles: maxFiles + 1 })
  }
  if (trashDays !== undefined) loosen('the trash is removed', { trashDays: undefined })
  return changes
}
