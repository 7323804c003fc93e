import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../support/root'
import { until } from '../support/until'

let started: ChildProcess | undefined
/** The folder for temporary files of all commands: it also has the cache of tsx. */
const folder = mkdtempSync(join(tmpdir(), 'launcher-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  if (started?.pid && started.exitCode === null) {
    // The whole group: npm, its shell, tsx and the server.
    try {
      process.kill(-started.pid, 'SIGKILL')
    } catch {}
  }
})

/** Starts a command in a process group of its own, and waits for what it prints. */
async function start(command: string, args: string[], expected: RegExp): Promise<string> {
  started = spawn(command, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  })
  const { stdout, stderr } = started
  let output = ''
  stderr?.on('data', (text) => {
    output += String(text)
  })
  return new Promise((resolve, reject) => {
    stdout?.on('data', (text) => {
      output += String(text)
      const found = expected.exec(output)?.[1]
      if (found) resolve(found)
    })
    stdout?.on('end', () => reject(new Error(`ended early: ${output}`)))
  })
}

function isListening(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => socket.destroy())
    socket.on('connect', () => socket.destroy())
  })
}

/** Waits until nothing listens any more, and the data of `npm start` is gone. */
function untilGone(address: string): Promise<void> {
  const hasData = () => readdirSync(folder).some((name) => name.startsWith('miniprogram-cos-'))
  return until(async () => !(await isListening(address)) && !hasData(), 'the server is gone')
}

const LOCAL_CLOUD = ['run', '-s', 'local-cloud', '--', '--memory']
const READY = /"cos":"([^"]+)"/

test.each<[string, NodeJS.Signals, string[], RegExp]>([
  ['npm run local-cloud', 'SIGTERM', LOCAL_CLOUD, READY],
  ['npm run local-cloud', 'SIGKILL', LOCAL_CLOUD, READY],
  ['npm start', 'SIGTERM', ['start', '--', '--no-open'], /COS +(http:\S+)/],
  ['npm start', 'SIGINT', ['start', '--', '--no-open'], /COS +(http:\S+)/],
])('%s leaves no server behind when npm gets %s', async (_, signal, args, expected) => {
  const address = await start('npm', args, expected)
  expect(await isListening(address)).toBe(true)
  const npm = started?.pid as number
  // A terminal sends SIGINT to all of them; npm itself ignores it.
  process.kill(signal === 'SIGINT' ? -npm : npm, signal)
  await untilGone(address)
})

test('the command of the package ends when the npm that started it ends', async () => {
  const command = join(ROOT, 'packages/local-cloud/dist/command.js')
  const address = await start('npm', ['exec', '-c', `node ${command} --memory`], READY)
  started?.kill('SIGKILL')
  await untilGone(address)
})

test('without a launcher, the server outlives the program that started it', async () => {
  const command = join(ROOT, 'packages/local-cloud/dist/command.js')
  const program = `const { spawn } = require('node:child_process')
const child = spawn(process.execPath, [${JSON.stringify(command)}, '--memory'], { stdio: ['ignore', 'inherit', 'inherit'] })
process.stdout.write('{"pid":' + child.pid + '}\\n')
setTimeout(() => {}, 60000)`
  const address = await start(process.execPath, ['-e', program], READY)
  const parent = started as ChildProcess
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(await isListening(address)).toBe(true)
  process.kill(-(parent.pid as number), 'SIGKILL')
})
