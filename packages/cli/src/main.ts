import { run } from './run'

// A reader that ends early, such as head, does not keep a command from completing.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

void run(process.argv.slice(2))
