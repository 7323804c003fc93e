/** A command that documents tell to run, and who runs it. */
type DocumentedCommand = {
  begins: string
  /** The file that reads its options. */
  options?: string
} & (
  | {
      /** A test, or what runs all of them. */
      runBy: string
      /** By which that file runs it. */
      says: string
    }
  /** Why no test does. */
  | { byHand: string }
)

const OF_CI = { runBy: '.ci/run' }

/** Of two that a command begins with, the longer comes first. */
export const COMMANDS: DocumentedCommand[] = [
  { begins: 'npm ci', ...OF_CI, says: 'npm ci' },
  {
    begins: 'npm start',
    options: 'scripts/start.ts',
    runBy: 'test/scripts/start.test.ts',
    says: 'scripts/start.ts',
  },
  { begins: 'npm test', ...OF_CI, says: 'npm test' },
  { begins: 'npm run test:deploy', ...OF_CI, says: 'npm run test:deploy' },
  { begins: 'npm run check', ...OF_CI, says: 'npm run check' },
  {
    begins: 'npm run check:wechat',
    options: 'scripts/checkWechat.ts',
    ...OF_CI,
    says: 'npm run check:wechat',
  },
  { begins: 'npm run -s build', runBy: 'test/support/buildOnce.ts', says: 'scripts/build' },
  {
    // The packed client, as npm would fetch it.
    begins: 'npm install miniprogram-cos',
    runBy: 'test/support/packedClient.ts',
    says: "'pack'",
  },
  {
    begins: 'npm run -s local-cloud',
    runBy: 'test/scripts/localCloud.test.ts',
    says: 'scripts/localCloud.ts',
    options: 'packages/local-cloud/src/command/options.ts',
  },
  {
    begins: 'node packages/local-cloud/dist/command.js',
    runBy: 'test/scripts/localCloudAlone.test.ts',
    says: 'packages/local-cloud/dist/command.js',
    options: 'packages/local-cloud/src/command/options.ts',
  },
  {
    begins: 'curl -s -X POST "$FUNCTIONS/cos-credentials"',
    runBy: 'test/local-cloud/functionHost.test.ts',
    says: 'x-wx-openid',
  },
  {
    begins: 'npm run setup',
    options: 'scripts/setup.ts',
    runBy: 'test/scripts/setup.test.ts',
    says: 'scripts/setup.ts',
  },
  {
    begins: 'npm run deploy',
    options: 'scripts/deploy/options.ts',
    runBy: 'test/deploy/deploy.test.ts',
    says: "run('deploy'",
  },
  {
    begins: 'npm run doctor -- explain',
    runBy: 'test/scripts/explain.test.ts',
    says: 'explain(text',
  },
  {
    begins: 'npm run doctor',
    options: 'scripts/doctor.ts',
    runBy: 'test/deploy/doctor.test.ts',
    says: "run('doctor'",
  },
  {
    begins: 'npm run domains',
    options: 'scripts/domains.ts',
    runBy: 'test/scripts/domains.test.ts',
    says: 'scripts/domains.ts',
  },
  {
    begins: 'npm run policy',
    options: 'scripts/policy.ts',
    runBy: 'test/server/accountPolicy.test.ts',
    says: 'scripts/policy.ts',
  },
  { begins: 'npm run api', runBy: 'test/scripts/apiReference.test.ts', says: 'npm run api' },
  { begins: 'npm run errors', runBy: 'test/scripts/errorTable.test.ts', says: 'npm run errors' },
  { begins: 'npm run licences', runBy: 'test/scripts/licences.test.ts', says: 'npm run licences' },
  {
    begins: 'npm run screenshots',
    runBy: 'test/browser/screenshots.test.ts',
    says: 'UPDATE_SCREENSHOTS',
  },
  {
    begins: 'npm run bench',
    byHand: 'measures for minutes; benchmarks.test.ts compares what it has written',
    options: 'scripts/bench.ts',
  },
  {
    begins: 'npm run check:adopters',
    byHand: 'installs and builds the projects of three frameworks, for minutes',
  },
  {
    begins: 'npx changeset',
    byHand: 'asks questions; release.test.ts releases such a file',
  },
  {
    begins: 'npm run format',
    byHand: 'changes files; npm run check, which .ci/run runs, checks the same',
  },
]
