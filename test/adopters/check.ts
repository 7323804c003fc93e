import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Simulator } from '@miniprogram-cos/simulator'
import { buildPackages } from '../../scripts/build'
import { type PackedClient, packClient } from '../support/packedClient'
import { createSimulatedPhone } from '../support/phones'
import { ALICE, CREDENTIALS_FUNCTION, startTestCloud } from '../support/testCloud'
import { ADOPTERS, type Adopter } from './adopters'
import { launchApp } from './launchApp'

const MIB = 1024 * 1024
const TIMEOUT_MS = 30_000

/** Installs the packed client in a copy of the project, and builds it as its owner would. */
function build({ name, app }: Adopter, { project, tarball }: PackedClient): string {
  const folder = join(project, name)
  cpSync(join(__dirname, name), folder, { recursive: true })
  const npm = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(`npm ${args[0]} failed\n${stdout}\n${stderr}`)
  }
  npm('install', '--no-audit', '--no-fund', tarball)
  npm('run', 'build')
  return join(folder, app)
}

/** Launches the built app on a simulated phone: it uploads a file of several parts to the local cloud. */
async function run(app: string, name: string): Promise<void> {
  const cloud = await startTestCloud({ functions: [CREDENTIALS_FUNCTION] })
  try {
    const simulator = createSimulatedPhone(cloud, ALICE)
    const content = randomBytes(2.5 * MIB)
    const tempFilePath = `${simulator.wx.env.USER_DATA_PATH}/${name}.bin`
    writeFileSync(simulator.realPath(tempFilePath), content)
    launchApp(app, simulator, { tempFilePath, size: content.length, fileType: 'image' })
    const Key = await stored(simulator, 'uploaded')
    const exported = join(cloud.folder, 'exported')
    await cloud.export(exported)
    if (!readFileSync(join(exported, Key)).equals(content)) throw new Error(`${Key} differs`)
  } finally {
    await cloud.end()
  }
}

/** What the app puts into the phone's storage when it is done. */
async function stored({ wx }: Simulator, name: string): Promise<string> {
  for (let waited = 0; waited < TIMEOUT_MS; waited += 50) {
    const value: unknown = wx.getStorageSync(name)
    if (typeof value === 'string' && value !== '') return value
    await wait(50)
  }
  throw new Error(`the app has not uploaded its file in ${TIMEOUT_MS / 1000} s`)
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

async function main(): Promise<void> {
  await buildPackages()
  const packed = packClient()
  let failed = 0
  try {
    for (const adopter of ADOPTERS) {
      const started = Date.now()
      try {
        const app = build(adopter, packed)
        await run(app, adopter.name)
        const kilobytes = Math.round(bytesOf(dirname(app)) / 1024)
        const seconds = Math.round((Date.now() - started) / 1000)
        console.log(`✓ ${adopter.name}: built, launched, uploaded (${kilobytes} KB, ${seconds} s)`)
      } catch (error) {
        failed++
        console.error(`✗ ${adopter.name}: ${(error as Error).message}`)
      }
    }
  } finally {
    rmSync(packed.project, { recursive: true, force: true })
  }
  process.exitCode = failed > 0 ? 1 : 0
}

void main()
