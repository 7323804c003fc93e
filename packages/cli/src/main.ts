import { t } from './text'

/** The oldest supported version of Node: `engines` in package.json. */
const OLDEST_NODE = 20

// A command completes even if the reader of its output, such as head, ends early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const { node } = process.versions
if (Number.parseInt(node, 10) < OLDEST_NODE) {
  console.error(
    t(
      `miniprogram-cos: Node ${node} is too old: use ${OLDEST_NODE} or later`,
      `miniprogram-cos：Node ${node} 版本过低，请使用 ${OLDEST_NODE} 及以上版本`,
    ),
  )
  process.exitCode = 2
} else {
  // Loaded after the check, because older versions cannot load the libraries.
  void import('./run').then(({ run }) => run(process.argv.slice(2)))
}
