import { t } from './text'

/** The oldest version of Node that the packages support, as `engines` in package.json says. */
const OLDEST_NODE = 20

// A reader that ends early, such as head, does not keep a command from completing.
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
  // Loaded only now: older versions cannot load the libraries.
  void import('./run').then(({ run }) => run(process.argv.slice(2)))
}
