import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fetchTemporaryKey } from '@miniprogram-cos/server'
import { CLI, type Outcome, outcomeOf } from './commandLine'
import { type ControlPlane, startControlPlane } from './controlPlane'
import { at } from './root'
import { BUCKET, HOST, REGION, startTestCloud, type TestCloud } from './testCloud'

/** What a clone contains, as far as setup and deployment use it. */
const PARTS = [
  'scripts',
  'cloudfunctions',
  'packages',
  'miniprogram',
  'cos.config.ts',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.package.json',
  '.gitignore',
  '.env.example',
]

/** Neither built nor installed by npm. */
const isSource = (path: string) =>
  !/[/\\](dist|miniprogram_dist|miniprogram_npm|node_modules)$/.test(path)

/** A copy of this repository that a test may configure and run commands in. */
export class CopiedProject {
  readonly folder: string
  /** Added to the environment of every command. */
  variables: Record<string, string> = {}

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    for (const part of PARTS)
      cpSync(at(part), join(folder, part), { recursive: true, filter: isSource })
    mkdirSync(this.path('tmp'))
    symlinkSync(at('node_modules'), join(folder, 'node_modules'))
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8')
  }

  write(file: string, text: string, mode = 0o644): void {
    writeFileSync(this.path(file), text, { mode })
  }

  chmod(file: string, mode: number): void {
    chmodSync(this.path(file), mode)
  }

  /** Replaces texts of cos.config.ts. */
  configure(...changes: [from: string, to: string][]): void {
    let text = this.read('cos.config.ts')
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`cos.config.ts has no ${from}`)
      text = text.replace(from, to)
    }
    this.write('cos.config.ts', text)
  }

  /** Runs a command of the built tool in the project, without a terminal. */
  async run(
    name: string,
    args: string[] = [],
    variables: Record<string, string> = {},
  ): Promise<Outcome> {
    return this.#spawn([process.execPath, CLI, name, ...args], variables)
  }

  /** Runs a command that asks questions, and answers each. */
  async converse(
    name: string,
    args: string[],
    variables: Record<string, string>,
    answers: [question: string, answer: string][],
  ): Promise<Outcome> {
    const left = [...answers]
    let unread = ''
    return this.#spawn([process.execPath, CLI, name, ...args], variables, (text, type) => {
      unread += text
      const [question, answer] = left[0] ?? []
      if (question === undefined || !unread.includes(question)) return
      unread = ''
      left.shift()
      type(`${answer}\n`)
    })
  }

  /** Runs a line of the documentation. */
  async runLine(line: string): Promise<Outcome> {
    return this.#spawn(['sh', '-c', line], {})
  }

  async #spawn(
    [file = '', ...args]: string[],
    variables: Record<string, string>,
    hear?: (text: string, type: (answer: string) => void) => void,
  ): Promise<Outcome> {
    const { PATH = '', HOME = '' } = process.env
    const child = spawn(file, args, {
      cwd: this.folder,
      stdio: [hear ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      // Without keys and proxies of the test's environment. CloudBase's library packs into the folder for temporary
      // files, which concurrent deployments would share.
      env: {
        PATH,
        HOME,
        TMPDIR: this.path('tmp'),
        LANG: 'C.UTF-8',
        ...this.variables,
        ...variables,
      },
    })
    return outcomeOf(child, hear && ((text) => hear(text, (answer) => child.stdin?.write(answer))))
  }
}

export const ENV = 'shop-1a2b3c'
const ACCOUNT = '100000000001'
/** The key that the functions hold. It is the owner's key of the local COS and STS. */
export const FUNCTION_KEY = {
  SecretId: 'AKIDfunctionholder0001',
  SecretKey: 'functionHolderSecret0123456789',
}
/** A key that needs a token, for which functions have no variable. */
export const TEMPORARY = {
  SecretId: 'AKIDtemporarykey0001',
  SecretKey: 'temporaryKeySecret0123456789',
}
export const ROOT = { SecretId: 'AKIDrootaccount0001', SecretKey: 'rootAccountSecret0123456789012' }

/** Everything that a deployment needs: the control plane, COS and STS, and a configured clone. */
export interface DeployProject {
  cloud: TestCloud
  plane: ControlPlane
  project: CopiedProject
  /** What `.env` holds. */
  variables: Record<string, string>
  /** Texts that no output may contain. */
  secrets: string[]
  end: () => Promise<void>
}

export async function startDeployProject(): Promise<DeployProject> {
  const cloud = await startTestCloud({
    root: FUNCTION_KEY,
    buckets: [
      { name: BUCKET, region: REGION },
      { name: 'elsewhere-1250000000', region: 'ap-beijing' },
    ],
  })
  // The deploying key must be valid in the local COS too: it is a temporary key.
  const policy = {
    version: '2.0',
    statement: [{ effect: 'allow', action: ['name/cos:*'], resource: ['*'] }],
  }
  const access = { ...FUNCTION_KEY, region: REGION, localEndpoint: cloud.sts }
  const key = await fetchTemporaryKey(access, 'deployer', JSON.stringify(policy), 7200)
  const deployer = { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey }
  const plane = await startControlPlane(cloud, {
    env: ENV,
    hosts: [
      HOST,
      'elsewhere-1250000000.cos.ap-guangzhou.myqcloud.com',
      `${BUCKET}.cos.ap-beijing.myqcloud.com`,
      `nowhere-1250000000.cos.${REGION}.myqcloud.com`,
      `cos.${REGION}.myqcloud.com`,
      'service.cos.myqcloud.com',
    ],
    keys: [
      { ...deployer, token: key.sessionToken, account: ACCOUNT, user: '100000000002' },
      { ...FUNCTION_KEY, account: ACCOUNT, user: '100000000003', isLimited: true },
      { ...ROOT, account: ACCOUNT, user: ACCOUNT },
      { ...TEMPORARY, token: 'a-token', account: ACCOUNT, user: '100000000004' },
    ],
  })
  const project = new CopiedProject(join(cloud.folder, 'project'))
  const variables = {
    TENCENTCLOUD_SECRET_ID: deployer.SecretId,
    TENCENTCLOUD_SECRET_KEY: deployer.SecretKey,
    TENCENTCLOUD_TOKEN: key.sessionToken,
    COS_STS_SECRET_ID: FUNCTION_KEY.SecretId,
    COS_STS_SECRET_KEY: FUNCTION_KEY.SecretKey,
  }
  project.configure(['your-env-id', ENV])
  project.write('.env', envText(variables), 0o600)
  project.variables = plane.variables
  return {
    cloud,
    plane,
    project,
    variables,
    secrets: [
      deployer.SecretKey,
      key.sessionToken,
      FUNCTION_KEY.SecretKey,
      ROOT.SecretKey,
      TEMPORARY.SecretKey,
    ],
    async end() {
      await plane.close()
      await cloud.end()
    },
  }
}

export function envText(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
