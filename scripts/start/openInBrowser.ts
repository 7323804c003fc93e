import { spawn } from 'node:child_process'

/** Shows a page to whoever sits at this machine. Where that is not possible, the address is printed anyway. */
export function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url]
  const opening = spawn(command as string, args, { stdio: 'ignore', detached: true })
  opening.on('error', () => {})
  opening.unref()
}
