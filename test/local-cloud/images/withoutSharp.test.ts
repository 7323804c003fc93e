import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorOf, send, signByOfficialSdk } from '../../support/cosRequests'
import { ROOT } from '../../support/root'
import { ROOT_KEY } from '../../support/testCloud'

let folder: string
let cloud: ChildProcess
let address: string

/** The built package in a project where npm has not installed sharp, on a machine without ffmpeg. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'without-sharp-'))
  cpSync(join(ROOT, 'packages/local-cloud/dist'), folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  mkdirSync(join(folder, 'bin'))
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name === 'sharp' || name.startsWith('.')) continue
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  }
  const start = `require('./index.js')
    .startLocalCloud({ root: ${JSON.stringify(ROOT_KEY)} })
    .then(({ cos }) => console.log(cos))`
  cloud = spawn(process.execPath, ['-e', start], {
    cwd: folder,
    env: { PATH: join(folder, 'bin') },
  })
  address = await new Promise((resolve, reject) => {
    cloud.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()))
    cloud.once('exit', () => reject(new Error('the local cloud did not start')))
  })
})
afterAll(() => {
  cloud.kill()
  rmSync(folder, { recursive: true, force: true })
})

function request(method: string, query: Record<string, string>, headers: Record<string, string>) {
  const Authorization = signByOfficialSdk({ method, key: 'a.png', query, headers })
  const search = Object.entries(query)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&')
  return send(address, {
    method,
    path: `/a.png${search ? `?${search}` : ''}`,
    headers: { ...headers, Authorization, ...(method === 'GET' ? {} : { 'Content-Length': 3 }) },
    ...(method === 'GET' ? {} : { body: 'png' }),
  })
}

test('everything except image processing works, and its error names the package to install', async () => {
  expect((await request('PUT', {}, {})).status).toBe(200)
  expect((await request('GET', {}, {})).body).toBe('png')
  const processed = await request('GET', { 'imageMogr2/thumbnail/100x': '' }, {})
  expect(processed.status).toBe(501)
  expect(errorOf(processed)).toEqual({
    code: 'NotImplemented',
    message: expect.stringContaining('npm install sharp'),
  })
})

test('a video snapshot is refused with how to install ffmpeg', async () => {
  await request('PUT', {}, {})
  const refused = await request('GET', { 'ci-process': 'snapshot', time: '1' }, {})
  expect(refused.status).toBe(501)
  expect(errorOf(refused)).toEqual({
    code: 'NotImplemented',
    message: expect.stringContaining('apt-get install ffmpeg'),
  })
})

test.each([
  [
    'cannot be started',
    '',
    0o644,
    'ServiceUnavailable',
    'ffmpeg cannot be started: spawn ffmpeg EACCES',
  ],
  [
    'writes too much',
    'exec /usr/bin/head -c 70000000 /dev/zero',
    0o755,
    'ImageTooLarge',
    'The snapshot is over 64 MB.',
  ],
  ['is killed', 'kill -9 $$', 0o755, 'ServiceUnavailable', 'ffmpeg was ended by SIGKILL'],
  [
    'lacks a library',
    'echo no libx264.so >&2; exit 127',
    0o755,
    'ServiceUnavailable',
    'ffmpeg cannot be started: no libx264.so',
  ],
])('reports an ffmpeg that %s', async (_, lines, mode, code, message) => {
  const program = join(folder, 'bin/ffmpeg')
  writeFileSync(program, `#!/bin/sh\n${lines}\n`, { mode })
  await request('PUT', {}, {})
  const refused = await request('GET', { 'ci-process': 'snapshot', time: '1' }, {})
  rmSync(program)
  expect(errorOf(refused)).toEqual({ code, message: expect.stringContaining(message) })
})

test('an upload with Pic-Operations stores nothing', async () => {
  await request('PUT', {}, {})
  const refused = await request('PUT', {}, { 'Pic-Operations': '{"is_pic_info":1}' })
  expect(refused.status).toBe(501)
  expect(refused.body).toContain('npm install sharp')
})
