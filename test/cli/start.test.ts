import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curlCommand } from '../../packages/cli/src/dev/clients'
import { CLI, runCli } from '../support/commandLine'
import { useFolder } from '../support/projectFiles'
import { ROOT } from '../support/root'

const run = (...args: string[]) => runCli(['start', ...args])

const folder = useFolder()

test('runs the main scenario with the samples and ends with status 0', () => {
  const { status, stdout } = run('--once')
  expect(stdout).toContain('All steps passed.')
  expect(stdout).toContain('generated-25MB.bin  25.0 MB in parts')
  expect(stdout).toContain('copy from              403 AccessDenied')
  expect(stdout).not.toContain('✗')
  expect(status).toBe(0)
})

test('runs the main scenario with files of any name and size, and opens the shared URL without curl', () => {
  const files = ['empty.txt', '照片 (1)+%.jpg', '😀.bin'].map((name, i) => {
    const path = join(folder, name)
    writeFileSync(path, Buffer.alloc(i * 1_500_000, i))
    return path
  })
  // No program is found.
  const { status, stdout } = runCli(['start', '--once', ...files], { PATH: folder })
  expect(stdout).toContain('✓ Node fetched empty.txt by a URL')
  expect(stdout).toContain('empty.txt  0 B in one request')
  expect(stdout).toContain('😀.bin  2.9 MB in parts')
  expect(stdout).not.toContain('✗')
  expect(status).toBe(0)
})

test('the printed command opens the shared URL on this computer, and quotes for the shell', () => {
  const cos = 'http://127.0.0.1:8080'
  const path = "/private/it's.txt?q-sign-algorithm=sha1"
  const local = `http://media-1.cos.ap-guangzhou.localhost:8080${path}`
  const quotedPath = path.replace("'", "'\\''")
  expect(curlCommand(local, cos, 'sea.png')).toBe(
    `curl -o sea.png 'http://media-1.cos.ap-guangzhou.localhost:8080${quotedPath}'`,
  )
  const production = `https://media-1.cos.ap-guangzhou.myqcloud.com${path}`
  expect(curlCommand(production, cos, 'my sea.png')).toBe(
    `curl -o 'my sea.png' -H 'Host: media-1.cos.ap-guangzhou.myqcloud.com' '${cos}${quotedPath}'`,
  )
})

test('reports a missing file with status 2', () => {
  const { status, stderr } = run('--once', '/nothing/here.jpg')
  expect([status, stderr.trim()]).toEqual([2, 'start: no such file: /nothing/here.jpg'])
})

test('keeps running, with the demo on two phones', async () => {
  const file = join(folder, 'small.txt')
  writeFileSync(file, 'small')
  const started = spawn(process.execPath, [CLI, 'dev', file], { cwd: ROOT })
  let printed = ''
  // Read to the end: closing the pipe would end the command.
  started.stdout.on('data', (chunk) => {
    printed += chunk
  })
  while (!printed.includes('Still running')) await once(started.stdout, 'data')
  const url = /open +(http:\S+)/.exec(printed)?.[1] ?? ''
  const page = await (await fetch(url)).text()
  const { phones } = JSON.parse(/__shell = (.*?)<\/script>/.exec(page)?.[1] ?? '{"phones":[]}')
  expect(phones.map(({ name }: { name: string }) => name)).toEqual(['Alice', 'Bob'])
  const app = await (await fetch(`${phones[0].url}app.js`)).text()
  expect(app).toContain('pages/files/files')
  started.kill('SIGTERM')
  expect(await once(started, 'exit')).toEqual([0, null])
})
