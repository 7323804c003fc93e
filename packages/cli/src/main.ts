import { refuseOldNode } from './nodeVersion'

// A command completes even if the reader of its output, such as head, ends early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

if (!refuseOldNode()) void import('./run').then(({ run }) => run(process.argv.slice(2)))
