import type { RulesReport, RuleTests } from '@miniprogram-cos/server'
import { loadModule } from '../project'
import { t } from '../text'

/** The result of one test of a file. */
export interface RuleTestResult {
  title: string
  /** Undefined if it passed. */
  failure?: string
}

type Body = () => unknown

/**
 * Runs a file of rule tests, which Jest and Vitest run as well: it may use `test`, `it` and `describe`, and exports
 * what `testRules` returned as `rules`.
 * @throws Error for a file that cannot be loaded, or without that export
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
  const { rules } = await loadModule<{ rules?: RuleTests }>(file, { test, it: test, describe })
  if (!rules) {
    throw new Error(
      t(
        `${file} does not export "rules": export const rules = testRules(config)`,
        `${file} 没有导出 "rules"：export const rules = testRules(config)`,
      ),
    )
  }
  const results: RuleTestResult[] = []
  for (const { title, body } of tests) {
    try {
      await body()
      results.push({ title })
    } catch (error) {
      results.push({ title, failure: error instanceof Error ? error.message : String(error) })
    }
  }
  return { results, report: rules.report() }
}
