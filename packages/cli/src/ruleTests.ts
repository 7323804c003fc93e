import {
  type RuleFailure,
  type RulesReport,
  RuleTestError,
  type RuleTests,
  testRules,
} from '@miniprogram-cos/server'
import { loadModule } from './project'
import { reasonText } from './reasonTexts'
import { localizedError, t } from './text'

/** The result of one test of a file. */
export interface RuleTestResult {
  title: string
  /** Undefined if it passed. */
  failure?: string
}

type Body = () => unknown

/**
 * Runs a file of rule tests, which Jest and Vitest run as well: it may use `test`, `it` and `describe`.
 * @throws Error for a file that cannot be loaded, or that does not call `testRules`
 */
export async function runRuleTests(
  file: string,
): Promise<{ results: RuleTestResult[]; report: RulesReport }> {
  const tests: { title: string; body: Body }[] = []
  const groups: string[] = []
  const test = (title: string, body: Body) => {
    tests.push({ title: [...groups, title].join(' › '), body })
  }
  const describe = (title: string, body: Body) => {
    groups.push(title)
    body()
    groups.pop()
  }
  const suites: RuleTests[] = []
  await loadModule(file, { test, it: test, describe }, (config) => {
    const rules = testRules(config)
    suites.push(rules)
    return rules
  })
  if (suites.length === 0) {
    throw localizedError(
      `${file} does not call testRules(config)`,
      `${file} 没有调用 testRules(config)`,
    )
  }
  const results: RuleTestResult[] = []
  for (const { title, body } of tests) {
    try {
      await body()
      results.push({ title })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const failures = error instanceof RuleTestError ? error.failures : undefined
      const chinese = failures?.map(failureInChinese).join('\n') ?? message
      results.push({ title, failure: t(message, chinese) })
    }
  }
  const reports = suites.map((rules) => rules.report())
  const sum = (count: (report: RulesReport) => number) =>
    reports.reduce((total, report) => total + count(report), 0)
  return {
    results,
    report: {
      expectations: sum(({ expectations }) => expectations),
      untested: reports.flatMap(({ untested }) => untested),
      unnoticed: reports.flatMap(({ unnoticed }) => unnoticed),
      mutations: sum(({ mutations }) => mutations),
    },
  }
}

/** An expectation that does not hold, in Chinese. */
function failureInChinese({ who, verb, key, decision }: RuleFailure): string {
  const { allowed, rule } = decision
  const by = rule === undefined ? '' : `access["${rule}"]`
  const reason = reasonText(decision) ?? ''
  const why = allowed ? `${by} 允许该操作` : reason.includes(by) ? reason : `${by}：${reason}`
  return `${who} ${allowed ? '可以' : '不能'} ${verb} ${JSON.stringify(key)}：${why}`
}
