import { askYes } from '../cloud/askYes'
import type { SafeOutput } from '../cloud/secretText'
import type { Patient } from './check'
import { NotProbed } from './live/assumption'
import { describeFinding } from './live/describeFinding'
import { runLive } from './live/runLive'
import { withoutNames } from './live/withoutNames'

/**
 * `npm run doctor -- --live`: says what held and what differs.
 * @param isJson the report as JSON on standard output; what is for people goes to standard error
 * @returns whether everything held that could be looked at
 */
export async function examineLive(
  patient: Patient,
  output: SafeOutput,
  { isJson, isAgreed }: { isJson: boolean; isAgreed: boolean },
): Promise<boolean> {
  const say = (text: string) => (isJson ? output.error(text) : output.line(text))
  say('\nThe main job, with the real STS and COS:')
  const report = await runLive(patient, {
    onSecret: (secret) => output.hide(secret),
    onStep: ({ isGood, text }) => say(`${isGood ? '✓' : '✗'} ${text}`),
    onFinding: (finding) => say(describeFinding(finding)),
    agree: async (what) =>
      isAgreed || (await askYes(`A probe may change ${what}. Go ahead?`)) === true,
  }).catch((error) => {
    if (!(error instanceof NotProbed)) throw error
    say(`✗ ${error.message}`)
  })
  if (!report) return false
  const { mainJob, assumptions } = report
  const count = (result: string) => assumptions.filter((one) => one.result === result).length
  const held = mainJob.filter(({ isGood }) => isGood).length
  say(`\nMain job: ${held} of ${mainJob.length} steps held.`)
  say(
    `Assumptions: ${count('confirmed')} confirmed, ${count('different')} different, ${count('not probed')} not probed, ${count('by hand')} to be looked at by hand.`,
  )
  say(
    'What was written is removed. Please share the report (--json): nothing in it names your account.',
  )
  if (isJson) output.line(withoutNames(JSON.stringify(report, null, 2), patient.config))
  return held === mainJob.length && count('different') === 0
}
