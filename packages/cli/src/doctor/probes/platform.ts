import { randomBytes } from 'node:crypto'
import { CloudApi } from '../../cloud/api'
import { cosClient, hasStrictSignature } from '../../cloud/bucketRules'
import { CloudError } from '../../cloud/errors'
import { deployKey } from '../../cloud/settings'
import { functionNames } from '../../project'
import type { Probe } from '../live/probe'

/** CloudBase, its functions, and what deploying needs. */
export const platformProbes: Probe[] = [
  {
    id: 'unknown-environment',
    assumed:
      'The codes by which an unknown or foreign environment is refused: any `ResourceNotFound` or `InvalidParameter` of `DescribeEnvInfo` is taken for it.',
    async run({ context }) {
      const env = `none-${randomBytes(6).toString('hex')}`
      const seen = await new CloudApi(deployKey(context.settings), env).environment().then(
        () => 'an answer',
        (error) => (error instanceof CloudError ? error.code : String(error)),
      )
      const expected = 'EnvironmentUnknown'
      return [{ what: 'no such environment', expected, seen }]
    },
  },
  {
    id: 'runtime',
    assumed: 'Whether runtime `Nodejs20.19` is offered in every region.',
    async run({ context: { settings, config } }) {
      const cloud = new CloudApi(deployKey(settings), config.env)
      const names = functionNames()
      const states = await Promise.all(names.map((name) => cloud.functionState(name)))
      return states.map((state, i) => ({
        what: names[i] ?? '',
        expected: 'Nodejs20.19, Active',
        seen: `${state?.Runtime}, ${state?.Status}`,
      }))
    },
  },
  {
    id: 'strict-signature-actions',
    assumed:
      'Names and existence of the two strict-signature actions in CAM, and in which form COS writes the rule back.',
    async run({ context, place }) {
      const isSet = await hasStrictSignature(cosClient(deployKey(context.settings)), place).catch(
        (error: { code?: string }) => error.code ?? 'no answer',
      )
      return [
        {
          what: 'the rule, read by the deployer',
          expected: 'recognised',
          seen: isSet === true ? 'recognised' : String(isSet),
        },
      ]
    },
  },
  {
    id: 'code-address-is-fresh',
    assumed:
      "Whether the address of a function's code gives the new code at once (`CodeDiffers` right after a deployment would say that it does not: run it again).",
    byHand: 'Change a rule, run npm run deploy: does it end with CodeDiffers?',
  },
  {
    id: 'pass-role',
    assumed: 'Whether `PassRole` is asked for by every account.',
    byHand: 'Take cam:PassRole from the deployer and run npm run deploy: is it NotAuthorized?',
  },
  {
    id: 'tcb-source',
    assumed:
      'Whether `TCB_SOURCE` is `wx_client` or `wx_devtools` for every direct call of a mini program: the functions refuse all others.',
    byHand:
      'Run the demo in DevTools, as a preview and as a released version, on Android and iOS: does any answer with KitNoIdentity?',
  },
  {
    id: 'warm-environment',
    assumed:
      'Whether the platform clears the environment of a warm function instance between two calls. The function does not rely on it.',
    byHand:
      "A function that returns process.env.WX_OPENID, called from a phone and then by the console's test button: is the second answer empty?",
  },
]
