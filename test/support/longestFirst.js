const { join, relative, sep } = require('node:path')
const { default: Sequencer } = require('@jest/test-sequencer')

const ROOT = join(__dirname, '../..')

/**
 * Files that take longest, the longest first. Jest learns the times of files in its first run; without them,
 * as in CI, one of these would start last and leave the other workers idle.
 */
const LONGEST = [
  'test/e2e/crashRounds.test.ts',
  'test/local-cloud/hostile.test.ts',
  'test/e2e/uploadProperty.test.ts',
  'test/cli/init.test.ts',
  'test/wechat/faults.test.ts',
  'test/local-cloud/launcher.test.ts',
  'test/e2e/bytes.test.ts',
  'test/browser/screenshots.test.ts',
  'test/e2e/uploads.test.ts',
  'test/browser/demo.test.ts',
  'test/client/tasks.test.ts',
  'test/cli/dev.test.ts',
  'test/client/downloadProperty.test.ts',
  'test/client/download.test.ts',
  'test/server/keyServerGuide.test.ts',
  'test/browser/api.test.ts',
  'test/server/trash.test.ts',
  'test/cli/setup.test.ts',
]

/** Runs long files first, so that all workers end at about the same time. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONGEST.indexOf(relative(ROOT, path).split(sep).join('/'))
      return index < 0 ? LONGEST.length : index
    }
    const sorted = super.sort(tests)
    const hasTimes = sorted.every(({ duration }) => duration !== undefined)
    return hasTimes ? sorted : sorted.sort((one, other) => rank(one) - rank(other))
  }
}
